import { assert } from "../errors/assert.js";
import { dateTimeText, parseDateTime } from "./civil.js";

/** A point in time to the microsecond: a `Date` that keeps what a Date would cut off. Immutable, though a Date's setters cannot be taken away. */
export class Timestamp extends Date {
  /** Since 1970-01-01T00:00:00Z. */
  readonly microseconds: bigint;

  constructor(microseconds: bigint) {
    const below = ((microseconds % 1000n) + 1000n) % 1000n;
    super(Number((microseconds - below) / 1000n));
    this.microseconds = microseconds;
  }

  /** Of an ISO 8601 text; UTC when it names no zone. */
  static of(text: string): Timestamp {
    const parsed = parseDateTime(text);
    assert(parsed !== null, `${text} is no timestamp`);
    return new Timestamp(parsed.microseconds);
  }

  /** `yyyy-MM-ddTHH:mm:ss.SSSZ`, with six digits where three would lose something. Right beyond a Date's range too. */
  override toISOString(): string {
    return `${dateTimeText(this.microseconds)}Z`;
  }

  override toJSON(): string {
    return this.toISOString();
  }
}
