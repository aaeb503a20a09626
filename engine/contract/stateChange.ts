import { sameType, typeName, type Field, type Schema } from "../arrow/types.js";
import type { StateSchema } from "./state.js";

/** What changed of the layout of state from `before` to `now`, in words; null when nothing did. */
export function describeChange(before: readonly StateSchema[], now: readonly StateSchema[]): string | null {
  const old = new Map(before.map((schema) => [tableOf(schema), schema]));
  const current = new Map(now.map((schema) => [tableOf(schema), schema]));
  const changes = [
    ...[...current].filter(([table]) => !old.has(table)).map(([, schema]) => `${titleOf(schema)} is new`),
    ...[...old].filter(([table]) => !current.has(table)).map(([, schema]) => `${titleOf(schema)} is gone`),
    ...[...current].flatMap(([table, schema]) => (old.has(table) ? changesOf(old.get(table)!, schema) : [])),
  ];
  return changes.length === 0 ? null : changes.join("; ");
}

function changesOf(before: StateSchema, now: StateSchema): string[] {
  const title = titleOf(now);
  const changes = [];
  if (before.operatorName !== now.operatorName) changes.push(`${title} was a ${before.operatorName}`);
  if (before.layout !== now.layout) changes.push(`${title} lays out its state as ${now.layout}, it was ${before.layout}`);
  changes.push(...columnChanges(`a key column of ${title}`, before.key, now.key));
  changes.push(...columnChanges(`a value column of ${title}`, before.value, now.value));
  return changes;
}

/** By position: state is read by position. Nullability may change. */
function columnChanges(what: string, before: Schema, now: Schema): string[] {
  const count = Math.max(before.fields.length, now.fields.length);
  return Array.from({ length: count }, (_, i) => {
    const a = before.fields[i];
    const b = now.fields[i];
    if (a && b) return a.name === b.name && sameType(a.type, b.type) ? null : `${what} was ${columnText(a)} and is ${columnText(b)}`;
    return b ? `${what} is new: ${columnText(b)}` : `${what} is gone: ${columnText(a!)}`;
  }).filter((change) => change !== null);
}

/** A column of state for a person: `` `n` bigint ``. */
export function columnText({ name, type }: Pick<Field, "name" | "type">): string {
  return `\`${name}\` ${typeName(type)}`;
}

function tableOf({ operatorId, storeName }: StateSchema): string {
  return `${operatorId}\n${storeName}`;
}

function titleOf({ operatorId, operatorName, storeName }: StateSchema): string {
  return `operator ${operatorId} (${operatorName})${storeName === "default" ? "" : `, table ${storeName}`}`;
}
