import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { transform } from "sucrase";

/** Sources import each other as `.js`, what they are built to; here the `.ts` beside it is meant. */
export async function resolve(specifier, context, next) {
  const isOurs = specifier.startsWith(".") && specifier.endsWith(".js") && context.parentURL?.endsWith(".ts");
  if (!isOurs) return next(specifier, context);
  try {
    return await next(specifier.replace(/\.js$/, ".ts"), context);
  } catch {
    return next(specifier, context);
  }
}

/** Strips the types. */
export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context);
  const source = await readFile(fileURLToPath(url), "utf8");
  const { code } = transform(source, { transforms: ["typescript"], disableESTransforms: true });
  return { format: "module", source: code, shortCircuit: true };
}
