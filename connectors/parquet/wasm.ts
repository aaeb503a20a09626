import { createRequire } from "node:module";

export type ParquetWasm = typeof import("parquet-wasm/node");

const require = createRequire(import.meta.url);

/** An instance whose memory has grown beyond this is let go after its work: the memory of WebAssembly never shrinks. */
const largestKeptBytes = 1024 * 1024 * 1024;

let instance: ParquetWasm | null = null;

/**
 * Loads parquet-wasm if it is not there: it takes a twentieth of a second and 5 MB. `withParquetWasm` does so by itself; who wants it early calls this.
 */
export function loadParquetWasm(): ParquetWasm {
  instance ??= require("parquet-wasm/node") as ParquetWasm;
  return instance;
}

/**
 * Runs `work` on parquet-wasm, synchronously: what it panics about is then an exception of this very call, where an asynchronous read of it panics outside
 * of every promise and ends the process. `work` keeps nothing of it.
 *
 * An instance that has failed is not used again: its memory is in no state that anyone vouches for.
 */
export function withParquetWasm<T>(work: (wasm: ParquetWasm) => T): T {
  const wasm = loadParquetWasm();
  let isSound = false;
  try {
    const result = work(wasm);
    isSound = (wasm.wasmMemory() as unknown as { readonly buffer: ArrayBuffer }).buffer.byteLength <= largestKeptBytes;
    return result;
  } finally {
    if (!isSound) discard();
  }
}

function discard(): void {
  instance = null;
  const path = require.resolve("parquet-wasm/node");
  const failed = require.cache[path];
  delete require.cache[path];
  // Who loaded a module keeps it as a child; and each instance holds gigabytes of address space.
  const siblings = failed?.parent?.children;
  if (failed && siblings?.includes(failed)) siblings.splice(siblings.indexOf(failed), 1);
}
