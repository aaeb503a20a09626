import { sameType, typeName, type DataType, type Field, type Schema } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { StateSchema } from "../../contract/state.js";
import { columnText } from "../../contract/stateChange.js";
import { matchAggregates, type Aggregates } from "./aggregates.js";
import { widens, widensAsKey } from "./widening.js";

/** Where a column of the state comes from: a column that was there (widened, where its type is another), or one value for all rows. */
export type ColumnStep = { readonly from: number; readonly type: DataType } | { readonly type: DataType; readonly value: Value };

/** How rows of a table become rows of the table that it is now. */
export interface TableSteps {
  readonly key: readonly ColumnStep[];
  readonly value: readonly ColumnStep[];
  /** What happens, for a person. */
  readonly notes: readonly string[];
}

/** How far the state of an operator may change by itself. */
export type Evolution =
  /** Groups with running values: columns of aggregates, which are found again by what they aggregate; of a new one what a group has that has seen no row. */
  | { readonly kind: "groups"; readonly fresh: () => readonly Value[] }
  /** Rows, whose columns are found again by their names; a new one that may be null is null. */
  | { readonly kind: "rows" }
  /** Keys, which may be of wider types. */
  | { readonly kind: "keys" };

/** Null where it takes more than wider types and new columns. */
export function tableSteps(
  before: StateSchema,
  now: StateSchema,
  evolution: Evolution,
  aggregates: { readonly before: Aggregates; readonly now: Aggregates } | null,
): TableSteps | null {
  // Earlier versions did not say which key is the time of a group.
  const isSameTime = before.pane === undefined || before.pane === now.pane;
  if (before.operatorName !== now.operatorName || before.layout !== now.layout || !isSameTime) return null;
  const notes: string[] = [];
  const key = keySteps(before.key, now.key, notes);
  if (key === null) return null;
  const value = valueSteps(before.value, now.value, { evolution, aggregates, notes });
  return value === null ? null : { key, value, notes };
}

function keySteps(before: Schema, now: Schema, notes: string[]): ColumnStep[] | null {
  if (before.fields.length !== now.fields.length) return null;
  const steps = now.fields.map((field, from) => sameColumn(before.fields[from]!, field, widensAsKey, from, notes));
  return isComplete(steps) && now.fields.every(({ name }, i) => name === before.fields[i]!.name) ? steps : null;
}

function valueSteps(
  before: Schema,
  now: Schema,
  { evolution, aggregates, notes }: { evolution: Evolution; aggregates: Parameters<typeof tableSteps>[3]; notes: string[] },
): ColumnStep[] | null {
  switch (evolution.kind) {
    case "keys": {
      const isSame = before.fields.length === now.fields.length && before.fields.every((a, i) => isSameField(a, now.fields[i]!));
      return isSame ? now.fields.map(({ type }, from) => ({ from, type })) : null;
    }
    case "rows":
      return rowSteps(before, now, notes);
    case "groups":
      return aggregates === null ? null : groupSteps(before, now, aggregates, evolution.fresh, notes);
    default:
      return evolution satisfies never;
  }
}

/** By name; columns of joins have their place before it. */
function rowSteps(before: Schema, now: Schema, notes: string[]): ColumnStep[] | null {
  const old = before.fields.map(({ name }) => withoutPlace(name));
  const current = now.fields.map(({ name }) => withoutPlace(name));
  // Which of several is meant would be a guess, and what is gone may have been meant by a new one.
  if (hasTwice(old) || hasTwice(current) || old.some((name) => !current.includes(name))) return null;
  const steps = now.fields.map((field, i): ColumnStep | null => {
    const from = old.indexOf(current[i]!);
    if (from >= 0) return sameColumn(before.fields[from]!, field, widens, from, notes);
    if (!field.nullable) return null;
    notes.push(`${columnText({ ...field, name: current[i]! })} is new, and null in rows that are there`);
    return { type: field.type, value: null };
  });
  return isComplete(steps) ? steps : null;
}

function withoutPlace(name: string): string {
  return name.replace(/^\d+_/, "");
}

function hasTwice(names: readonly string[]): boolean {
  return new Set(names).size < names.length;
}

function groupSteps(
  before: Schema,
  now: Schema,
  aggregates: { readonly before: Aggregates; readonly now: Aggregates },
  freshValues: () => readonly Value[],
  notes: string[],
): ColumnStep[] | null {
  const matched = matchAggregates(aggregates.before, aggregates.now);
  if ("problem" in matched) return null;
  matched.from.forEach((from, j) => {
    if (from === null)
      notes.push(`${aggregates.now.labels?.[j] ?? aggregates.now.functions[j]!} begins now: groups that are there count from here on`);
  });
  const fresh = freshValues();
  const steps = now.fields.map((field, i): ColumnStep | null => {
    const place = /^(\d+)\.(.*)$/.exec(field.name);
    const source = place === null ? undefined : matched.from[Number(place[1])];
    if (source === null) return { type: field.type, value: fresh[i]! };
    const wanted = place === null ? field.name : `${source}.${place[2]}`;
    const from = before.fields.findIndex(({ name }) => name === wanted);
    return from < 0 ? null : sameColumn(before.fields[from]!, field, widens, from, notes);
  });
  return isComplete(steps) ? steps : null;
}

function sameColumn(
  before: Field,
  now: Field,
  isWider: (from: DataType, to: DataType) => boolean,
  from: number,
  notes: string[],
): ColumnStep | null {
  if (sameType(before.type, now.type)) return { from, type: now.type };
  if (!isWider(before.type, now.type)) return null;
  notes.push(`${columnText(before)} becomes ${typeName(now.type)}`);
  return { from, type: now.type };
}

function isSameField(a: Field, b: Field): boolean {
  return a.name === b.name && sameType(a.type, b.type);
}

function isComplete(steps: readonly (ColumnStep | null)[]): steps is readonly ColumnStep[] & ColumnStep[] {
  return !steps.includes(null);
}
