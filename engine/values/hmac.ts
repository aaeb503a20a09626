import { md5, sha1, sha2 } from "./digests.js";

/** A digest as hexadecimal digits, and the bytes of the blocks that it works on. */
interface Algorithm {
  readonly digest: (bytes: Uint8Array) => string;
  readonly blockBytes: number;
}

/** By their names in capitals, without the dash. */
export const hmacAlgorithms: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ["SHA224", { digest: (bytes) => sha2(bytes, 224)!, blockBytes: 64 }],
  ["SHA256", { digest: (bytes) => sha2(bytes, 256)!, blockBytes: 64 }],
  ["SHA384", { digest: (bytes) => sha2(bytes, 384)!, blockBytes: 128 }],
  ["SHA512", { digest: (bytes) => sha2(bytes, 512)!, blockBytes: 128 }],
  ["SHA1", { digest: sha1, blockBytes: 64 }],
  ["MD5", { digest: md5, blockBytes: 64 }],
]);

/** The code of a message under a key: the digest of the key and of the digest of the key and the message, the key turned in two ways (RFC 2104). */
export function hmac(key: Uint8Array, message: Uint8Array, { digest, blockBytes }: Algorithm): Uint8Array {
  const block = new Uint8Array(blockBytes);
  block.set(key.length > blockBytes ? bytesOf(digest(key)) : key);
  const inner = digest(joined(block, 0x36, message));
  return bytesOf(digest(joined(block, 0x5c, bytesOf(inner))));
}

function joined(block: Uint8Array, turn: number, rest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(block.length + rest.length);
  bytes.set(block.map((byte) => byte ^ turn));
  bytes.set(rest, block.length);
  return bytes;
}

function bytesOf(hexadecimal: string): Uint8Array {
  return Uint8Array.from({ length: hexadecimal.length / 2 }, (_, i) => parseInt(hexadecimal.slice(2 * i, 2 * i + 2), 16));
}
