import type { Json } from "../../contract/json.js";
import type { StateSchema } from "../../contract/state.js";
import { describeChange } from "../../contract/stateChange.js";
import type { StateHook } from "../../contract/stateHook.js";
import type { StatefulOperator } from "../operator.js";
import { matchAggregates, type Aggregates } from "./aggregates.js";
import { tableSteps, type Evolution, type TableSteps } from "./tableSteps.js";

/** What a checkpoint has of state: the layouts of its tables, and what each operator is, by id and aspect. */
export interface RecordedState {
  readonly schemas: readonly StateSchema[];
  readonly operators: Readonly<Record<string, Json>>;
}

/** The same of a query that starts. */
export interface PresentState {
  readonly stateful: readonly Pick<StatefulOperator, "operatorId" | "schemas" | "evolution" | "keepLayout">[];
  readonly operators: Readonly<Record<string, Json>>;
  /** Of each operator with an id of the query's own, the id that its place gives it. */
  readonly places: ReadonlyMap<string, string>;
  readonly hooks: Readonly<Record<string, StateHook>>;
}

/** How the state of an operator is made: from columns of each table, or by a function of the user's from its rows. */
export type Migration = { readonly kind: "columns"; readonly tables: ReadonlyMap<string, TableSteps> } | { readonly kind: "hook" };

/** What becomes of the state of one operator. */
export type StateDecision = {
  readonly operatorId: string;
  /** The id that the checkpoint knows it by; null where it knows none. */
  readonly recordedId: string | null;
  /** Why, and what happens, for a person. */
  readonly notes: readonly string[];
} & (
  | { readonly action: "reuse" | "rebuild" | "discard" }
  | { readonly action: "migrate"; readonly migration: Migration }
  | { readonly action: "refuse"; readonly condition: "QUERY_CHANGED" | "STATE_SCHEMA_CHANGED"; readonly change: string }
);

/** Says of each stateful operator, of before and of now, what becomes of its state. Changes nothing. */
export function decideState(before: RecordedState, now: PresentState): readonly StateDecision[] {
  const recordedIds = recordedIdsOf(before, now);
  const known = new Set(recordedIds.values());
  const gone = Object.keys(before.operators).filter((id) => !known.has(id));
  return [
    ...gone.map((operatorId): StateDecision => decideGone(operatorId, now)),
    ...now.stateful.map((operator) => decideOne(operator, recordedIds.get(operator.operatorId)!, before, now)),
  ];
}

/** Operators that still know the way in which an earlier version kept their state go on in it. */
export function keepLayouts(recorded: RecordedState, present: PresentState): void {
  const ids = recordedIdsOf(recorded, present);
  for (const operator of present.stateful) {
    const id = ids.get(operator.operatorId);
    for (const schema of recorded.schemas) if (schema.operatorId === id) operator.keepLayout?.(schema.layout);
  }
}

/** By which id the checkpoint knows each operator; null for none. */
function recordedIdsOf(before: RecordedState, now: PresentState): ReadonlyMap<string, string | null> {
  return new Map(now.stateful.map(({ operatorId }) => [operatorId, recordedIdOf(operatorId, before, now)]));
}

/** An operator that was given an id of its own is the one that was there before at its place. */
function recordedIdOf(id: string, { operators }: RecordedState, now: PresentState): string | null {
  if (id in operators) return id;
  const place = now.places.get(id);
  return place !== undefined && place in operators && !(place in now.operators) ? place : null;
}

function decideGone(operatorId: string, { hooks }: PresentState): StateDecision {
  const is = { operatorId, recordedId: operatorId };
  if (hooks[operatorId] === "discard") return { ...is, action: "discard", notes: ["it is gone, and its state is left behind"] };
  const change = `the stateful operator ${operatorId} is gone`;
  return { ...is, action: "refuse", condition: "QUERY_CHANGED", change, notes: [] };
}

function decideOne(
  operator: PresentState["stateful"][number],
  recordedId: string | null,
  before: RecordedState,
  now: PresentState,
): StateDecision {
  const { operatorId } = operator;
  const is = { operatorId, recordedId };
  const hook = now.hooks[operatorId];
  if (recordedId === null) {
    if (hook === "discard") return { ...is, action: "rebuild", notes: ["it is new, and begins without state"] };
    return { ...is, action: "refuse", condition: "QUERY_CHANGED", change: `the stateful operator ${operatorId} is new`, notes: [] };
  }
  const shapes = { before: aspectsOf(before.operators[recordedId]), now: aspectsOf(now.operators[operatorId]) };
  const tables = before.schemas.filter((schema) => schema.operatorId === recordedId).map((schema) => ({ ...schema, operatorId }));
  const refused = refusalOf(operator, shapes, tables);
  const renamed = recordedId === operatorId ? [] : [`it was ${recordedId}`];
  const steps = automatic(operator, shapes, tables);
  if (refused === null && steps !== null && steps.size === 0 && renamed.length === 0) return { ...is, action: "reuse", notes: [] };
  if (hook === "discard" && refused !== null) return { ...is, action: "rebuild", notes: ["its state is left behind: it begins without"] };
  if (hook !== undefined && hook !== "discard" && refused !== null) {
    return {
      ...is,
      action: "migrate",
      migration: { kind: "hook" },
      notes: [...renamed, `migrateState makes its state: ${refused.change}`],
    };
  }
  if (steps !== null) {
    const notes = [...renamed, ...[...steps.values()].flatMap((table) => table.notes)];
    return { ...is, action: "migrate", migration: { kind: "columns", tables: steps }, notes };
  }
  return refused === null ? { ...is, action: "reuse", notes: [] } : { ...is, action: "refuse", ...refused, notes: renamed };
}

type Aspects = Readonly<Record<string, Json>>;

function aspectsOf(shape: Json | undefined): Aspects {
  return typeof shape === "object" && shape !== null && !Array.isArray(shape) ? (shape as Aspects) : {};
}

interface Shapes {
  readonly before: Aspects;
  readonly now: Aspects;
}

/** How aggregates are written tells them apart; it is no reason to refuse a query. */
const labels = "labels";

/** What is not as it was, and under which condition it is refused unless something is done about it; null when nothing is. */
function refusalOf(
  { operatorId, schemas, evolution }: PresentState["stateful"][number],
  { before, now }: Shapes,
  tables: readonly StateSchema[],
): { readonly condition: "QUERY_CHANGED" | "STATE_SCHEMA_CHANGED"; readonly change: string } | null {
  const problem = aggregatesProblem(before, now, evolution);
  for (const aspect of Object.keys({ ...before, ...now })) {
    const [a, b] = [JSON.stringify(before[aspect] ?? null), JSON.stringify(now[aspect] ?? null)];
    if (aspect === labels || a === b) continue;
    // Those of before are all there: they are no reason.
    if (aspect === "functions" && evolution?.kind === "groups" && problem === null) continue;
    const why = aspect === "functions" && problem !== null && grows(before, now) ? `: ${problem}` : "";
    return { condition: "QUERY_CHANGED", change: `${aspect} of the stateful operator ${operatorId} was ${a} and is ${b}${why}` };
  }
  if (problem !== null)
    return { condition: "QUERY_CHANGED", change: `of the aggregates of the stateful operator ${operatorId}, ${problem}` };
  const change = describeChange(tables, schemas);
  return change === null ? null : { condition: "STATE_SCHEMA_CHANGED", change };
}

/** How each table that changed is made of what is there, without anybody's help; null where it cannot be. Empty when none changed. */
function automatic(
  { schemas, evolution }: PresentState["stateful"][number],
  { before, now }: Shapes,
  tables: readonly StateSchema[],
): ReadonlyMap<string, TableSteps> | null {
  const isSame = (aspect: string): boolean => JSON.stringify(before[aspect] ?? null) === JSON.stringify(now[aspect] ?? null);
  const may = ["functions", labels, "kind"];
  if (Object.keys({ ...before, ...now }).some((aspect) => !may.includes(aspect) && !isSame(aspect))) return null;
  const both = bothAggregates(before, now);
  const steps = new Map<string, TableSteps>();
  for (const table of tables) if (!schemas.some(({ storeName }) => storeName === table.storeName)) return null;
  for (const schema of schemas) {
    const table = tables.find(({ storeName }) => storeName === schema.storeName);
    const step = table === undefined ? newTable(schema, evolution) : stepsOf(table, schema, evolution, both);
    if (step === null) return null;
    if (table === undefined || !isIdentity(step, table)) steps.set(schema.storeName, step);
  }
  return steps;
}

function newTable({ storeName }: StateSchema, evolution: Evolution | undefined): TableSteps | null {
  return evolution?.kind === "rows" ? { key: [], value: [], notes: [`the table ${storeName} is new, and begins empty`] } : null;
}

function stepsOf(
  table: StateSchema,
  schema: StateSchema,
  evolution: Evolution | undefined,
  aggregates: Parameters<typeof tableSteps>[3],
): TableSteps | null {
  return evolution === undefined ? unchanged(table, schema) : tableSteps(table, schema, evolution, aggregates);
}

function unchanged(table: StateSchema, schema: StateSchema): TableSteps | null {
  if (describeChange([table], [schema]) !== null) return null;
  return { key: asTheyAre(schema.key), value: asTheyAre(schema.value), notes: [] };
}

function asTheyAre({ fields }: StateSchema["key"]): TableSteps["key"] {
  return fields.map(({ type }, from) => ({ from, type }));
}

/** Whether rows stay as they are. */
function isIdentity({ key, value, notes }: TableSteps, { key: oldKey, value: oldValue }: StateSchema): boolean {
  return notes.length === 0 && areAll(key, oldKey.fields.length) && areAll(value, oldValue.fields.length);
}

function areAll(steps: TableSteps["key"], count: number): boolean {
  return steps.length === count && steps.every((step, i) => "from" in step && step.from === i);
}

/** Whether there are more aggregates than before: a change that would be welcome. */
function grows(before: Aspects, now: Aspects): boolean {
  const both = bothAggregates(before, now);
  return both !== null && both.now.functions.length > both.before.functions.length;
}

function bothAggregates(before: Aspects, now: Aspects): { readonly before: Aggregates; readonly now: Aggregates } | null {
  const [old, current] = [aggregatesOf(before), aggregatesOf(now)];
  return old === null || current === null ? null : { before: old, now: current };
}

function aggregatesProblem(before: Aspects, now: Aspects, evolution: Evolution | undefined): string | null {
  const both = bothAggregates(before, now);
  if (both === null) return null;
  const matched = matchAggregates(both.before, both.now);
  if ("problem" in matched) return matched.problem;
  return evolution?.kind === "groups" || matched.from.every((from, i) => from === i) ? null : "some have changed places";
}

function aggregatesOf({ functions, labels: texts }: Aspects): Aggregates | null {
  if (!isTexts(functions)) return null;
  return { functions, ...(isTexts(texts) && texts.length === functions.length && { labels: texts }) };
}

function isTexts(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
