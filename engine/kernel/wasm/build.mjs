// Compiles the AssemblyScript kernels of this folder into `*.generated.ts` (base64 WebAssembly), the same bytes on every machine.
// `node engine/kernel/wasm/build.mjs [--check]`: with --check nothing is written and a difference is an error.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const folder = new URL("./", import.meta.url);

/** Kernels by file name, with the name of the exported constant. */
const kernels = {
  structuralIndex: "structuralIndexWasm",
  doubleText: "doubleTextWasm",
  snappy: "snappyWasm",
  plainValues: "plainValuesWasm",
};

/** The text of `<name>.generated.ts`. */
export async function generate(name) {
  const source = await readFile(new URL(`${name}.as.ts`, folder), "utf8");
  const outputs = new Map();
  const { error } = await asc.main(
    [
      `${name}.ts`,
      "--outFile",
      "out.wasm",
      "-O3",
      "--noAssert",
      "--runtime",
      "stub",
      "--use",
      "abort=",
      "--importMemory",
      "--sharedMemory",
      "--initialMemory",
      "1",
      "--maximumMemory",
      "65536",
      "--enable",
      "simd",
      "--enable",
      "threads",
    ],
    {
      readFile: (path) => (path === `${name}.ts` ? source : null),
      writeFile: (path, contents) => void outputs.set(path, contents),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${name}.as.ts: ${error.message}`);
  const base64 = Buffer.from(outputs.get("out.wasm")).toString("base64");
  const lines = base64.match(/.{1,120}/g).map((line) => `  "${line}"`);
  return `// Made by engine/kernel/wasm/build.mjs from ${name}.as.ts. Do not edit.\nexport const ${kernels[name]} =\n${lines.join(" +\n")};\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of Object.keys(kernels)) {
    const target = new URL(`${name}.generated.ts`, folder);
    const text = await generate(name);
    if (!process.argv.includes("--check")) await writeFile(target, text);
    else if ((await readFile(target, "utf8")) !== text)
      throw new Error(`${name}.generated.ts is not what ${name}.as.ts gives: npm run kernel`);
  }
}
