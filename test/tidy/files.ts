import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";

export const projectRoot = fileURLToPath(new URL("../../", import.meta.url));

/** The rooms whose code ships. */
const rooms = ["engine", "runtime", "codecs", "connectors", "dataframe", "sources", "sinks", "checkpoints", "cli", "monitor"];

export interface SourceFile {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** The modules it imports: paths of the project, or package names. Type-only imports count too: they are dependencies of thought. */
  readonly imports: readonly string[];
}

/** Every shipped TypeScript file, generated data left out. */
export function shippedFiles(): SourceFile[] {
  const files = rooms.flatMap((room) => typescriptFiles(join(projectRoot, room)));
  return [...files, join(projectRoot, "index.ts")].map(readSource);
}

/** Every TypeScript file of the tests. */
export function testFiles(): SourceFile[] {
  return typescriptFiles(join(projectRoot, "test")).map(readSource);
}

export function isGenerated(path: string): boolean {
  return path.endsWith(".generated.ts") || path.endsWith(".d.ts") || path.endsWith(".as.ts");
}

function typescriptFiles(directory: string): string[] {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".as.ts"))
    .map((name) => join(directory, name));
}

function readSource(absolute: string): SourceFile {
  const path = relative(projectRoot, absolute).split(sep).join("/");
  const text = readFileSync(absolute, "utf8");
  return { path, text, imports: importsOf(path, text) };
}

function importsOf(path: string, text: string): string[] {
  const { module } = parseSync(path, text);
  const specifiers = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? [])),
    ...module.dynamicImports.map(({ moduleRequest }) => text.slice(moduleRequest.start, moduleRequest.end).replace(/^["'`]|["'`]$/g, "")),
  ];
  return specifiers.map((specifier) => (specifier.startsWith(".") ? resolve(path, specifier) : specifier));
}

function resolve(from: string, specifier: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/").replace(/\.js$/, ".ts");
}
