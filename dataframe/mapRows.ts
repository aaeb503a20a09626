import type { RecordBatch, Table } from "apache-arrow";
import { batchOf, type Batch } from "../engine/arrow/batch.js";
import { checkNamesDiffer, namesOf } from "../engine/arrow/columnNames.js";
import { concatBatches, emptyBatch, takeBatch } from "../engine/arrow/columns.js";
import { toRows } from "../engine/arrow/rows.js";
import { columnFromUsers, valueFromResult } from "../engine/arrow/userResults.js";
import { types, type Schema } from "../engine/arrow/types.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { boundedCalls } from "../engine/expression/boundedCalls.js";
import { freshId, type Attribute } from "../engine/expression/expression.js";
import { failedFunction, wrongResult, type Signature } from "../engine/expression/userFunctionCalls.js";
import { registerBatchFunction } from "../engine/plan/batchFunctions.js";
import type { AnalyzedPlan, LogicalPlan } from "../engine/plan/logicalPlan.js";
import { outputOf } from "../engine/plan/outputOf.js";
import { schemaInput, type RowOfInput, type SchemaInput } from "./schema.js";
import type { CheckedDdl } from "./types/ddl.js";
import { callLimit, type Given, type UdfOptions } from "./userFunctions.js";

/** How a function of rows is to be called. */
export type RowFunctionOptions = Pick<UdfOptions, "name" | "deterministic" | "concurrency">;

/** A row that a function may give where rows are of a schema. */
export type GivenRow<S> = { readonly [K in keyof RowOfInput<S>]: Given<RowOfInput<S>[K]> };

/** A function of a row, as `collect` gives rows. */
export type OfRow<Row, R> = (row: Row) => R | Promise<R>;

/** A function of the rows of a batch, as an Arrow table. */
export type OfBatch = (batch: Table) => Table | RecordBatch | Promise<Table | RecordBatch>;

/** What verbs take that make rows of rows: the function, the schema of what it gives, how it is to be called. */
export type MapGiven<S, F> = readonly [compute: F, schema: S & CheckedDdl<S>, options?: RowFunctionOptions];

/** The same of a function that gives a row of each. */
export type RowMapGiven<S, Row> = MapGiven<S, OfRow<Row, GivenRow<S>>>;
/** The same of one that gives any number. */
export type FlatMapGiven<S, Row> = MapGiven<S, OfRow<Row, Iterable<GivenRow<S>>>>;

type Compute = (row: never) => unknown;

/** How the results of rows become those of the batch. */
interface Shape {
  readonly verb: string;
  readonly signature: Signature;
  /** Rows that a call gave: their values, one list a row of the input. */
  readonly collected: (results: readonly unknown[], batch: Batch) => Batch;
}

/** The plan of `map` (one row of each) and `flatMap` (any number). @throws NOT_EXPECTED_TYPE, and what the parser of schemas refuses */
export function mapPlan(
  verb: "map" | "flatMap",
  input: AnalyzedPlan,
  compute: Compute,
  given: SchemaInput,
  options: RowFunctionOptions = {},
): LogicalPlan {
  const schema = schemaInput(given);
  checkNamesDiffer(namesOf(types.struct(schema.fields)), { ignoreCase: false });
  const signature = signatureOf(verb, input, compute, options, schema);
  const collected = (results: readonly unknown[]): Batch =>
    rowsBatch(schema, verb === "map" ? results : flattened(signature, results), signature);
  return planOf(input, rowByRow({ verb, signature, collected }, compute, options), { verb, name: signature.name, schema, options });
}

/** The plan of a `filter` by a function of rows. */
export function filterPlan(input: AnalyzedPlan, compute: Compute, options: RowFunctionOptions): LogicalPlan {
  const signature = { ...signatureOf("filter", input, compute, options, null), returns: types.boolean };
  const collected = (results: readonly unknown[], batch: Batch): Batch => {
    const passing = Int32Array.from(passingRows(results, signature));
    return takeBatch(batch, passing, passing.length);
  };
  const verb = "filter";
  return planOf(input, rowByRow({ verb, signature, collected }, compute, options), { verb, name: signature.name, schema: null, options });
}

/** The plan of `mapBatches`. @throws NOT_EXPECTED_TYPE, and what the parser of schemas refuses */
export function mapBatchesPlan(input: AnalyzedPlan, compute: OfBatch, given: SchemaInput, options: RowFunctionOptions = {}): LogicalPlan {
  const verb = "mapBatches";
  const schema = schemaInput(given);
  const signature = signatureOf(verb, input, compute as Compute, options, schema);
  const isAsync = callLimit(verb, compute, options) !== null;
  const call = async (batch: Batch): Promise<Batch> => {
    const { toArrowTable, fromArrowTable } = await import("./arrowTable.js");
    // The function may keep what it is given, which was lent to us.
    const table = toArrowTable(batch.schema, [concatBatches(batch.schema, [batch])]);
    let result: unknown;
    try {
      result = compute(table);
      if (result instanceof Promise) result = await (result as Promise<unknown>);
    } catch (error) {
      throw failedFunction(signature, error);
    }
    return fromArrowTable(result, schema, (problem, cause) => mismatch(signature, problem, cause));
  };
  return planOf(input, { isAsync, call }, { verb, name: signature.name, schema, options });
}

function mismatch({ name, returns }: Signature, actual: string, cause?: unknown): StreamingError {
  const expected = returns.kind === "struct" ? `columns (${returns.fields.map((f) => f.name).join(", ")})` : "rows";
  return new StreamingError("UDF_RESULT_MISMATCH", { functionName: name, expected, actual }, { cause });
}

interface Described {
  readonly verb: string;
  readonly name: string;
  readonly schema: Schema | null;
  readonly options: RowFunctionOptions;
}

function planOf(
  input: AnalyzedPlan,
  made: Parameters<typeof registerBatchFunction>[0],
  { verb, name, schema, options }: Described,
): LogicalPlan {
  const outputs = schema?.fields.map((member): Attribute => ({ kind: "attribute", id: freshId(), qualifier: [], ...member })) ?? null;
  const deterministic = options.deterministic ?? true;
  return { kind: "mapRows", verb, name, functionId: registerBatchFunction(made), columns: outputOf(input), outputs, deterministic, input };
}

function signatureOf(verb: string, input: AnalyzedPlan, compute: Compute, { name }: RowFunctionOptions, schema: Schema | null): Signature {
  return {
    name: name ?? (compute.name || verb),
    argumentTypes: [types.struct(outputOf(input).map(({ name: column, type, nullable }) => ({ name: column, type, nullable })))],
    returns: types.struct(schema?.fields ?? []),
  };
}

function rowByRow(
  { verb, signature, collected }: Shape,
  compute: Compute,
  options: RowFunctionOptions,
): Parameters<typeof registerBatchFunction>[0] {
  const most = callLimit(verb, compute, options);
  const one = (row: unknown): unknown => {
    try {
      return compute(row as never);
    } catch (error) {
      throw failedFunction(signature, error);
    }
  };
  if (most === null) {
    return {
      isAsync: false,
      call: (batch) =>
        collected(
          toRows(batch)
            .map(one)
            .map((given) => refusePromise(signature, given)),
          batch,
        ),
    };
  }
  const ask = async (row: unknown): Promise<unknown> => {
    try {
      return await compute(row as never);
    } catch (error) {
      throw failedFunction(signature, error);
    }
  };
  return { isAsync: true, call: async (batch) => collected(await boundedCalls(toRows(batch), most, ask), batch) };
}

/** @throws UDF_RETURNED_PROMISE */
function refusePromise({ name }: Signature, given: unknown): unknown {
  if (!(given instanceof Promise)) return given;
  given.catch(() => {});
  throw new StreamingError("UDF_RETURNED_PROMISE", { functionName: name });
}

/** The rows that calls of `flatMap` gave. @throws UDF_RESULT_MISMATCH for what is no iterable of rows */
function flattened(signature: Signature, results: readonly unknown[]): readonly unknown[] {
  return results.flatMap((given) => {
    const isMany = typeof given === "object" && given !== null && Symbol.iterator in given;
    if (!isMany) throw wrongResult(signature.name, types.array(signature.returns, false), given);
    try {
      return [...(given as Iterable<unknown>)];
    } catch (error) {
      throw failedFunction(signature, error);
    }
  });
}

/** Rows as columns. @throws UDF_RESULT_MISMATCH for the first that is no row of the schema */
function rowsBatch(schema: Schema, rows: readonly unknown[], { name, returns }: Signature): Batch {
  const { fields } = schema;
  if (rows.length === 0) return emptyBatch(schema);
  const refuse = (row: unknown): StreamingError => {
    try {
      valueFromResult(returns, false, row, "row");
    } catch (error) {
      return wrongResult(name, returns, row, error);
    }
    return wrongResult(name, returns, row);
  };
  for (const row of rows) if (!isRow(row, fields.length)) throw refuse(row);
  const columns = fields.map((member) => {
    const values = (rows as readonly Readonly<Record<string, unknown>>[]).map((row) => row[member.name]);
    return columnFromUsers(member.type, member.nullable, values, (value) => refuse(rows[values.indexOf(value)]));
  });
  return batchOf(schema, columns, rows.length);
}

/** Whether it is an object with that many members: which they are shows when they are read. */
function isRow(row: unknown, size: number): row is Readonly<Record<string, unknown>> {
  return typeof row === "object" && row !== null && !Array.isArray(row) && Object.keys(row).length === size;
}

/** @throws UDF_RESULT_MISMATCH for what is no boolean */
function passingRows(results: readonly unknown[], { name }: Signature): number[] {
  const passing: number[] = [];
  results.forEach((given, row) => {
    if (typeof given !== "boolean" && given !== null) throw wrongResult(name, types.boolean, given);
    if (given === true) passing.push(row);
  });
  return passing;
}
