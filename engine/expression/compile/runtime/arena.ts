import { checkedStringLength } from "../../../values/limits.js";
import { copyBytes } from "./bytes.js";

/**
 * Where generated loops put the bytes of strings that they compute. A `put…` appends and returns the length; the bytes then are
 * `data[used - length .. used)`. When it is full it goes on in a new array: what was put before stays valid in the old one.
 */
export class Arena {
  data = new Uint8Array(1024);
  used = 0;

  reset(): void {
    this.used = 0;
  }

  /**
   * Makes room for `length` bytes and returns where they start; `used` is moved behind them.
   *
   * @throws STRING_TOO_LONG
   */
  claim(length: number): number {
    if (this.used + length > this.data.length) {
      checkedStringLength(Math.ceil(length / 3));
      this.data = new Uint8Array(Math.max(Math.min(this.data.length * 2, 2 ** 28), length));
      this.used = 0;
    }
    const start = this.used;
    this.used += length;
    return start;
  }

  putBytes(data: Uint8Array, start: number, length: number): number {
    copyBytes(this.data, this.claim(length), data, start, length);
    return length;
  }

  putTwo(a: Uint8Array, aStart: number, aLength: number, b: Uint8Array, bStart: number, bLength: number): number {
    const start = this.claim(aLength + bLength);
    copyBytes(this.data, start, a, aStart, aLength);
    copyBytes(this.data, start + aLength, b, bStart, bLength);
    return aLength + bLength;
  }

  /** The decimal digits of a safe integer. */
  putInteger(value: number): number {
    let rest = Math.abs(value);
    let digits = 1;
    for (let limit = 10; limit <= rest; limit *= 10) digits++;
    const length = digits + (value < 0 ? 1 : 0);
    let at = this.claim(length) + length;
    for (let i = 0; i < digits; i++) {
      const next = Math.floor(rest / 10);
      this.data[--at] = 48 + (rest - next * 10);
      rest = next;
    }
    if (value < 0) this.data[--at] = 45;
    return length;
  }

  putText(text: string): number {
    const units = text.length;
    const start = this.claim(units * 3);
    const written = units <= shortText && this.#putAscii(text, start) ? units : this.#putUtf8(text, start);
    this.used = start + written;
    return written;
  }

  /** False where the text is not all ASCII. */
  #putAscii(text: string, start: number): boolean {
    const { data } = this;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) return false;
      data[start + i] = unit;
    }
    return true;
  }

  #putUtf8(text: string, start: number): number {
    return encoder.encodeInto(text, this.data.subarray(start, start + text.length * 3)).written;
  }
}

/** So many letters are written one by one sooner than the encoder is called. */
const shortText = 96;

const encoder = new TextEncoder();
