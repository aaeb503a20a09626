/** The part of the platform's WebAssembly that the kernels use; the compiler's libraries for Node do not describe it. */
export interface SharedMemory {
  /** Of the present length; growing gives another one over the same bytes. */
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
  readonly Memory: new (descriptor: { initial: number; maximum: number; shared: true }) => SharedMemory;
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

const compiled = new Map<string, object>();

/** The functions of a module (in base64) over `memory`. A module is compiled once. */
export function instantiate(base64: string, memory: SharedMemory): object {
  let module = compiled.get(base64);
  if (module === undefined) {
    module = new webAssembly.Module(decodeBase64(base64));
    compiled.set(base64, module);
  }
  return new webAssembly.Instance(module, { env: { memory } }).exports;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const bytes = new Uint8Array(((text.length * 3) >> 2) - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0));
  let bits = 0;
  for (let i = 0, out = 0; out < bytes.length; i++) {
    bits = (bits << 6) | alphabet.indexOf(text[i]!);
    if ((i & 3) === 0) continue;
    bytes[out++] = (bits >> (6 - 2 * (i & 3))) & 255;
  }
  return bytes;
}
