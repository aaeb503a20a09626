const opening = Buffer.from('{"path":"');
const ending = Buffer.from('","size":');
const action = Buffer.from('"action":"add"}');
const header = Buffer.from("v1\n");
const [newline, backslash] = [10, 92];

/**
 * Looks for a path that a manifest lists twice, in the bytes of its entries: to parse 100,000 lines of JSON would take longer than all else that a start does.
 * It knows lines as Spark and we write them, and says of others that it does not know.
 */
export class ListedPaths {
  private table = new Int32Array(1 << 12).fill(-1);
  /** Of each path: its bytes, and where they lie in them. */
  private readonly texts: { readonly bytes: Buffer; readonly start: number; readonly end: number }[] = [];

  /** Takes the lines of an entry behind its first. False: a line is not plain, or a path was there before. */
  add(entry: Uint8Array): boolean {
    const bytes = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength);
    if (bytes.length < header.length) return bytes.toString() === "v1";
    if (!bytes.subarray(0, header.length).equals(header) || bytes.includes(backslash)) return false;
    let lineStart = header.length;
    while (lineStart < bytes.length) {
      const next = bytes.indexOf(newline, lineStart);
      const lineEnd = next < 0 ? bytes.length : next;
      if (lineEnd > lineStart && !this.line(bytes, lineStart, lineEnd)) return false;
      lineStart = lineEnd + 1;
    }
    return true;
  }

  private line(bytes: Buffer, start: number, end: number): boolean {
    if (bytes.compare(opening, 0, opening.length, start, Math.min(end, start + opening.length)) !== 0) return false;
    if (bytes.compare(action, 0, action.length, Math.max(start, end - action.length), end) !== 0) return false;
    const from = start + opening.length;
    const to = bytes.indexOf(ending, from);
    return to >= 0 && to < end && this.path(bytes, from, to);
  }

  private path(bytes: Buffer, start: number, end: number): boolean {
    let hash = 0x811c9dc5;
    let at = start;
    for (; at + 4 <= end; at += 4) hash = mixed(hash, bytes.readInt32LE(at));
    for (; at < end; at++) hash = mixed(hash, bytes[at]!);
    const { texts } = this;
    if (texts.length * 2 >= this.table.length) this.grow();
    const mask = this.table.length - 1;
    // Two places of four bytes: the hash, and the number of the path.
    for (let place = hash & mask & ~1; ; place = (place + 2) & mask) {
      const known = this.table[place + 1]!;
      if (known < 0) {
        this.table[place] = hash;
        this.table[place + 1] = texts.push({ bytes, start, end }) - 1;
        return true;
      }
      const text = texts[known]!;
      if (this.table[place] === hash && text.bytes.compare(bytes, start, end, text.start, text.end) === 0) return false;
    }
  }

  private grow(): void {
    const before = this.table;
    this.table = new Int32Array(before.length * 4).fill(-1);
    const mask = this.table.length - 1;
    for (let i = 0; i < before.length; i += 2) {
      if (before[i + 1]! < 0) continue;
      const hash = before[i]!;
      let at = hash & mask & ~1;
      while (this.table[at + 1]! >= 0) at = (at + 2) & mask;
      this.table[at] = hash;
      this.table[at + 1] = before[i + 1]!;
    }
  }
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return product ^ (product >>> 15);
}
