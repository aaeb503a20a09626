import type { GroupCall, GroupFunction, UserRow, UserTableSpec } from "../engine/contract/groupFunction.js";
import { shownValue } from "../engine/errors/shownValue.js";
import { StreamingError } from "../engine/errors/streamingError.js";

/** What a function over groups gives: rows, at once or after a while. */
export type GivenRows = Iterable<UserRow> | AsyncIterable<UserRow> | Promise<Iterable<UserRow> | AsyncIterable<UserRow>>;

/** What calls give whose function is a user's: nobody has looked at it yet. */
export type Called = GivenRows | UserRow | Promise<UserRow>;

/** A user's function, and how it is to be called. */
export interface GroupFunctionParts {
  /** As messages call it. */
  readonly name: string;
  readonly tables: readonly UserTableSpec[];
  /** How many keys may wait at once; null for a function that gives its rows at once. */
  readonly concurrency: number | null;
  /** Whether it gives one row, and no iterable of them. */
  readonly isSingle: boolean;
  readonly called: (call: GroupCall) => Called;
  readonly close?: () => void;
}

/** What the engine runs of it. */
export function groupFunction({ name, tables, concurrency, isSingle, called, close }: GroupFunctionParts): GroupFunction {
  const parts = { tables, ...(close !== undefined && { close }) };
  if (concurrency === null) return { ...parts, concurrency, call: (call) => promptRows(name, isSingle, called(call)) };
  return { ...parts, concurrency, call: async (call) => waitedRows(name, isSingle, await called(call)) };
}

/** @throws UDF_RETURNED_PROMISE, UDF_RESULT_MISMATCH */
function promptRows(functionName: string, isSingle: boolean, given: unknown): Iterable<UserRow> {
  if (given instanceof Promise || isIterable(given, Symbol.asyncIterator)) {
    if (given instanceof Promise) given.catch(() => {});
    throw new StreamingError("UDF_RETURNED_PROMISE", { functionName });
  }
  if (isSingle) return [checkedRow(functionName, given)];
  if (!isIterable(given, Symbol.iterator)) throw noRows(functionName, given);
  return checkedRows(functionName, given as Iterable<unknown>);
}

function* checkedRows(functionName: string, rows: Iterable<unknown>): Iterable<UserRow> {
  for (const row of rows) yield checkedRow(functionName, row);
}

/** @throws UDF_RESULT_MISMATCH */
async function waitedRows(functionName: string, isSingle: boolean, given: unknown): Promise<readonly UserRow[]> {
  if (isSingle) return [checkedRow(functionName, given)];
  if (!isIterable(given, Symbol.iterator) && !isIterable(given, Symbol.asyncIterator)) throw noRows(functionName, given);
  const rows: UserRow[] = [];
  for await (const row of given as AsyncIterable<unknown> | Iterable<unknown>) rows.push(checkedRow(functionName, row));
  return rows;
}

function isIterable(given: unknown, symbol: typeof Symbol.iterator | typeof Symbol.asyncIterator): boolean {
  return typeof given === "object" && given !== null && symbol in given;
}

function checkedRow(functionName: string, row: unknown): UserRow {
  if (typeof row === "object" && row !== null && !Array.isArray(row)) return row as UserRow;
  throw mismatch(functionName, "rows, each an object", row);
}

function noRows(functionName: string, given: unknown): StreamingError {
  return mismatch(functionName, "rows: an array, or what a generator gives", given);
}

function mismatch(functionName: string, expected: string, given: unknown): StreamingError {
  return new StreamingError("UDF_RESULT_MISMATCH", { functionName, expected, actual: shownValue(given) });
}
