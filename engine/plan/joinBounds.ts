import type { IntervalValue } from "../arrow/value.js";
import type { Attribute, Expression } from "../expression/expression.js";
import { conjunctsOf } from "../expression/conjuncts.js";
import { referencesOf } from "../expression/traverse.js";
import { splitJoinCondition } from "./joinKeys.js";

/** Whether a key of the join is an event time with a watermark. */
export function hasWatermarkInKeys(condition: Expression | null, lefts: readonly Attribute[], rights: readonly Attribute[]): boolean {
  return splitJoinCondition(condition, lefts, rights).keys.some(({ left, right }) => isEventTime(left) || isEventTime(right));
}

/** Whether it is a column that is an event time with a watermark. */
export function isEventTime(e: Expression): boolean {
  return e.kind === "attribute" && e.eventTime !== undefined;
}

/**
 * How long rows of one side (`kept`) can find partners: when the watermark that the other side has (`others`) is W, those up to W plus so many milliseconds have none any
 * more. Null when no term of the condition says so; of several terms the smallest counts, as in Spark.
 *
 * A term does when it is a lower bound of one column of `kept` by the event time of the other side (`kept.ts >= other.ts - 5 s`: −5001). As in Spark, so does a constant
 * that a column of `kept` must be above (`kept.v > 0`): it is no time, and so small that nothing expires.
 */
export function expiryOffsetMs(condition: Expression | null, kept: readonly Attribute[], others: readonly Attribute[]): number | null {
  const keptColumns = new Set(kept.map((a) => a.id));
  if (!others.some(isEventTime)) return null;
  const offsets = conjunctsOf(condition)
    .flatMap(comparisons)
    .flatMap((comparison) => lowerBoundMs(comparison, keptColumns, others) ?? (isAboveConstant(comparison, keptColumns) ? [neverMs] : []));
  return offsets.length === 0 ? null : Math.min(...offsets);
}

/** Farther than any watermark goes. */
const neverMs = -(2 ** 52);

/** Whether the watermark of one side (`others`) bounds how long rows of the other side (`kept`) can find partners. */
export function boundsState(condition: Expression | null, kept: readonly Attribute[], others: readonly Attribute[]): boolean {
  return expiryOffsetMs(condition, kept, others) !== null;
}

function isAboveConstant({ smaller, larger }: Comparison, kept: ReadonlySet<number>): boolean {
  const terms = [...termsOf(smaller, false), ...termsOf(larger, true)];
  const [column, ...more] = terms.filter(({ e }) => referencesOf(e).size > 0);
  if (column === undefined || more.length > 0 || !column.negated) return false;
  const isKept = [...referencesOf(column.e)].every((id) => kept.has(id)) && referencesOf(column.e).size === 1;
  return isKept && terms.every((term) => term === column || microsecondsOf(term.e) !== null);
}

interface Comparison {
  readonly smaller: Expression;
  readonly larger: Expression;
  /** Whether both may be equal. */
  readonly orEqual: boolean;
}

function comparisons(term: Expression): readonly Comparison[] {
  if (term.kind !== "call") return [];
  const [a, b, c] = term.args;
  switch (term.name) {
    case "<":
    case "<=":
      return [{ smaller: a!, larger: b!, orEqual: term.name === "<=" }];
    case ">":
    case ">=":
      return [{ smaller: b!, larger: a!, orEqual: term.name === ">=" }];
    case "between":
      return [
        { smaller: b!, larger: a!, orEqual: true },
        { smaller: a!, larger: c!, orEqual: true },
      ];
    default:
      return [];
  }
}

/**
 * `smaller - larger < 0` must have exactly one term of the kept side, subtracted, and beside it one event time of the other side and constants: their sum is how far
 * the bound lies behind that event time. A row that equals the bound still finds partners, if the comparison says so.
 */
function lowerBoundMs({ smaller, larger, orEqual }: Comparison, kept: ReadonlySet<number>, others: readonly Attribute[]): number | null {
  const terms = [...termsOf(smaller, false), ...termsOf(larger, true)];
  const ofKept = terms.filter(({ e }) => [...referencesOf(e)].some((id) => kept.has(id)));
  if (ofKept.length !== 1 || !ofKept[0]!.negated || referencesOf(ofKept[0]!.e).size !== 1) return null;
  const rest = terms.filter((term) => term !== ofKept[0]);
  const times = rest.filter(({ e }) => referencesOf(e).size > 0);
  const [time] = times;
  if (time === undefined || times.length > 1 || time.negated || !isEventTimeOf(time.e, others)) return null;
  let offsetUs = 0;
  for (const { e, negated } of rest) {
    if (e === time.e) continue;
    const constantUs = microsecondsOf(e);
    if (constantUs === null) return null;
    offsetUs += negated ? -constantUs : constantUs;
  }
  return Math.floor(offsetUs / 1000) - (orEqual ? 1 : 0);
}

function isEventTimeOf(e: Expression, attributes: readonly Attribute[]): boolean {
  return e.kind === "attribute" && attributes.some((a) => a.id === e.id && isEventTime(a));
}

const microsecondsPerDay = 86_400_000_000;

/** A constant of a sum of times, in microseconds; null for months, which have no length, and for what is not known yet. */
function microsecondsOf(e: Expression): number | null {
  if (e.kind !== "literal" || e.value === null) return null;
  const { value, type } = e;
  if (type.kind === "interval") {
    const { months, days, microseconds } = value as IntervalValue;
    return months === 0 ? days * microsecondsPerDay + Number(microseconds) : null;
  }
  return typeof value === "bigint" || typeof value === "number" ? Number(value) : null;
}

interface Term {
  readonly e: Expression;
  readonly negated: boolean;
}

/** The terms of a sum. */
function termsOf(e: Expression, negated: boolean): readonly Term[] {
  if (e.kind === "cast") return termsOf(e.child, negated);
  if (e.kind !== "call") return [{ e, negated }];
  switch (e.name) {
    case "+":
      return e.args.flatMap((arg) => termsOf(arg, negated));
    case "-":
      return [...termsOf(e.args[0]!, negated), ...termsOf(e.args[1]!, !negated)];
    case "negative":
      return termsOf(e.args[0]!, !negated);
    default:
      return [{ e, negated }];
  }
}
