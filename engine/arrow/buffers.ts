/**
 * Where batch and state buffers come from. All are over SharedArrayBuffers, so that any thread can be handed any of them (design, section 3).
 */
export interface Buffers {
  bytes(length: number): Uint8Array;
  int8(length: number): Int8Array;
  int16(length: number): Int16Array;
  int32(length: number): Int32Array;
  float32(length: number): Float32Array;
  float64(length: number): Float64Array;
  int64(length: number): BigInt64Array;
}

/** Fresh, zeroed, shared buffers. Reuse is the caller's: a producer keeps its buffers from one pull to the next and grows them by need. */
export const buffers: Buffers = {
  bytes: (length) => new Uint8Array(new SharedArrayBuffer(length)),
  int8: (length) => new Int8Array(new SharedArrayBuffer(length)),
  int16: (length) => new Int16Array(new SharedArrayBuffer(length * 2)),
  int32: (length) => new Int32Array(new SharedArrayBuffer(length * 4)),
  float32: (length) => new Float32Array(new SharedArrayBuffer(length * 4)),
  float64: (length) => new Float64Array(new SharedArrayBuffer(length * 8)),
  int64: (length) => new BigInt64Array(new SharedArrayBuffer(length * 8)),
};
