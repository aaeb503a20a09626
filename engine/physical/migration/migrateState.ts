import { batchOf, type Batch } from "../../arrow/batch.js";
import { batchFromRows, constantColumn } from "../../arrow/columns.js";
import { memberFromUser, toRows } from "../../arrow/rows.js";
import type { Column } from "../../arrow/column.js";
import { field, sameType, types, type DataType, type Field, type Schema } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { StateChanges, StateSchema } from "../../contract/state.js";
import type { StateHook, StateRow } from "../../contract/stateHook.js";
import { StreamingError } from "../../errors/streamingError.js";
import { thrownText } from "../../errors/shownValue.js";
import { compileProjection, type Projection } from "../../expression/compile.js";
import { freshId, type Attribute, type Expression } from "../../expression/expression.js";
import { StateTable } from "../../state/stateTable.js";
import type { StatefulOperator } from "../operator.js";
import type { RecordedState, StateDecision } from "./decisions.js";
import type { ColumnStep, TableSteps } from "./tableSteps.js";

/** No batch: nothing in here reads a time or draws a number. */
const noBatch = { batchTimeMs: 0, batchId: 0 };

/**
 * Takes the chunks that restore a checkpoint's state to the operators of a query that keeps it in another way: as they are, with columns made anew, or, behind the last
 * one, as rows that a function of the user's gave.
 */
export class StateMigration {
  /** By the id that the checkpoint has; what is left behind is not in it. */
  private readonly routes = new Map<string, Route>();

  constructor(
    decisions: readonly StateDecision[],
    recorded: RecordedState,
    operators: ReadonlyMap<string, StatefulOperator>,
    hooks: Readonly<Record<string, StateHook>>,
  ) {
    for (const decision of decisions) {
      const { operatorId, recordedId } = decision;
      if (recordedId === null || (decision.action !== "reuse" && decision.action !== "migrate")) continue;
      const operator = operators.get(operatorId)!;
      const tables = recorded.schemas.filter((schema) => schema.operatorId === recordedId);
      const migration = decision.action === "migrate" ? decision.migration : null;
      const hook = hooks[operatorId];
      const route =
        migration?.kind === "hook" && typeof hook === "function"
          ? new HookRoute(operator, tables, hook)
          : new ColumnRoute(operator, tables, migration?.kind === "columns" ? migration.tables : new Map());
      this.routes.set(recordedId, route);
    }
  }

  /** Whether nothing of the state that is there is wanted. */
  get isEmpty(): boolean {
    return this.routes.size === 0;
  }

  apply(chunk: StateChanges): void {
    this.routes.get(chunk.operatorId)?.apply(chunk);
  }

  /** All chunks were applied. @throws STATE_MIGRATION_FAILED */
  finish(): void {
    for (const route of this.routes.values()) route.finish();
  }
}

/** Where the chunks of one operator go. */
interface Route {
  apply(chunk: StateChanges): void;
  finish(): void;
}

/** Columns made anew, chunk by chunk. */
class ColumnRoute implements Route {
  private readonly tables: ReadonlyMap<string, ColumnChange>;

  constructor(
    private readonly operator: StatefulOperator,
    recorded: readonly StateSchema[],
    steps: ReadonlyMap<string, TableSteps>,
  ) {
    const changes = recorded.flatMap((schema) => {
      const step = steps.get(schema.storeName);
      return step === undefined ? [] : [[schema.storeName, new ColumnChange(schema, step)] as const];
    });
    this.tables = new Map(changes);
  }

  apply(chunk: StateChanges): void {
    const { operatorId } = this.operator;
    const change = this.tables.get(chunk.storeName);
    if (change === undefined) return this.operator.restore({ ...chunk, operatorId });
    const { deletes, upserts } = chunk;
    this.operator.restore({
      ...chunk,
      operatorId,
      deletes: deletes && change.deletes(deletes),
      upserts: upserts && change.upserts(upserts),
    });
  }

  finish(): void {}
}

/** The columns of one table: keys, values, and whatever stands behind them (the hash). */
class ColumnChange {
  private readonly keys: readonly ColumnMaker[];
  private readonly values: readonly ColumnMaker[];
  private readonly oldKeys: number;
  private readonly oldValues: number;

  constructor({ key, value }: StateSchema, steps: TableSteps) {
    this.oldKeys = key.fields.length;
    this.oldValues = value.fields.length;
    this.keys = steps.key.map((step) => columnMaker(step, key.fields, 0));
    this.values = steps.value.map((step) => columnMaker(step, value.fields, key.fields.length));
  }

  deletes({ columns, length }: Batch): Batch {
    return made([...this.keys.map((make) => make(columns, length)), ...columns.slice(this.oldKeys)], length);
  }

  upserts({ columns, length }: Batch): Batch {
    const behind = columns.slice(this.oldKeys + this.oldValues);
    return made([...[...this.keys, ...this.values].map((make) => make(columns, length)), ...behind], length);
  }
}

function made(columns: readonly Column[], length: number): Batch {
  const schema = types.struct(columns.map(({ type }, i) => field(String(i), type)));
  return batchOf(schema, columns, length);
}

type ColumnMaker = (columns: readonly Column[], length: number) => Column;

/** @param fields the columns of which the step counts @param first place of the first of them in a chunk */
function columnMaker(step: ColumnStep, fields: readonly Field[], first: number): ColumnMaker {
  if (!("from" in step)) return (_, length) => constantColumn(step.type, step.value, length);
  const place = first + step.from;
  const { type } = fields[step.from]!;
  if (sameType(type, step.type)) return (columns) => columns[place]!;
  const cast = castOf(type, step.type);
  return (columns, length) => cast.run(made([columns[place]!], length), noBatch).columns[0]!;
}

function castOf(from: DataType, to: DataType): Projection {
  const input: Attribute = { kind: "attribute", id: freshId(), name: "0", type: from, nullable: true, qualifier: [] };
  const output: Expression = { kind: "cast", child: input, type: to, evalMode: "ansi" };
  return compileProjection({ input: [input], filter: null, outputs: [output], outputSchema: types.struct([field("0", to)]) });
}

/** Rows by a function of the user's: of whole tables, since what a chunk deletes has no values. */
class HookRoute implements Route {
  private readonly tables: readonly { readonly schema: StateSchema; readonly table: StateTable }[];

  constructor(
    private readonly operator: StatefulOperator,
    recorded: readonly StateSchema[],
    private readonly hook: Exclude<StateHook, "discard">,
  ) {
    this.tables = recorded.map((schema) => ({ schema, table: new StateTable(schema, 1) }));
  }

  apply(chunk: StateChanges): void {
    this.tables.find(({ schema }) => schema.storeName === chunk.storeName)?.table.apply(chunk, false);
  }

  finish(): void {
    for (const { schema, table } of this.tables) {
      const now = this.operator.schemas.find(({ storeName }) => storeName === schema.storeName);
      for (const rows of this.given(now, schema.storeName, table)) this.operator.restore(rows);
    }
  }

  /** What the user's function makes of a table, as chunks. */
  private *given(now: StateSchema | undefined, storeName: string, table: StateTable): Generator<StateChanges> {
    const { operatorId } = this.operator;
    const merged = now === undefined ? null : new StateTable(now, 1);
    let count = 0;
    for (const batch of table.rows()) {
      const rows: Value[][] = [];
      for (const row of toRows(batch) as unknown as StateRow[]) {
        const values = this.call({ key: row.key, value: row.value }, now, storeName);
        if (values !== null) rows.push(values);
      }
      if (now === undefined || merged === null || rows.length === 0) continue;
      count += rows.length;
      const chunk = { operatorId, storeName, deletes: null, droppedPanes: [], upserts: batchFromRows(upsertsOf(now), rows) };
      merged.apply(chunk, false);
      yield chunk;
    }
    const keys = merged?.rows().reduce((sum, { length }) => sum + length, 0) ?? 0;
    if (keys < count)
      throw this.failed(`of ${count} rows that migrateState gave for the table ${storeName}, some have the same key: there are ${keys}`);
  }

  private call(row: StateRow, now: StateSchema | undefined, storeName: string): Value[] | null {
    try {
      const given: unknown = this.hook(row, storeName);
      if (given === null) return null;
      if (now === undefined) throw new Error(`the query has no table ${storeName} any more: give null`);
      const { key, value } = partsOf(given);
      return [...valuesOf(now.key, key, "key"), ...valuesOf(now.value, value, "value"), 0];
    } catch (error) {
      throw this.failed(`for the row ${shownRow(row)}: ${thrownText(error)}`, error);
    }
  }

  private failed(reason: string, cause?: unknown): StreamingError {
    return new StreamingError("STATE_MIGRATION_FAILED", { operatorId: this.operator.operatorId, reason }, { cause });
  }
}

function upsertsOf({ key, value }: StateSchema): Schema {
  return types.struct([...key.fields, ...value.fields, field("group", types.int, false)]);
}

function partsOf(given: unknown): { readonly key: Readonly<Record<string, unknown>>; readonly value: Readonly<Record<string, unknown>> } {
  const { key, value } = (typeof given === "object" && given !== null ? given : {}) as { readonly key?: unknown; readonly value?: unknown };
  if (typeof key === "object" && key !== null && typeof value === "object" && value !== null) {
    return { key: key as Readonly<Record<string, unknown>>, value: value as Readonly<Record<string, unknown>> };
  }
  throw new Error("migrateState gives an object of a key and a value, or null");
}

/** All columns must be said, and no others: what is forgotten would be null without anybody having meant it. */
function valuesOf({ fields }: Schema, given: Readonly<Record<string, unknown>>, part: string): Value[] {
  const names = fields.map(({ name }) => name);
  const missing = names.filter((name) => !(name in given));
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  if (missing.length > 0 || unknown.length > 0) {
    const problem = missing.length > 0 ? `lacks ${missing.join(", ")}` : `has ${unknown.join(", ")}, which is no column`;
    throw new Error(`its ${part} ${problem}; the columns are ${names.join(", ") || "none"}`);
  }
  return fields.map(({ name, type, nullable }) => memberFromUser(type, nullable, given[name], `${part}.${name}`));
}

function shownRow(row: StateRow): string {
  const text = JSON.stringify(row, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
