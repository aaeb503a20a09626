type ParquetWasm = typeof import("parquet-wasm/node");

let loaded: Promise<ParquetWasm> | null = null;

/** parquet-wasm, loaded when it is first needed: it takes a twentieth of a second and 15 MB. */
export function parquetWasm(): Promise<ParquetWasm> {
  loaded ??= import("parquet-wasm/node");
  return loaded;
}
