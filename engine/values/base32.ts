/** Base 32 as RFC 4648 has it, read as leniently as Apache Commons Codec reads it. Pure. */

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The bytes as text, padded to groups of eight. */
export function toBase32(bytes: Uint8Array): string {
  let text = "";
  let [held, bits] = [0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += alphabet[(held >>> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  if (bits > 0) text += alphabet[(held << (5 - bits)) & 31];
  return text.padEnd(Math.ceil(text.length / 8) * 8, "=");
}

/** Of the last group: how many bits are dropped behind its whole bytes, by how many characters it has. */
const dropped = [0, 2, 2, 7, 4, 1, 6, 3];

/** The bytes of a text up to the first `=`, whatever the case of its letters; other characters are passed over. */
export function fromBase32(text: string): Uint8Array {
  const [coded = ""] = text.split("=", 1);
  const places = Array.from(coded.toUpperCase(), (character) => alphabet.indexOf(character)).filter((place) => place >= 0);
  const bytes: number[] = [];
  for (let at = 0; at < places.length; at += 8) {
    const group = places.slice(at, at + 8);
    const whole = group.reduce((bits, place) => (bits << 5n) | BigInt(place), 0n) >> BigInt(dropped[group.length % 8]!);
    const length = Math.max(1, Math.floor((group.length * 5) / 8));
    for (let i = length - 1; i >= 0; i--) bytes.push(Number((whole >> BigInt(8 * i)) & 255n));
  }
  return Uint8Array.from(bytes);
}
