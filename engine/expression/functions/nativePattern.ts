/**
 * Regular expressions that the machine's own engine reads as Java's does. It is many times as fast as the one that works in linear time, but it steps back: so only a
 * pattern whose parts cannot match in ever more ways is one of them, and only for texts that are not long.
 *
 * Taken are characters, classes of them, `.`, `^`, groups, alternatives, and repetitions of one character or class, or of a group that has neither repetitions nor
 * groups inside. Not taken is what Java reads otherwise (`$`, `\b`, flags, named groups), and what could match nothing at all.
 */
export interface NativePattern {
  readonly regex: RegExp;
  /** Longer texts are for the engine that works in linear time; in characters. */
  readonly longestText: number;
  /** The characters that the pattern stands for, where it is nothing else. */
  readonly literal: string | null;
}

/** By how many repetitions without a bound a pattern has: the steps grow with that power of the text's length, and once more. */
const longestTexts = [65_536, 4096, 256];

/** A part of a pattern, as this engine reads it. */
interface Part {
  readonly source: string;
  readonly canBeEmpty: boolean;
  readonly hasRepetition: boolean;
  readonly hasGroup: boolean;
}

/** Null: it is none of these. */
export function nativePattern(pattern: string): NativePattern | null {
  const reader = new PatternReader(pattern);
  const whole = reader.alternatives();
  if (whole === null || !reader.isAtEnd || whole.canBeEmpty) return null;
  const longestText = longestTexts[reader.unbounded];
  if (longestText === undefined) return null;
  const literal = /^[^\\^$.|?*+()[\]{}]+$/.test(pattern) ? pattern : null;
  return { regex: new RegExp(whole.source, "gu"), longestText, literal };
}

/** Reads a pattern from left to right; null is what it does not take. */
class PatternReader {
  /** Repetitions without a bound. */
  unbounded = 0;
  readonly #characters: readonly string[];
  #at = 0;

  constructor(pattern: string) {
    this.#characters = Array.from(pattern);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#characters.length;
  }

  alternatives(): Part | null {
    let all = this.#sequence();
    while (all !== null && this.#take("|")) {
      const next = this.#sequence();
      all = next === null ? null : joined(all, next, `${all.source}|${next.source}`, all.canBeEmpty || next.canBeEmpty);
    }
    return all;
  }

  #sequence(): Part | null {
    let all: Part = { source: "", canBeEmpty: true, hasRepetition: false, hasGroup: false };
    while (!this.isAtEnd && this.#peek() !== "|" && this.#peek() !== ")") {
      const part = this.#repeated();
      if (part === null) return null;
      all = joined(all, part, all.source + part.source, all.canBeEmpty && part.canBeEmpty);
    }
    return all;
  }

  #repeated(): Part | null {
    const part = this.#take("(") ? this.#group() : this.#one(this.#next());
    if (part === null) return null;
    const sign = this.#repetition();
    if (sign === null || sign === "") return sign === null ? null : part.whole;
    const { inner, whole } = part;
    // What repeats within a repetition could match in ever more ways, and groups in it keep other values than Java's.
    if (inner.canBeEmpty || inner.hasRepetition || inner.hasGroup) return null;
    if (/^(?:[*+]|\{\d+,\})/.test(sign)) this.unbounded++;
    return { ...whole, source: whole.source + sign, canBeEmpty: /^(?:[*?]|\{0)/.test(sign), hasRepetition: true };
  }

  /** `*`, `+`, `?`, `{n}`, `{n,}` or `{n,m}`, then `?` for as few as possible; empty where there is none. */
  #repetition(): string | null {
    const sign = this.isAtEnd ? "" : this.#peek();
    if (!/^[*+?{]$/.test(sign)) return "";
    const end = sign === "{" ? this.#characters.indexOf("}", this.#at) : this.#at;
    const text = this.#characters.slice(this.#at, end + 1).join("");
    if (sign === "{" && !/^\{\d{1,3}(?:,\d{0,3})?\}$/.test(text)) return null;
    this.#at = end + 1;
    const few = this.#take("?") ? "?" : "";
    return !this.isAtEnd && /[*+?{]/.test(this.#peek()) ? null : text + few;
  }

  #group(): Repeatable | null {
    const isPlain = this.#take("?");
    if (isPlain && !this.#take(":")) return null;
    const inner = this.alternatives();
    if (inner === null || !this.#take(")")) return null;
    return { inner, whole: { ...inner, source: `(${isPlain ? "?:" : ""}${inner.source})`, hasGroup: inner.hasGroup || !isPlain } };
  }

  #one(character: string): Repeatable | null {
    if (character === "^") return alone("^", true);
    if (character === ".") return alone("[^\\n\\r\\u0085\\u2028\\u2029]");
    if (character === "[") return this.#set();
    if (character === "\\") {
      const isSet = !this.isAtEnd && /^[dws]$/.test(this.#peek());
      const escaped = this.#escaped();
      return escaped === null ? null : alone(isSet ? `[${escaped}]` : escaped);
    }
    return /^[$*+?{}\]]$/.test(character) ? null : alone(plain(character));
  }

  #set(): Repeatable | null {
    let source = this.#take("^") ? "[^" : "[";
    if (!this.isAtEnd && this.#peek() === "]") return null;
    while (!this.isAtEnd && this.#peek() !== "]") {
      const character = this.#next();
      if (character === "[" || character === "-" || (character === "&" && this.#take("&"))) return null;
      const from = character === "\\" ? this.#escaped() : plain(character);
      if (from === null) return null;
      source += from;
      if (this.isAtEnd || this.#peek() !== "-") continue;
      const range = [character, this.#characters[this.#at + 1] ?? ""];
      if (!range.every((end) => /^[A-Za-z0-9]$/.test(end)) || range[0]! > range[1]!) return null;
      source += `-${range[1]!}`;
      this.#at += 2;
    }
    return this.#take("]") ? alone(`${source}]`) : null;
  }

  /** What stands behind a backslash, as part of a set. */
  #escaped(): string | null {
    const character = this.isAtEnd ? "" : this.#next();
    const known = { d: "0-9", w: "A-Za-z0-9_", s: " \\t\\n\\u000b\\f\\r", t: "\\t", n: "\\n", r: "\\r", f: "\\f" }[character];
    return known ?? (/^[!-/:-@[-`{-~]$/.test(character) ? plain(character) : null);
  }

  #peek(): string {
    return this.#characters[this.#at]!;
  }

  #next(): string {
    return this.#characters[this.#at++]!;
  }

  #take(character: string): boolean {
    if (this.isAtEnd || this.#peek() !== character) return false;
    this.#at++;
    return true;
  }
}

/** A part that a repetition may follow, and what of it would be repeated. */
interface Repeatable {
  readonly inner: Part;
  readonly whole: Part;
}

function joined(a: Part, b: Part, source: string, canBeEmpty: boolean): Part {
  return { source, canBeEmpty, hasRepetition: a.hasRepetition || b.hasRepetition, hasGroup: a.hasGroup || b.hasGroup };
}

function alone(source: string, canBeEmpty = false): Repeatable {
  const part = { source, canBeEmpty, hasRepetition: false, hasGroup: false };
  return { inner: part, whole: part };
}

/** A character that stands for itself. */
function plain(character: string): string {
  return /^[A-Za-z0-9_ ]$/.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
