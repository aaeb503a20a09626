import { shownValue } from "../errors/credentials.js";
import { nearestName } from "../errors/nearest.js";
import { StreamingError } from "../errors/streamingError.js";

/** One option of a source, sink or reader. */
export interface OptionSpec {
  /** As the documentation writes it; matching ignores case, as Spark's does. */
  readonly name: string;
  readonly doc: string;
  /** The kind of its value; `text` where the provider checks it itself. */
  readonly kind: "text" | "boolean" | "integer" | "bytes" | "duration" | readonly string[];
  readonly default?: string;
}

/** Options as they were given, looked up without regard to case. */
export class Options {
  private readonly values = new Map<string, string>();

  /**
   * Checks the names and the form of the values.
   *
   * @param owner what they are for, as messages name it (`the kafka source`)
   * @param prefixes option names that are passed on unchecked (`kafka.`)
   * @throws UNKNOWN_OPTION with the nearest name; INVALID_OPTION_VALUE
   */
  constructor(
    readonly owner: string,
    private readonly specs: readonly OptionSpec[],
    given: Readonly<Record<string, string>>,
    private readonly prefixes: readonly string[] = [],
  ) {
    const byKey = new Map(specs.map((spec) => [spec.name.toLowerCase(), spec]));
    for (const [name, value] of Object.entries(given)) {
      const spec = byKey.get(name.toLowerCase());
      if (spec) {
        this.check(spec, value);
        this.values.set(name.toLowerCase(), value);
      } else if (prefixes.some((prefix) => name.startsWith(prefix))) {
        this.values.set(name, value);
      } else {
        const names = specs.map((s) => s.name);
        const nearest = nearestName(name, names);
        throw new StreamingError("UNKNOWN_OPTION", {
          option: name,
          owner,
          suggestion: nearest ? `Did you mean \`${nearest}\`?` : `It knows: ${names.join(", ")}.`,
        });
      }
    }
  }

  /** The value, or its default; undefined when it has neither. */
  get(name: string): string | undefined {
    const key = name.toLowerCase();
    return this.values.get(key) ?? this.values.get(name) ?? this.specs.find((spec) => spec.name.toLowerCase() === key)?.default;
  }

  /** @throws MISSING_OPTION */
  require(name: string): string {
    const value = this.get(name);
    if (value === undefined) throw new StreamingError("MISSING_OPTION", { option: name, owner: this.owner });
    return value;
  }

  boolean(name: string): boolean {
    return this.get(name)?.toLowerCase() === "true";
  }

  integer(name: string): number | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : Number(value);
  }

  /** A size such as `10m` or `1048576`, in bytes. */
  bytes(name: string): number | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : parseBytes(value)!;
  }

  /** A duration such as `500 ms`, `10s`, `5 minutes` or plain milliseconds, in ms. */
  durationMs(name: string): number | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : parseDurationMs(value)!;
  }

  /** The options that were passed on unchecked, without the prefix. */
  withPrefix(prefix: string): Record<string, string> {
    const found: Record<string, string> = {};
    if (!this.prefixes.includes(prefix)) return found;
    for (const [name, value] of this.values) if (name.startsWith(prefix)) found[name.slice(prefix.length)] = value;
    return found;
  }

  /** What was given, by documented name. */
  toRecord(): Record<string, string> {
    const names = new Map(this.specs.map((spec) => [spec.name.toLowerCase(), spec.name]));
    return Object.fromEntries([...this.values].map(([key, value]) => [names.get(key) ?? key, value]));
  }

  /** The refusal of a value, for checks that only the provider can make. */
  invalid(name: string, expected: string): StreamingError {
    return this.refusal(name, this.get(name) ?? "", expected);
  }

  private check(spec: OptionSpec, value: string): void {
    const expected = expectation(spec, value);
    if (expected === null) return;
    throw this.refusal(spec.name, value, expected);
  }

  private refusal(option: string, value: string, expected: string): StreamingError {
    return new StreamingError("INVALID_OPTION_VALUE", { option, owner: this.owner, value: shownValue(option, value), expected });
  }
}

/** Checks options of which none is looked at. @throws as `Options` */
export function checkOptions(owner: string, specs: readonly OptionSpec[], given: Readonly<Record<string, string>>): void {
  void new Options(owner, specs, given);
}

/** What the value should have been; null when it is fine. */
function expectation(spec: OptionSpec, value: string): string | null {
  switch (spec.kind) {
    case "text":
      return null;
    case "boolean":
      return /^(true|false)$/i.test(value) ? null : "true or false";
    case "integer":
      return /^[+-]?\d+$/.test(value) && Number.isSafeInteger(Number(value)) ? null : "a whole number";
    case "bytes":
      return parseBytes(value) === null ? "a size such as 1048576 or 10m" : null;
    case "duration":
      return parseDurationMs(value) === null ? "a duration such as 500 ms, 10s or 5 minutes" : null;
    default:
      return spec.kind.some((word) => word.toLowerCase() === value.toLowerCase()) ? null : `one of ${spec.kind.join(", ")}`;
  }
}

const byteUnits: Record<string, number> = {
  "": 1,
  b: 1,
  k: 2 ** 10,
  kb: 2 ** 10,
  m: 2 ** 20,
  mb: 2 ** 20,
  g: 2 ** 30,
  gb: 2 ** 30,
  t: 2 ** 40,
  tb: 2 ** 40,
};

export function parseBytes(text: string): number | null {
  const match = /^\s*(\d+)\s*([a-z]*)\s*$/i.exec(text);
  const unit = byteUnits[match?.[2]?.toLowerCase() ?? ""];
  return match && unit !== undefined ? Number(match[1]) * unit : null;
}

const durationUnits: Record<string, number> = { "": 1, ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const durationWords: Record<string, number> = { millisecond: 1, second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function parseDurationMs(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  if (!match) return null;
  const word = match[2]!.toLowerCase();
  const unit = durationUnits[word] ?? durationWords[word.replace(/s$/, "")];
  return unit === undefined ? null : Math.round(Number(match[1]) * unit);
}
