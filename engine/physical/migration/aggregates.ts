import { isSameLabel } from "./labels.js";
import { widensByName } from "./widening.js";

/** An aggregation's aggregates: of each its function with the types of its arguments, and how it is written where that is known. */
export interface Aggregates {
  readonly functions: readonly string[];
  /** Absent in checkpoints from before it was recorded. */
  readonly labels?: readonly string[];
}

/** Which of the aggregates before each one now goes on with, null for one that is new; or why nobody can tell. */
export type Matched = { readonly from: readonly (number | null)[] } | { readonly problem: string };

/** Functions whose running values do not depend on how wide their argument is. */
const ofAnyWidth: ReadonlySet<string> = new Set(["count", "sum", "avg", "min", "max", "first", "last", "any_value"]);

/**
 * Finds the aggregates of before among those of now, so that the others can begin.
 *
 * As many of the same functions in the same order are the same aggregates, whatever they are written like, unless their texts say that they have changed places. Else
 * one is found again by its text, or, where texts were not recorded, by being the only one of its function.
 */
export function matchAggregates(before: Aggregates, now: Aggregates): Matched {
  const isSame = before.functions.length === now.functions.length && before.functions.every((f, i) => f === now.functions[i]);
  if (isSame && !haveChangedPlaces(before, now)) return { from: now.functions.map((_, i) => i) };
  const taken = new Set<number>();
  const from = now.functions.map((_, j) => {
    const found = before.functions.findIndex((__, i) => !taken.has(i) && isGoneOnWith(before, i, now, j));
    if (found < 0) return null;
    taken.add(found);
    return found;
  });
  const lost = before.functions.findIndex((_, i) => !taken.has(i));
  if (lost < 0) return { from };
  const text = before.labels?.[lost] ?? before.functions[lost]!;
  return {
    problem:
      before.labels === undefined && !isOnly(before, lost, now) ? `which of the aggregates ${text} was cannot be told` : `${text} is gone`,
  };
}

/** Whether the text of an aggregate stands in another place now. */
function haveChangedPlaces({ labels: before }: Aggregates, { labels: now }: Aggregates): boolean {
  if (before === undefined || now === undefined) return false;
  return before.some((label, i) => !isSameLabel(label, now[i]!) && now.some((other) => isSameLabel(label, other)));
}

function isGoneOnWith(before: Aggregates, i: number, now: Aggregates, j: number): boolean {
  if (!fits(before.functions[i]!, now.functions[j]!)) return false;
  if (before.labels !== undefined) return now.labels !== undefined && isSameLabel(before.labels[i]!, now.labels[j]!);
  return isOnly(before, i, now);
}

/** Whether an aggregate of before can be one only of those of now, and that one no other. */
function isOnly(before: Aggregates, i: number, now: Aggregates): boolean {
  const those = now.functions.filter((f) => fits(before.functions[i]!, f));
  return those.length === 1 && before.functions.filter((f) => fits(f, those[0]!)).length === 1;
}

/** Whether running values of one function are such of another: the same, or over a wider type. */
function fits(before: string, now: string): boolean {
  if (before === now) return true;
  const [old, current] = [partsOf(before), partsOf(now)];
  if (old === null || current === null || old.name !== current.name || old.rest !== current.rest || !ofAnyWidth.has(old.name)) return false;
  return (
    old.args.length === current.args.length && old.args.every((arg, i) => arg === current.args[i] || widensByName(arg, current.args[i]!))
  );
}

/** `sum(decimal(10,2)) FILTER` in its parts. */
function partsOf(text: string): { readonly name: string; readonly args: readonly string[]; readonly rest: string } | null {
  const parts = /^(\w+)\((DISTINCT )?(.*)\)( FILTER)?$/.exec(text);
  if (parts === null) return null;
  const [, name, distinct = "", args = "", filter = ""] = parts;
  return { name: name!, args: args === "" ? [] : args.split(", "), rest: distinct + filter };
}
