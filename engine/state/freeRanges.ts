interface Range {
  readonly at: number;
  readonly length: number;
}

/** Which parts of a file are free: the first that is large enough is given, else the end of the file. */
export class FreeRanges {
  /** Ascending; no two of them touch. */
  #ranges: Range[] = [];
  /** How far the file was ever used. */
  end = 0;

  take(length: number): number {
    const found = this.#ranges.findIndex((range) => range.length >= length);
    if (found < 0) {
      this.end += length;
      return this.end - length;
    }
    const { at, length: free } = this.#ranges[found]!;
    if (free === length) this.#ranges.splice(found, 1);
    else this.#ranges[found] = { at: at + length, length: free - length };
    return at;
  }

  give(at: number, length: number): void {
    let place = this.#ranges.findIndex((range) => range.at > at);
    if (place < 0) place = this.#ranges.length;
    this.#ranges.splice(place, 0, { at, length });
    this.#join(place);
    if (place > 0) this.#join(place - 1);
    const last = this.#ranges.at(-1)!;
    if (last.at + last.length < this.end) return;
    this.#ranges.pop();
    this.end = last.at;
  }

  #join(place: number): void {
    const [first, second] = this.#ranges.slice(place, place + 2);
    if (second === undefined || first!.at + first!.length < second.at) return;
    this.#ranges.splice(place, 2, { at: first!.at, length: first!.length + second.length });
  }
}
