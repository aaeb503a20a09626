import type { Attribute, Expression } from "../expression/expression.js";
import { conjunctsOf } from "../expression/conjuncts.js";
import { referencesOf } from "../expression/traverse.js";
import { splitJoinCondition } from "./joinKeys.js";

/** Whether a key of the join is an event time with a watermark. */
export function hasWatermarkInKeys(condition: Expression | null, lefts: readonly Attribute[], rights: readonly Attribute[]): boolean {
  return splitJoinCondition(condition, lefts, rights).keys.some(({ left, right }) => isEventTime(left) || isEventTime(right));
}

function isEventTime(e: Expression): boolean {
  return e.kind === "attribute" && e.eventTime !== undefined;
}

/**
 * Whether the watermark of one side (`others`) bounds how long rows of the other side (`kept`) can find partners: a term of the condition is a lower bound
 * of one column of `kept` by the event time of the other side (`kept.ts >= other.ts - 5 s`).
 */
export function boundsState(condition: Expression | null, kept: readonly Attribute[], others: readonly Attribute[]): boolean {
  const keptColumns = new Set(kept.map((a) => a.id));
  if (!others.some(isEventTime)) return false;
  return conjunctsOf(condition)
    .flatMap(comparisons)
    .some(({ smaller, larger }) => isLowerBound(smaller, larger, keptColumns, others));
}

interface Comparison {
  readonly smaller: Expression;
  readonly larger: Expression;
}

function comparisons(term: Expression): readonly Comparison[] {
  if (term.kind !== "call") return [];
  const [a, b, c] = term.args;
  switch (term.name) {
    case "<":
    case "<=":
      return [{ smaller: a!, larger: b! }];
    case ">":
    case ">=":
      return [{ smaller: b!, larger: a! }];
    case "between":
      return [
        { smaller: b!, larger: a! },
        { smaller: a!, larger: c! },
      ];
    default:
      return [];
  }
}

/** `smaller - larger < 0` must have exactly one term of the kept side, subtracted, and beside it nothing but event times of the other side and constants. */
function isLowerBound(smaller: Expression, larger: Expression, kept: ReadonlySet<number>, others: readonly Attribute[]): boolean {
  const terms = [...termsOf(smaller, false), ...termsOf(larger, true)];
  const ofKept = terms.filter(({ e }) => [...referencesOf(e)].some((id) => kept.has(id)));
  if (ofKept.length !== 1 || !ofKept[0]!.negated || referencesOf(ofKept[0]!.e).size !== 1) return false;
  const rest = terms.filter((term) => term !== ofKept[0]);
  const references = rest.flatMap(({ e }) => [...referencesOf(e)]);
  return references.length === 1 && references.every((id) => others.some((a) => a.id === id && isEventTime(a)));
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
