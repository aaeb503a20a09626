import type { Field, Schema } from "../../engine/arrow/types.js";
import type { FileStatus } from "../../engine/contract/fileSystem.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { schemaOf, type AnalyzedPlan } from "../../engine/plan/logicalPlan.js";
import { outputOf } from "../../engine/plan/outputOf.js";
import { isStreaming } from "../../engine/plan/streamingPlan.js";
import type { Expression } from "../../engine/expression/expression.js";
import { analyze } from "../../engine/plan/analyzer/analyze.js";
import type { ParsedPlan, Select } from "../../engine/plan/unresolved.js";
import type { Insert, InsertDirectory, PartitionValue } from "../../engine/sql/statement.js";
import { collectBatches } from "../execution.js";
import { sinkFormats } from "../formats.js";
import { isWithin, readPaths } from "../places.js";
import type { SessionContext } from "../sessionContext.js";
import { storedTable } from "./catalog.js";
import type { StreamingQuery } from "../../engine/query/streamingQuery.js";
import { checkPartitionNames, rowsForTable, type InsertTarget } from "./insert.js";
import { checkNoQueryOptions, startInsert } from "./insertStream.js";
import { viewName } from "../names.js";
import { queryPlan } from "./queryPlan.js";
import { optionsFor } from "./tableOptions.js";
import { expectTable, manyPartNamespace, quotedName, tableNotFound } from "./tableErrors.js";
import type { StoredTable } from "./storedTable.js";
import { Warehouse, type TableIdentity } from "./warehouse.js";

type FileTable = Extract<StoredTable, { kind: "table" }>;

/** A table that INSERT names. @throws TABLE_OR_VIEW_NOT_FOUND, EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE */
export async function fileTable(session: SessionContext, parts: readonly string[], operation: string): Promise<NamedTable> {
  const warehouse = new Warehouse(session);
  const identity = identityOf(warehouse, parts);
  if (session.findView(viewName(parts)) !== null) throw expectTable(operation, parts);
  const table = await warehouse.read(identity);
  if (table === null) throw await tableNotFound(session, parts);
  if (table.kind === "view") throw expectTable(operation, ["spark_catalog", identity.database, identity.table]);
  return { warehouse, identity, table, path: quotedName(["spark_catalog", identity.database, identity.table]) };
}

/** A table or view of the warehouse; null when there is none. */
export async function findTable(session: SessionContext, parts: readonly string[]): Promise<StoredTable | null> {
  const warehouse = new Warehouse(session);
  return warehouse.read(identityOf(warehouse, parts));
}

/** A table of the warehouse, and how messages call it. */
export interface NamedTable {
  readonly warehouse: Warehouse;
  readonly identity: TableIdentity;
  readonly table: FileTable;
  readonly path: string;
}

/** What INSERT needs to know of the table that it names. */
export async function insertTarget(
  session: SessionContext,
  parts: readonly string[],
  operation: string,
): Promise<NamedTable & InsertTarget> {
  const named = await fileTable(session, parts, operation);
  const { warehouse, identity, table, path } = named;
  const columns = outputOf(await storedTable(session, warehouse, identity, table, { streaming: false, options: {} }));
  return { ...named, tableName: path, columns, notes: table.notes, partitionBy: table.partitionBy };
}

/** INSERT INTO and OVERWRITE of a bounded query; of a stream it starts the query that writes it, and gives that. */
export async function insertInto(
  session: SessionContext,
  insert: Insert,
  target: NamedTable & InsertTarget,
  query: AnalyzedPlan,
): Promise<StreamingQuery | null> {
  const { warehouse, identity, table } = target;
  const rows = rowsForTable(session, insert, target, query);
  if (isStreaming(query)) {
    if (insert.overwrite) throw new StreamingError("INSERT_STREAM_OVERWRITES");
    const path = table.options["path"] ?? warehouse.dataFolder(identity, table);
    const ofTable = await optionsFor("write", session, table.format, table.options);
    return startInsert(session, rows, table.format, path, { ...ofTable, ...insert.options });
  }
  checkNoQueryOptions(insert.options);
  if (!insert.overwrite) {
    await append(session, target, rows, insert.options);
    return null;
  }
  checkNotRead(session, target, rows);
  const constants = insert.partition.filter(({ value }) => value !== null);
  await replaceRows(session, target, constants.length === 0 ? rows : await besides(session, target, constants, rows), insert.options);
  return null;
}

/** The rows of a table that are not of a partition, and others behind them. */
async function besides(
  session: SessionContext,
  { identity, columns }: NamedTable & Pick<InsertTarget, "columns">,
  partition: readonly PartitionValue[],
  rows: AnalyzedPlan | null,
): Promise<AnalyzedPlan> {
  const kept = await queryPlan(session, selected(identity, call("not", [ofPartition(columns, partition)])));
  if (rows === null) return kept;
  const union = { kind: "setOperation", operation: "union", all: true, byName: false, allowMissingColumns: false } as const;
  return analyze({ ...union, inputs: [kept, rows] }, session.analysisContext);
}

/** `p <=> 1 AND q <=> 'x'`, in the types of the columns. */
function ofPartition(columns: readonly Field[], partition: readonly PartitionValue[]): Expression {
  const conditions = partition.map(({ column, value }) => {
    const { type, name } = columns.find((each) => each.name.toLowerCase() === column.toLowerCase())!;
    return call("<=>", [
      { kind: "unresolvedAttribute", parts: [name] },
      { kind: "unresolvedCast", child: value!, type, isTry: false },
    ]);
  });
  return conditions.reduce((a, b) => call("and", [a, b]));
}

function call(name: string, args: readonly Expression[]): Expression {
  return { kind: "unresolvedFunction", name, args, distinct: false, filter: null };
}

function selected({ database, table }: TableIdentity, where: Expression | null): Select {
  const position = { start: 0, end: 0 };
  const from: ParsedPlan = {
    kind: "unresolvedRelation",
    parts: ["spark_catalog", database, table],
    streaming: false,
    options: {},
    position,
  };
  const items: readonly Expression[] = [{ kind: "unresolvedStar", target: [] }];
  return { kind: "select", distinct: false, items, from, where, grouping: null, having: null, windows: [], qualify: null, hints: [] };
}

/** INSERT OVERWRITE DIRECTORY: the rows in place of what the folder has. @throws UNSUPPORTED_OVERWRITE.PATH when they are read from it */
export async function insertIntoDirectory(session: SessionContext, insert: InsertDirectory, plan: AnalyzedPlan): Promise<void> {
  if (isStreaming(plan)) throw new StreamingError("INSERT_STREAM_OVERWRITES");
  const { format, path } = insert;
  const provider = await sinkFormats.load(format, session);
  if (provider.place === undefined) {
    throw new StreamingError("INVALID_OPTION_VALUE", {
      owner: "INSERT OVERWRITE DIRECTORY",
      option: "USING",
      value: format,
      expected: "a format of files, as json or parquet",
    });
  }
  const { writeBatch } = await import("../batchWrite.js");
  await writeBatch(session, { plan, format, options: { ...insert.options, path }, mode: "overwrite", partitionBy: [] });
}

/** Removes the rows of a table, or of a partition of it. */
export async function truncate(session: SessionContext, parts: readonly string[], partition: readonly PartitionValue[]): Promise<void> {
  const target = await insertTarget(session, parts, "TRUNCATE TABLE");
  if (partition.length === 0) return removeFiles(session, await filesOf(session, target));
  checkPartitionNames(partition, target);
  await replaceRows(session, target, await besides(session, target, partition, null));
}

/** ALTER TABLE DROP PARTITION. @throws PARTITIONS_NOT_FOUND for one that has no rows */
export async function dropPartitions(
  session: SessionContext,
  parts: readonly string[],
  partitions: readonly (readonly PartitionValue[])[],
  ifExists: boolean,
): Promise<void> {
  const target = await insertTarget(session, parts, "ALTER TABLE ... DROP PARTITION ...");
  const there: (readonly PartitionValue[])[] = [];
  for (const partition of partitions) {
    checkPartitionNames(partition, target);
    const found = await collectBatches(session, await queryPlan(session, rowsOfPartition(target, partition, target.partitionBy)));
    if (found.some(({ length }) => length > 0)) there.push(partition);
    if (ifExists || there.at(-1) === partition) continue;
    const partitionList = partition.map(({ column }) => `\`${column}\``).join(", ");
    throw new StreamingError("PARTITIONS_NOT_FOUND", { partitionList, tableName: target.path });
  }
  for (const partition of there) await replaceRows(session, target, await besides(session, target, partition, null));
}

/** The values of columns that the rows of a partition (all, where it names no value) have, each once. */
export function rowsOfPartition(
  { identity, columns }: NamedTable & InsertTarget,
  partition: readonly PartitionValue[],
  of: readonly string[],
): ParsedPlan {
  const values = partition.filter(({ value }) => value !== null);
  const items = of.map((name): Expression => ({ kind: "unresolvedAttribute", parts: [name] }));
  return { ...selected(identity, values.length === 0 ? null : ofPartition(columns, values)), items, distinct: true };
}

/** The columns of a table: as it was made, or as its files have them. */
export async function schemaOfTable(session: SessionContext, { warehouse, identity, table }: NamedTable): Promise<Schema> {
  return table.schema ?? schemaOf(outputOf(await storedTable(session, warehouse, identity, table, { streaming: false, options: {} })));
}

/** @throws UNSUPPORTED_OVERWRITE.TABLE where rows read the table that they are written to */
function checkNotRead(session: SessionContext, { warehouse, identity, table }: NamedTable, rows: AnalyzedPlan): void {
  const folder = warehouse.dataFolder(identity, table);
  if (readPaths(session, rows).some((path) => isWithin(path, folder)))
    throw new StreamingError("UNSUPPORTED_OVERWRITE.TABLE", { table: quotedName([identity.database, identity.table]) });
}

/** Other rows in place of those of the table, which they may be made of: what was there goes when they are written. */
async function replaceRows(
  session: SessionContext,
  target: NamedTable,
  rows: AnalyzedPlan,
  options: Readonly<Record<string, string>> = {},
): Promise<void> {
  const before = await filesOf(session, target);
  await append(session, target, rows, options);
  await removeFiles(session, before);
}

async function filesOf(session: SessionContext, { warehouse, identity, table }: NamedTable): Promise<readonly FileStatus[]> {
  const entries = await session.runtime.files.list(warehouse.dataFolder(identity, table));
  return entries.filter(({ name }) => !name.startsWith("_") && !name.startsWith("."));
}

async function removeFiles(session: SessionContext, entries: readonly FileStatus[]): Promise<void> {
  const { files } = session.runtime;
  for (const { path, directory } of entries) await (directory ? files.removeTree(path) : files.remove(path));
}

/** Writes rows behind those of a table; `given`: options of this write. */
export async function append(
  session: SessionContext,
  { warehouse, identity, table }: NamedTable,
  plan: AnalyzedPlan,
  given: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { writeBatch } = await import("../batchWrite.js");
  const ofTable = await optionsFor("write", session, table.format, table.options);
  const options = { ...ofTable, ...given, path: table.options["path"] ?? warehouse.dataFolder(identity, table) };
  // Rows of a partitioned table lie in its folder like all others: what reads them does not look into folders of partitions yet.
  await writeBatch(session, { plan, format: table.format, options, mode: "append", partitionBy: [] });
}

/** DROP TABLE and DROP VIEW. */
export async function drop(session: SessionContext, what: "table" | "view", parts: readonly string[], ifExists: boolean): Promise<void> {
  const warehouse = new Warehouse(session);
  const identity = warehouse.identityOf(parts);
  const table = identity && (await warehouse.read(identity));
  if (identity === null || table === null) {
    if (ifExists) return;
    throw await tableNotFound(session, parts);
  }
  // Spark drops a view by DROP TABLE too.
  if (what === "view" && table.kind !== what) {
    const wanted = what.toUpperCase();
    throw wrongKind(`DROP ${wanted}`, wanted, identity, table.kind.toUpperCase(), `DROP ${table.kind.toUpperCase()}`);
  }
  await warehouse.remove(identity);
}

function wrongKind(
  operation: string,
  requiredType: string,
  { database, table }: TableIdentity,
  foundType: string,
  alternative: string,
): StreamingError {
  const objectName = quotedName(["spark_catalog", database, table]);
  return new StreamingError("WRONG_COMMAND_FOR_OBJECT_TYPE", { operation, requiredType, objectName, foundType, alternative });
}

export function identityOf(warehouse: Warehouse, parts: readonly string[]): TableIdentity {
  const identity = warehouse.identityOf(parts);
  if (identity !== null) return identity;
  throw manyPartNamespace(parts);
}
