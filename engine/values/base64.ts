const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const places = new Map(Array.from(alphabet).map((letter, place) => [letter, place]));

/** Bytes as base 64, filled up with `=`. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const letters = [18, 12, 6, 0].map((shift) => alphabet[(group >> shift) & 63]!);
    const present = Math.min(3, bytes.length - i) + 1;
    text += letters.slice(0, present).join("") + "=".repeat(4 - present);
  }
  return text;
}

/** The bytes of a base 64 text, white space aside; null when it is none. */
export function fromBase64(text: string): Uint8Array | null {
  const letters = text.replace(/\s/g, "");
  const body = letters.replace(/={1,2}$/, "");
  if (body.length % 4 === 1 || (letters.length !== body.length && letters.length % 4 !== 0)) return null;
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4));
  let [bits, count, at] = [0, 0, 0];
  for (const letter of body) {
    const place = places.get(letter);
    if (place === undefined) return null;
    bits = (bits << 6) | place;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[at++] = (bits >> count) & 255;
  }
  return bytes;
}
