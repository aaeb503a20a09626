/** A part that is longer is looked for by an algorithm that never goes back in the text; below, the plain one costs at most this much more. */
const longestPlainPart = 256;

/** Numbers in a row: bytes, or units of a string. */
type Units = Uint8Array | Uint16Array;

/** Where the `partLength` units of `part` are in `text`, at or behind `from`, both counted from `textStart`; −1: nowhere. In time by the lengths of both, added. */
export function placeOfUnits(
  text: Units,
  textStart: number,
  textLength: number,
  part: Units,
  partStart: number,
  partLength: number,
  from: number,
): number {
  const borders = bordersOf(part, partStart, partLength);
  for (let i = from, same = 0; i < textLength; i++) {
    const unit = text[textStart + i]!;
    while (same > 0 && part[partStart + same] !== unit) same = borders[same - 1]!;
    if (part[partStart + same] === unit) same++;
    if (same === partLength) return i - partLength + 1;
  }
  return -1;
}

/** For each beginning of the part: the length of its longest end that the part begins with too (Knuth, Morris and Pratt). */
function bordersOf(part: Units, start: number, length: number): Int32Array {
  const borders = new Int32Array(length);
  for (let i = 1, same = 0; i < length; i++) {
    const unit = part[start + i]!;
    while (same > 0 && part[start + same] !== unit) same = borders[same - 1]!;
    if (part[start + same] === unit) same++;
    borders[i] = same;
  }
  return borders;
}

/** Whether a part is so long that the plain search could take the product of the lengths. */
export function isLongPart(length: number): boolean {
  return length > longestPlainPart;
}

/** `text.indexOf(part, from)`, in time by the lengths of both, added. */
export function placeInText(text: string, part: string, from = 0): number {
  if (!isLongPart(part.length) || part.length > text.length - from) return text.indexOf(part, from);
  return placeOfUnits(unitsOf(text), 0, text.length, unitsOf(part), 0, part.length, from);
}

/** `text.split(part)` for a part that is not empty, in time by the lengths of both, added. */
export function partsOfText(text: string, part: string): string[] {
  if (!isLongPart(part.length) || part.length > text.length) return text.split(part);
  const [units, partUnits] = [unitsOf(text), unitsOf(part)];
  const parts: string[] = [];
  let start = 0;
  for (;;) {
    const place = placeOfUnits(units, 0, text.length, partUnits, 0, part.length, start);
    if (place < 0) break;
    parts.push(text.slice(start, place));
    start = place + part.length;
  }
  parts.push(text.slice(start));
  return parts;
}

function unitsOf(text: string): Uint16Array {
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return units;
}
