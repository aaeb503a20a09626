import { lazily } from "../engine/errors/loading.js";

export type Zstd = typeof import("@bokuweb/zstd-wasm");

let loading: Promise<Zstd> | null = null;

/** Zstandard, loaded once in a process: a second `init` would take the memory away from under whoever works in it. */
export function loadZstd(): Promise<Zstd> {
  loading ??= lazily(import("@bokuweb/zstd-wasm")).then(async (zstd) => {
    await zstd.init();
    return zstd;
  });
  return loading;
}
