import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * How job files load: TypeScript without a build step, and always as ES modules, whatever the `type` of the folder they are in.
 *
 * Files under `node_modules` and `.cjs` files are Node's business. `tidemark` is this very package, so that the job and the command share one engine.
 * The types are stripped, not checked. Older Nodes run the two hooks in a thread of their own, so this file imports nothing of ours.
 */

const selfUrl = new URL("../index.js", import.meta.url).href;
const distributionUrl = new URL("../", import.meta.url).href;
const typescript = /\.[mc]?ts$/;
const javascript = /\.m?js$/;

function isJobFile(url: string): boolean {
  return url.startsWith("file:") && !url.includes("/node_modules/") && !url.startsWith(distributionUrl);
}

/** `./a.js` may be `./a.ts` on disk (what TypeScript's own resolution allows), and so may `./a`. */
function candidates(specifier: string, parent: string): string[] {
  const url = new URL(specifier, parent).href;
  return [url, url.replace(/\.([mc]?)js$/, ".$1ts"), `${url}.ts`, `${url}.js`, `${url}/index.ts`, `${url}/index.js`];
}

/** The URL of a relative import of a job file; null when Node should find it. */
function resolveRelative(specifier: string, parent: string | undefined): string | null {
  if (parent === undefined || !isJobFile(parent) || !/^\.{1,2}\//.test(specifier)) return null;
  return candidates(specifier, parent).find((url) => /\.\w+$/.test(url) && existsSync(fileURLToPath(url))) ?? null;
}

/** The source of a job file as JavaScript; null for files that are not ours. */
function loadJob(url: string): { readonly format: "module"; readonly source: string; readonly shortCircuit: true } | null {
  const bare = url.replace(/[?#].*$/, "");
  if (!isJobFile(bare) || !(typescript.test(bare) || javascript.test(bare))) return null;
  const path = fileURLToPath(bare);
  const text = readFileSync(path, "utf8");
  const source = typescript.test(bare) ? stripTypes(text, path) : text;
  return { format: "module", source, shortCircuit: true };
}

type Sucrase = typeof import("sucrase");

/** Loaded for TypeScript only. */
let sucrase: Sucrase | undefined;

function stripTypes(text: string, path: string): string {
  sucrase ??= createRequire(import.meta.url)("sucrase") as Sucrase;
  const options = {
    transforms: ["typescript" as const],
    disableESTransforms: true,
    preserveDynamicImport: true,
    keepUnusedImports: false,
    filePath: path,
  };
  return sucrase.transform(text, options).code;
}

/** Node's `resolve` hook. */
export function resolve(
  specifier: string,
  context: { readonly parentURL?: string },
  next: (specifier: string, context: object) => Promise<object> | object,
): Promise<object> | object {
  if (specifier === "tidemark") return { url: selfUrl, shortCircuit: true };
  const url = resolveRelative(specifier, context.parentURL);
  return url === null ? next(specifier, context) : { url, shortCircuit: true };
}

/** Node's `load` hook. */
export function load(
  url: string,
  context: object,
  next: (url: string, context: object) => Promise<object> | object,
): Promise<object> | object {
  return loadJob(url) ?? next(url, context);
}
