import { parseDateTime } from "../../engine/arrow/civil.js";
import { Options, type OptionSpec } from "../../engine/contract/options.js";

export const generatorOptionSpecs: readonly OptionSpec[] = [
  { name: "rowsPerSecond", kind: "integer", default: "1000", doc: "How many rows become available a second." },
  { name: "rows", kind: "integer", doc: "How many rows there are at all; without it there is no end." },
  { name: "maxRowsPerTrigger", kind: "integer", doc: "The most rows that a batch takes." },
  { name: "sensors", kind: "integer", default: "10", doc: "How many sensors take turns at random." },
  { name: "seed", kind: "integer", default: "1", doc: "Another seed, other rows." },
  { name: "startTime", kind: "text", default: "2026-01-01T00:00:00Z", doc: "The event time of row 0." },
  { name: "timeSpeed", kind: "integer", default: "1", doc: "How many seconds of event time pass in a second." },
  { name: "maxDisorder", kind: "duration", default: "2 seconds", doc: "How far a row's event time may lie behind its turn." },
  { name: "latePercent", kind: "integer", default: "1", doc: "How many rows of a hundred come far too late." },
  { name: "lateBy", kind: "duration", default: "60 seconds", doc: "How much later those come." },
];

/** What the rows depend on, beside their numbers. */
export interface GeneratorOptions {
  readonly rowsPerSecond: number;
  readonly rows: number | null;
  readonly maxRowsPerTrigger: number | null;
  readonly sensors: number;
  readonly seed: number;
  readonly startUs: number;
  /** Event time from one row to the next. */
  readonly stepUs: number;
  readonly maxDisorderUs: number;
  readonly latePercent: number;
  readonly lateByUs: number;
}

export function generatorOptions(given: Readonly<Record<string, string>>): GeneratorOptions {
  const options = new Options("the generator source", generatorOptionSpecs, given);
  const atLeast = (name: string, least: number): number | null => {
    const value = options.integer(name);
    if (value === undefined) return null;
    if (value < least) throw options.invalid(name, `a whole number of at least ${least}`);
    return value;
  };
  const startTime = parseDateTime(options.get("startTime")!);
  if (startTime === null) throw options.invalid("startTime", "an ISO time such as 2026-01-01T00:00:00Z");
  const latePercent = atLeast("latePercent", 0)!;
  if (latePercent > 100) throw options.invalid("latePercent", "a whole number from 0 to 100");
  const rowsPerSecond = atLeast("rowsPerSecond", 1)!;
  return {
    rowsPerSecond,
    rows: atLeast("rows", 0),
    maxRowsPerTrigger: atLeast("maxRowsPerTrigger", 1),
    sensors: atLeast("sensors", 1)!,
    seed: options.integer("seed")!,
    startUs: Number(startTime.microseconds),
    stepUs: (atLeast("timeSpeed", 1)! * 1_000_000) / rowsPerSecond,
    maxDisorderUs: options.durationMs("maxDisorder")! * 1000,
    latePercent,
    lateByUs: options.durationMs("lateBy")! * 1000,
  };
}
