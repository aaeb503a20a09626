import { checkNamesDiffer } from "../../engine/arrow/columnNames.js";
import { types } from "../../engine/arrow/types.js";
import { notYetSupported, StreamingError } from "../../engine/errors/streamingError.js";
import type { AnalyzedPlan } from "../../engine/plan/logicalPlan.js";
import { schemaOf } from "../../engine/plan/logicalPlan.js";
import { outputOf } from "../../engine/plan/outputOf.js";
import { isStreaming } from "../../engine/plan/streamingPlan.js";
import type { CreateTable, Insert, InsertDirectory } from "../../engine/sql/statement.js";
import { sinkFormats, sourceFormats } from "../formats.js";
import { optionOf } from "../options.js";
import { isWithin, readPaths } from "../places.js";
import type { SessionContext } from "../sessionContext.js";
import { storedTable } from "./catalog.js";
import type { StreamingQuery } from "../../engine/query/streamingQuery.js";
import { rowsForTable } from "./insert.js";
import { startInsert } from "./insertStream.js";
import { manyPartNamespace, quotedName, tableExists, tableNotFound } from "./tableErrors.js";
import { Warehouse, type StoredTable, type TableIdentity } from "./warehouse.js";

type FileTable = Extract<StoredTable, { kind: "table" }>;

/** CREATE TABLE, empty or AS a query. What is there already stays (IF NOT EXISTS), goes (OR REPLACE), or is said. */
export async function createTable(session: SessionContext, statement: CreateTable, query: AnalyzedPlan | null): Promise<void> {
  const warehouse = new Warehouse(session);
  const identity = identityOf(warehouse, statement.name.parts);
  if (!(await warehouse.hasDatabase(identity.database)))
    throw new StreamingError("SCHEMA_NOT_FOUND", { schemaName: `\`${identity.database}\`` });
  if ((await warehouse.read(identity)) !== null) {
    if (statement.ifNotExists) return;
    if (!statement.replace) throw tableExists([identity.database, identity.table]);
    await warehouse.remove(identity);
  }
  const table = described(session, statement, query);
  if (query === null) return warehouse.write(identity, table);
  if (isStreaming(query)) throw notYetSupported("CREATE TABLE AS a stream");
  try {
    await append(session, warehouse, identity, table, query);
  } catch (error) {
    // A table is there when it is whole.
    if (table.location === null) await warehouse.remove(identity);
    throw error;
  }
  await warehouse.write(identity, table);
}

function described(session: SessionContext, statement: CreateTable, query: AnalyzedPlan | null): FileTable {
  const format = (statement.format ?? session.conf.get("spark.sql.sources.default")).toLowerCase();
  const provider = sourceFormats.get(format);
  const { options, location, comment, partitionedBy } = statement;
  const hasFiles = location !== null || optionOf(options, "path") !== undefined;
  if (query === null && statement.columns === null && !hasFiles && provider.inferSchema !== undefined) {
    throw new StreamingError("UNABLE_TO_INFER_SCHEMA", { format: format.toUpperCase(), path: "a table that is new" });
  }
  const given = query === null ? statement.columns && types.struct(statement.columns) : schemaOf(outputOf(query));
  if (given !== null)
    checkNamesDiffer(
      given.fields.map(({ name }) => name),
      { ignoreCase: true },
    );
  const partitions = new Set(statement.partitionedBy.map((name) => name.toLowerCase()));
  const isPartition = ({ name }: { readonly name: string }): boolean => partitions.has(name.toLowerCase());
  const schema = given && types.struct([...given.fields.filter((column) => !isPartition(column)), ...given.fields.filter(isPartition)]);
  return { kind: "table", format, schema, options, location, partitionBy: partitionedBy, comment };
}

/** INSERT INTO and OVERWRITE of a bounded query; of a stream it starts the query that writes it, and gives that. */
export async function insertInto(session: SessionContext, insert: Insert, query: AnalyzedPlan): Promise<StreamingQuery | null> {
  const warehouse = new Warehouse(session);
  const identity = identityOf(warehouse, insert.name.parts);
  const table = await warehouse.read(identity);
  if (table === null) throw await tableNotFound(session, insert.name.parts);
  if (table.kind === "view") throw wrongKind("INSERT", "TABLE", identity, "VIEW", "the table below the view");
  const columns = outputOf(await storedTable(session, warehouse, identity, table, { streaming: false, options: {} }));
  const rows = rowsForTable(session, insert, columns, query, quotedName(["spark_catalog", identity.database, identity.table]));
  if (isStreaming(query)) {
    if (insert.overwrite) throw new StreamingError("INSERT_STREAM_OVERWRITES");
    const path = table.options["path"] ?? warehouse.dataFolder(identity, table);
    return startInsert(session, rows, table.format, path, { ...table.options, ...insert.options });
  }
  if (insert.overwrite) await emptied(session, warehouse, identity, table, rows);
  await append(session, warehouse, identity, table, rows);
  return null;
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

/** Removes the rows of a table. */
export async function truncate(session: SessionContext, parts: readonly string[]): Promise<void> {
  const warehouse = new Warehouse(session);
  const identity = identityOf(warehouse, parts);
  const table = await warehouse.read(identity);
  if (table === null) throw await tableNotFound(session, parts);
  if (table.kind === "view") throw wrongKind("TRUNCATE TABLE", "TABLE", identity, "VIEW", "the table below the view");
  await emptied(session, warehouse, identity, table, null);
}

/** @param rows what will be written in their place: it must not read them */
async function emptied(
  session: SessionContext,
  warehouse: Warehouse,
  identity: TableIdentity,
  table: FileTable,
  rows: AnalyzedPlan | null,
): Promise<void> {
  const folder = warehouse.dataFolder(identity, table);
  if (rows !== null && readPaths(session, rows).some((path) => isWithin(path, folder))) {
    throw new StreamingError("UNSUPPORTED_OVERWRITE.TABLE", { table: quotedName([identity.database, identity.table]) });
  }
  const { files } = session.runtime;
  for (const { path, name, directory } of await files.list(folder)) {
    if (name.startsWith("_") || name.startsWith(".")) continue;
    await (directory ? files.removeTree(path) : files.remove(path));
  }
}

async function append(
  session: SessionContext,
  warehouse: Warehouse,
  identity: TableIdentity,
  table: FileTable,
  plan: AnalyzedPlan,
): Promise<void> {
  const { writeBatch } = await import("../batchWrite.js");
  const options = { ...table.options, path: table.options["path"] ?? warehouse.dataFolder(identity, table) };
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

function identityOf(warehouse: Warehouse, parts: readonly string[]): TableIdentity {
  const identity = warehouse.identityOf(parts);
  if (identity !== null) return identity;
  throw manyPartNamespace(parts);
}
