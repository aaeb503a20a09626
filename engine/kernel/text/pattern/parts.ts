import { StreamingError } from "../../../errors/streamingError.js";
import { legacyAccepts } from "./legacyPattern.js";

/** A pattern of Java's DateTimeFormatter as the parts that write and read text. */
export type Part =
  | { readonly kind: "field"; readonly letter: string; readonly count: number }
  /** Fewer digits than the pattern has letters are read, as Spark does. */
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "optional"; readonly parts: readonly Part[] };

/** What a pattern is for: some letters can only be written. */
export type PatternUse = "parse" | "format";

const weekLetters = "YWwuec";
const refusedLetters = "ABnNp";
const refusedForParsing = "EFqQ";

/** How many of a letter the formatter takes. `y` may be of any length but seven and more, which Spark refuses. */
const lengths: Readonly<Record<string, readonly number[]>> = {
  G: [1, 2, 3, 4],
  y: [1, 2, 3, 4, 5, 6],
  Q: [1, 2, 3, 4],
  q: [1, 2, 3, 4],
  M: [1, 2, 3, 4],
  L: [1, 2, 3, 4],
  d: [1, 2],
  D: [1, 2, 3],
  E: [1, 2, 3, 4],
  F: [1],
  a: [1],
  H: [1, 2],
  h: [1, 2],
  K: [1, 2],
  k: [1, 2],
  m: [1, 2],
  s: [1, 2],
  S: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  V: [2],
  z: [1, 2, 3, 4],
  O: [1, 4],
  X: [1, 2, 3, 4, 5],
  x: [1, 2, 3, 4, 5],
  Z: [1, 2, 3, 4, 5],
};

/** Why a pattern is refused. */
type Refusal = { readonly illegal: string } | { readonly week: string } | { readonly length: true } | { readonly malformed: true };

/**
 * The parts of a pattern.
 *
 * @throws INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN, INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER, INVALID_DATETIME_PATTERN.LENGTH,
 *   INVALID_DATETIME_PATTERN.WITH_SUGGESTION
 */
export function partsOf(pattern: string, use: PatternUse): readonly Part[] {
  const made = new PatternReader(pattern, use).parts();
  if (Array.isArray(made)) return made as readonly Part[];
  const refusal = made as Refusal;
  if ("week" in refusal) throw new StreamingError("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN", { c: refusal.week });
  if ("illegal" in refusal) throw new StreamingError("INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", { c: refusal.illegal, pattern });
  if ("length" in refusal) throw new StreamingError("INVALID_DATETIME_PATTERN.LENGTH", { pattern });
  if (legacyAccepts(pattern)) throw new StreamingError("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION", { pattern });
  throw new StreamingError("INVALID_DATETIME_PATTERN.WITH_SUGGESTION", { pattern });
}

/** Runs of letters, quoted and other literals, brackets; what the letters mean to Spark is looked at first, then what Java takes. */
class PatternReader {
  private at = 0;
  private refusal: Refusal | null = null;

  constructor(
    private readonly pattern: string,
    private readonly use: PatternUse,
  ) {}

  parts(): readonly Part[] | Refusal {
    const refusal = this.refusedBySpark();
    if (refusal !== null) return refusal;
    const parts = this.sequence(false);
    return this.refusal ?? parts;
  }

  private refusedBySpark(): Refusal | null {
    const unquoted = this.pattern.split("'").filter((_, i) => i % 2 === 0);
    for (const text of unquoted) {
      for (const c of text) {
        if (weekLetters.includes(c)) return { week: c };
        if (refusedLetters.includes(c) || (this.use === "parse" && refusedForParsing.includes(c))) return { illegal: c };
      }
      if (/G{5}|M{5}|L{5}|E{5}|Q{5}|q{5}|y{7}/.test(text)) return { length: true };
    }
    return null;
  }

  private sequence(inside: boolean): readonly Part[] {
    const parts: Part[] = [];
    while (this.at < this.pattern.length) {
      const c = this.pattern[this.at]!;
      if (c === "]") {
        if (!inside) this.refusal ??= { malformed: true };
        this.at++;
        if (inside) return parts;
      } else if (c === "[") {
        this.at++;
        parts.push({ kind: "optional", parts: this.sequence(true) });
      } else if (c === "'") parts.push({ kind: "literal", text: this.quoted() });
      else if (/[A-Za-z]/.test(c)) parts.push(this.run(c));
      else {
        if (c === "{" || c === "}" || c === "#") this.refusal ??= { malformed: true };
        parts.push({ kind: "literal", text: c });
        this.at++;
      }
    }
    return parts;
  }

  /** A text in quotes; two quotes are one, inside as well as outside. */
  private quoted(): string {
    const start = ++this.at;
    let text = "";
    for (; this.at < this.pattern.length; this.at++) {
      if (this.pattern[this.at] !== "'") text += this.pattern[this.at]!;
      else if (this.at > start && this.pattern[this.at + 1] === "'") {
        text += "'";
        this.at++;
      } else {
        this.at++;
        return text === "" ? "'" : text;
      }
    }
    this.refusal ??= { malformed: true };
    return text;
  }

  private run(letter: string): Part {
    const start = this.at;
    while (this.pattern[this.at] === letter) this.at++;
    const count = this.at - start;
    if (!(lengths[letter]?.includes(count) ?? false)) this.refusal ??= { malformed: true };
    return { kind: "field", letter, count };
  }
}
