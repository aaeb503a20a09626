/** Kafka's murmur2 of bytes `[start, start + length)` of `data`: what its Java client's default partitioner hashes keys with. 32 bits, signed. */
export function murmur2(data: Uint8Array, start: number, length: number): number {
  const m = 0x5bd1e995;
  let h = 0x9747b28c ^ length;
  const end = start + (length & ~3);
  for (let i = start; i < end; i += 4) {
    let k = data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const rest = length & 3;
  if (rest === 3) h ^= data[end + 2]! << 16;
  if (rest >= 2) h ^= data[end + 1]! << 8;
  if (rest >= 1) h = Math.imul(h ^ data[end]!, m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return (h ^ (h >>> 15)) | 0;
}

/** The partition of a keyed record among `count`, as the Java client chooses it. */
export function partitionOfKey(data: Uint8Array, start: number, length: number, count: number): number {
  return (murmur2(data, start, length) & 0x7fffffff) % count;
}
