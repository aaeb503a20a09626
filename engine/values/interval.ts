import { StreamingError } from "../errors/streamingError.js";
import type { IntervalValue } from "../arrow/value.js";

const units = ["year", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond"] as const;

/** The units an interval is written in. */
export type IntervalUnit = (typeof units)[number];

const unitValues: Readonly<Record<IntervalUnit, { months?: bigint; days?: bigint; microseconds?: bigint }>> = {
  year: { months: 12n },
  month: { months: 1n },
  week: { days: 7n },
  day: { days: 1n },
  hour: { microseconds: 3_600_000_000n },
  minute: { microseconds: 60_000_000n },
  second: { microseconds: 1_000_000n },
  millisecond: { microseconds: 1000n },
  microsecond: { microseconds: 1n },
};

/** The unit that a word names, in the singular or plural. */
export function intervalUnit(word: string): IntervalUnit | null {
  const name = word.toLowerCase().replace(/s$/, "");
  return units.find((unit) => unit === name) ?? null;
}

/** A sum of `value unit` terms. Throws RangeError beyond 32-bit months and days, 64-bit microseconds. */
export class IntervalSum {
  private months = 0n;
  private days = 0n;
  private microseconds = 0n;

  /** @param fraction microseconds, of seconds only */
  add(count: bigint, unit: IntervalUnit, fraction = 0n): void {
    const { months = 0n, days = 0n, microseconds = 0n } = unitValues[unit];
    this.months += count * months;
    this.days += count * days;
    this.microseconds += count * microseconds + fraction;
  }

  value(): IntervalValue {
    if (!fits(this.months, 32) || !fits(this.days, 32) || !fits(this.microseconds, 64)) throw new RangeError("interval overflow");
    return { months: Number(this.months), days: Number(this.days), microseconds: this.microseconds };
  }
}

function fits(n: bigint, bits: number): boolean {
  return BigInt.asIntN(bits, n) === n;
}

type IntervalFault =
  | "INPUT_IS_EMPTY"
  | "INVALID_PREFIX"
  | "UNRECOGNIZED_NUMBER"
  | "ARITHMETIC_EXCEPTION"
  | "INVALID_PRECISION"
  | "INVALID_VALUE"
  | "INVALID_FRACTION"
  | "INVALID_UNIT"
  | "MISSING_NUMBER"
  | "MISSING_UNIT";

/**
 * A calendar interval such as `10 seconds` or `interval 1 day -2.5 seconds`.
 *
 * @throws INVALID_INTERVAL_FORMAT.*
 */
export function parseInterval(input: string): IntervalValue {
  return new IntervalText(input).parse();
}

const number = /([+-]?)\s*(\d*)(\.\d*)?/y;
const maxFractionDigits = 9;

class IntervalText {
  private readonly text: string;
  private at = 0;

  constructor(private readonly input: string) {
    this.text = input.trim().toLowerCase();
  }

  parse(): IntervalValue {
    if (this.text === "" || this.text === "interval") throw this.fault("INPUT_IS_EMPTY");
    if (this.text.startsWith("interval")) {
      this.at = "interval".length;
      if (!/\s/.test(this.text[this.at]!)) throw this.fault("INVALID_PREFIX", { prefix: this.wordAt(0) });
    }
    const sum = new IntervalSum();
    for (this.skipBlank(); this.at < this.text.length; this.skipBlank()) this.term(sum);
    try {
      return sum.value();
    } catch {
      throw this.fault("ARITHMETIC_EXCEPTION");
    }
  }

  /** One `[sign] number unit`. */
  private term(sum: IntervalSum): void {
    const start = this.at;
    number.lastIndex = start;
    const [whole, sign, digits, fraction] = number.exec(this.text)!;
    if (whole === "") throw this.fault("UNRECOGNIZED_NUMBER", { number: this.wordAt(start) });
    this.at += whole.length;
    if (digits === "" && (fraction === undefined || fraction === ".")) {
      if (this.at >= this.text.length) throw this.fault("MISSING_NUMBER", { word: this.wordAt(start) });
      throw this.fault("INVALID_VALUE", { value: this.wordAt(this.at) });
    }
    if (fraction !== undefined && fraction.length - 1 > maxFractionDigits)
      throw this.fault("INVALID_PRECISION", { value: this.wordAt(start) });
    if (this.at < this.text.length && !/\s/.test(this.text[this.at]!)) throw this.fault("INVALID_VALUE", { value: this.wordAt(start) });
    this.skipBlank();
    if (this.at >= this.text.length) throw this.fault("MISSING_UNIT", { word: this.wordAt(start) });

    const word = this.wordAt(this.at);
    const unit = intervalUnit(word);
    if (unit === null) throw this.fault("INVALID_UNIT", { unit: word });
    if (fraction !== undefined && unit !== "second") throw this.fault("INVALID_FRACTION", { unit: word });
    const negative = sign === "-" ? -1n : 1n;
    const count = BigInt(digits === "" ? "0" : digits!);
    if (BigInt.asIntN(64, count) !== count) throw this.fault("ARITHMETIC_EXCEPTION");
    const microseconds = fraction === undefined ? 0n : BigInt(fraction.slice(1).padEnd(maxFractionDigits, "0").slice(0, 6));
    sum.add(negative * count, unit, negative * microseconds);
    this.at += word.length;
  }

  private skipBlank(): void {
    while (this.at < this.text.length && /\s/.test(this.text[this.at]!)) this.at++;
  }

  /** The word around a place, as the errors show it. */
  private wordAt(place: number): string {
    const before = this.text.slice(0, place).search(/\S*$/);
    return /^\S*/.exec(this.text.slice(before))![0];
  }

  private fault(kind: IntervalFault, parameters: Record<string, string> = {}): StreamingError {
    return new StreamingError(`INVALID_INTERVAL_FORMAT.${kind}`, { input: this.input, ...parameters });
  }
}
