/** Digests of bytes, as lower-case hexadecimal texts. Pure: the engine has no library of the platform. */

function padded(bytes: Uint8Array, blockBytes: number, lengthBytes: number, bigEndian: boolean): DataView {
  const total = Math.ceil((bytes.length + 1 + lengthBytes) / blockBytes) * blockBytes;
  const block = new Uint8Array(total);
  block.set(bytes);
  block[bytes.length] = 0x80;
  const view = new DataView(block.buffer);
  const bits = BigInt(bytes.length) * 8n;
  view.setBigUint64(total - 8, bits, !bigEndian);
  return view;
}

function hexOf(words: readonly number[], littleEndian: boolean): string {
  return words
    .map((word) => {
      const unsigned = word >>> 0;
      const ordered = littleEndian
        ? ((unsigned & 0xff) << 24) | ((unsigned & 0xff00) << 8) | ((unsigned >>> 8) & 0xff00) | (unsigned >>> 24)
        : unsigned;
      return (ordered >>> 0).toString(16).padStart(8, "0");
    })
    .join("");
}

const rotl = (x: number, n: number): number => (x << n) | (x >>> (32 - n));
const rotr = (x: number, n: number): number => (x >>> n) | (x << (32 - n));

const md5Shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const md5Constants = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

/** MD5. */
export function md5(bytes: Uint8Array): string {
  const view = padded(bytes, 64, 8, false);
  let [a0, b0, c0, d0] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (let at = 0; at < view.byteLength; at += 64) {
    let [a, b, c, d] = [a0, b0, c0, d0];
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round]!;
      const place = [i, (5 * i + 1) % 16, (3 * i + 5) % 16, (7 * i) % 16][round]!;
      const sum = (a + mixed + md5Constants[i]! + view.getInt32(at + 4 * place, true)) | 0;
      [a, d, c, b] = [d, c, b, (b + rotl(sum, md5Shifts[round * 4 + (i % 4)]!)) | 0];
    }
    [a0, b0, c0, d0] = [(a0 + a) | 0, (b0 + b) | 0, (c0 + c) | 0, (d0 + d) | 0];
  }
  return hexOf([a0, b0, c0, d0], true);
}

/** SHA-1. */
export function sha1(bytes: Uint8Array): string {
  const view = padded(bytes, 64, 8, true);
  let h = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];
  const w = new Int32Array(80);
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let i = 0; i < 80; i++) w[i] = i < 16 ? view.getInt32(at + 4 * i) : rotl(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 1);
    let [a, b, c, d, e] = h as [number, number, number, number, number];
    for (let i = 0; i < 80; i++) {
      const round = Math.floor(i / 20);
      const mixed = [(b & c) | (~b & d), b ^ c ^ d, (b & c) | (b & d) | (c & d), b ^ c ^ d][round]!;
      const constant = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc | 0, 0xca62c1d6 | 0][round]!;
      const sum = (rotl(a, 5) + mixed + e + constant + w[i]!) | 0;
      [e, d, c, b, a] = [d, c, rotl(b, 30), a, sum];
    }
    h = [a, b, c, d, e].map((word, i) => (h[i]! + word) | 0);
  }
  return hexOf(h, false);
}

/** The first primes, of whose roots the constants of SHA-2 are made. */
const primes = ((): readonly number[] => {
  const found: number[] = [];
  for (let n = 2; found.length < 80; n++) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
})();

/** The first 64 bits of the fraction of a root. */
function rootBits(n: number, degree: 2n | 3n): bigint {
  const value = BigInt(n) << (64n * degree);
  let root = 1n << 72n;
  for (;;) {
    const next = degree === 2n ? (root + value / root) / 2n : (2n * root + value / (root * root)) / 3n;
    if (next >= root) break;
    root = next;
  }
  return BigInt.asUintN(64, root);
}

const squareBits = primes.slice(0, 16).map((prime) => rootBits(prime, 2n));
const cubeBits = primes.map((prime) => rootBits(prime, 3n));

/** SHA-224 and SHA-256. */
function sha2Words32(bytes: Uint8Array, start: readonly number[]): readonly number[] {
  const view = padded(bytes, 64, 8, true);
  const k = cubeBits.slice(0, 64).map((bits) => Number(bits >> 32n) | 0);
  let h = start;
  const w = new Int32Array(64);
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let i = 0; i < 64; i++) {
      if (i < 16) w[i] = view.getInt32(at + 4 * i);
      else {
        const [x, y] = [w[i - 15]!, w[i - 2]!];
        w[i] = w[i - 16]! + (rotr(x, 7) ^ rotr(x, 18) ^ (x >>> 3)) + w[i - 7]! + (rotr(y, 17) ^ rotr(y, 19) ^ (y >>> 10));
      }
    }
    let [a, b, c, d, e, f, g, last] = h as unknown as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const t1 = (last + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + k[i]! + w[i]!) | 0;
      const t2 = ((rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [last, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    h = [a, b, c, d, e, f, g, last].map((word, i) => (h[i]! + word) | 0);
  }
  return h;
}

const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
const rotr64 = (x: bigint, n: bigint): bigint => u64((x >> n) | (x << (64n - n)));

/** SHA-384 and SHA-512. */
function sha2Words64(bytes: Uint8Array, start: readonly bigint[]): readonly bigint[] {
  const view = padded(bytes, 128, 16, true);
  let h = start;
  const w = new BigUint64Array(80);
  for (let at = 0; at < view.byteLength; at += 128) {
    for (let i = 0; i < 80; i++) {
      if (i < 16) w[i] = view.getBigUint64(at + 8 * i);
      else {
        const [x, y] = [w[i - 15]!, w[i - 2]!];
        w[i] = w[i - 16]! + (rotr64(x, 1n) ^ rotr64(x, 8n) ^ (x >> 7n)) + w[i - 7]! + (rotr64(y, 19n) ^ rotr64(y, 61n) ^ (y >> 6n));
      }
    }
    let [a, b, c, d, e, f, g, last] = h as unknown as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
    for (let i = 0; i < 80; i++) {
      const t1 = u64(last + (rotr64(e, 14n) ^ rotr64(e, 18n) ^ rotr64(e, 41n)) + ((e & f) ^ (u64(~e) & g)) + cubeBits[i]! + w[i]!);
      const t2 = u64((rotr64(a, 28n) ^ rotr64(a, 34n) ^ rotr64(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c)));
      [last, g, f, e, d, c, b, a] = [g, f, e, u64(d + t1), c, b, a, u64(t1 + t2)];
    }
    h = [a, b, c, d, e, f, g, last].map((word, i) => u64(h[i]! + word));
  }
  return h;
}

/** SHA-2 of 224, 256, 384 or 512 bits (0 means 256); null for other lengths. */
export function sha2(bytes: Uint8Array, bits: number): string | null {
  switch (bits) {
    case 224:
      return hexOf(
        sha2Words32(
          bytes,
          squareBits.slice(8, 16).map((word) => Number(word & 0xffffffffn) | 0),
        ).slice(0, 7),
        false,
      );
    case 0:
    case 256:
      return hexOf(
        sha2Words32(
          bytes,
          squareBits.slice(0, 8).map((word) => Number(word >> 32n) | 0),
        ),
        false,
      );
    case 384:
      return text64(sha2Words64(bytes, squareBits.slice(8, 16)).slice(0, 6));
    case 512:
      return text64(sha2Words64(bytes, squareBits.slice(0, 8)));
    default:
      return null;
  }
}

/** Words as hexadecimal digits. */
function text64(words: readonly bigint[]): string {
  return words.map((word) => word.toString(16).padStart(16, "0")).join("");
}

const crcTable = Int32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The cyclic redundancy check of zip and Ethernet. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
