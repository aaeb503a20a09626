import { RE2JS } from "re2js";
import { nativePattern, type NativePattern } from "./nativePattern.js";

/** Finds the matches of a pattern in a text, one after the other. Places are in UTF-16 units. */
export interface TextMatcher {
  /** Goes to the next match; false when there is none. */
  find(): boolean;
  start(): number;
  end(): number;
  /** What a group matched (none named: the whole match); null where it took no part. @throws Error for a group that there is not */
  group(group?: number | string): string | null;
  groupCount(): number;
}

/** A regular expression with Java's meaning. @throws Error for what is no pattern, or is not built */
export class TextPattern {
  readonly #linear: RE2JS;
  readonly #native: NativePattern | null;

  constructor(pattern: string) {
    this.#linear = RE2JS.compile(pattern);
    this.#native = nativePattern(pattern);
  }

  /** The characters that the pattern stands for, where it is nothing else. */
  get literal(): string | null {
    return this.#native?.literal ?? null;
  }

  matcher(text: string): TextMatcher {
    if (this.#native !== null && text.length <= this.#native.longestText) return new NativeMatcher(this.#native.regex, text, this.#linear);
    return this.#linear.matcher(text);
  }

  /** Whether the whole text is a match. */
  matches(text: string): boolean {
    return this.#linear.matches(text);
  }
}

class NativeMatcher implements TextMatcher {
  #match: RegExpExecArray | null = null;
  #at = 0;

  constructor(
    private readonly regex: RegExp,
    private readonly text: string,
    private readonly linear: RE2JS,
  ) {}

  find(): boolean {
    this.regex.lastIndex = this.#at;
    this.#match = this.regex.exec(this.text);
    this.#at = this.#match === null ? this.text.length + 1 : this.regex.lastIndex;
    return this.#match !== null;
  }

  start(): number {
    return this.#match!.index;
  }

  end(): number {
    return this.#match!.index + this.#match![0].length;
  }

  group(group: number | string = 0): string | null {
    if (typeof group === "string" || group > this.groupCount()) throw new RangeError(`no group ${group}`);
    return this.#match![group] ?? null;
  }

  groupCount(): number {
    return this.linear.groupCount();
  }
}
