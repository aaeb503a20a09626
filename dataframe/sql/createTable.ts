import { checkNamesDiffer } from "../../engine/arrow/columnNames.js";
import { sqlTypeName, types, type Field } from "../../engine/arrow/types.js";
import { notYetSupported, StreamingError } from "../../engine/errors/streamingError.js";
import { analyze } from "../../engine/plan/analyzer/analyze.js";
import { schemaOf, type AnalyzedPlan } from "../../engine/plan/logicalPlan.js";
import { outputOf } from "../../engine/plan/outputOf.js";
import { isStreaming } from "../../engine/plan/streamingPlan.js";
import type { CreateTable, CreateTableLike } from "../../engine/sql/statement.js";
import { sourceFormats } from "../formats.js";
import { viewName } from "../names.js";
import { optionOf } from "../options.js";
import { isWithin, readPaths } from "../places.js";
import type { SessionContext } from "../sessionContext.js";
import { notesOf } from "./defaults.js";
import { queryPlan } from "./queryPlan.js";
import { quotedName, tableExists, unsupportedOperation } from "./tableErrors.js";
import { append, identityOf } from "./tables.js";
import type { StoredTable } from "./storedTable.js";
import { Warehouse, type TableIdentity } from "./warehouse.js";

type FileTable = Extract<StoredTable, { kind: "table" }>;

/** CREATE TABLE, empty or AS a query. What is there already stays (IF NOT EXISTS), goes (OR REPLACE), or is said. */
export async function createTable(session: SessionContext, statement: CreateTable, query: AnalyzedPlan | null): Promise<void> {
  const warehouse = new Warehouse(session);
  const identity = identityOf(warehouse, statement.name.parts);
  const isThere = await isTaken(warehouse, identity);
  if (isThere && statement.ifNotExists) return;
  if (isThere && !statement.replace) throw tableExists([identity.database, identity.table]);
  const path = quotedName(["spark_catalog", identity.database, identity.table]);
  const table = described(session, statement, query, path);
  if (query !== null && isStreaming(query)) throw notYetSupported("CREATE TABLE AS a stream");
  if (isThere) {
    const before = await warehouse.read(identity);
    const folder = before?.kind === "table" ? warehouse.dataFolder(identity, before) : null;
    if (query !== null && folder !== null && readPaths(session, query).some((read) => isWithin(read, folder)))
      throw new StreamingError("UNSUPPORTED_OVERWRITE.TABLE", { table: path });
    await warehouse.remove(identity);
  }
  if (query === null) return warehouse.write(identity, table);
  try {
    await append(session, { warehouse, identity, table, path }, inOrderOf(session, table, query));
  } catch (error) {
    // A table is there when it is whole.
    if (table.location === null) await warehouse.remove(identity);
    throw error;
  }
  await warehouse.write(identity, table);
}

/** The rows with their columns in the order of the table, in which those that partition it come last. */
function inOrderOf(session: SessionContext, { schema }: FileTable, query: AnalyzedPlan): AnalyzedPlan {
  const output = outputOf(query);
  const expressions = (schema ?? schemaOf(output)).fields.map(({ name }) => output.find((column) => column.name === name)!);
  if (expressions.every((column, i) => column === output[i])) return query;
  return analyze({ kind: "project", expressions, input: query }, session.analysisContext);
}

/** CREATE TABLE LIKE: the columns, and what is said of them, of a table or view. */
export async function createTableLike(session: SessionContext, statement: CreateTableLike): Promise<void> {
  const { source, ifNotExists, location, properties } = statement;
  const warehouse = new Warehouse(session);
  const identity = identityOf(warehouse, statement.name.parts);
  const plan = await queryPlan(session, { kind: "unresolvedRelation", ...source, streaming: false, options: {} });
  if (await isTaken(warehouse, identity)) {
    if (ifNotExists) return;
    throw tableExists([identity.database, identity.table]);
  }
  const stored = session.findView(viewName(source.parts)) === null ? await warehouse.read(identityOf(warehouse, source.parts)) : null;
  const like = stored?.kind === "table" ? stored : null;
  const format = (statement.format ?? like?.format ?? session.conf.get("spark.sql.sources.default")).toLowerCase();
  sourceFormats.get(format);
  await warehouse.write(identity, {
    kind: "table",
    format,
    schema: types.struct(outputOf(plan).map(({ name, type, nullable }) => ({ name, type, nullable }))),
    options: {},
    location,
    partitionBy: like?.partitionBy ?? [],
    comment: null,
    properties,
    notes: like?.notes ?? {},
  });
}

/** @throws SCHEMA_NOT_FOUND */
async function isTaken(warehouse: Warehouse, identity: TableIdentity): Promise<boolean> {
  if (!(await warehouse.hasDatabase(identity.database)))
    throw new StreamingError("SCHEMA_NOT_FOUND", { schemaName: `\`${identity.database}\`` });
  return (await warehouse.read(identity)) !== null;
}

function described(session: SessionContext, statement: CreateTable, query: AnalyzedPlan | null, path: string): FileTable {
  const format = (statement.format ?? session.conf.get("spark.sql.sources.default")).toLowerCase();
  const provider = sourceFormats.get(format);
  const { location, comment, properties } = statement;
  const options = withPath(statement.options);
  const own = [...(statement.columns ?? []), ...statement.partitionedBy.flatMap(({ definition }) => definition ?? [])];
  const refused = own.find((column) => column.refused !== null);
  if (refused !== undefined) throw unsupportedOperation(path, refused.refused!);
  const hasFiles = location !== null || optionOf(options, "path") !== undefined;
  if (query === null && statement.columns === null && !hasFiles && provider.inferSchema !== undefined) {
    throw new StreamingError("UNABLE_TO_INFER_SCHEMA", { format: format.toUpperCase(), path: "a table that is new" });
  }
  const given = query === null ? (own.length === 0 && statement.columns === null ? null : types.struct(own)) : schemaOf(outputOf(query));
  if (given !== null)
    checkNamesDiffer(
      given.fields.map(({ name }) => name),
      { ignoreCase: true },
    );
  const partitionBy = statement.partitionedBy.map(({ name }) => name);
  if (given !== null) checkPartitioning(partitionBy, given.fields, path);
  const partitions = new Set(partitionBy.map((name) => name.toLowerCase()));
  const isPartition = ({ name }: { readonly name: string }): boolean => partitions.has(name.toLowerCase());
  const ordered = given && [...given.fields.filter((column) => !isPartition(column)), ...given.fields.filter(isPartition)];
  const schema = ordered && types.struct(ordered.map(({ name, type, nullable }) => ({ name, type, nullable })));
  const notes = notesOf(session, "CREATE TABLE", own);
  return { kind: "table", format, schema, options, location, partitionBy, comment, properties, notes };
}

/** Options with the path by that name, in whatever case it was written. */
function withPath(options: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name.toLowerCase() === "path" ? "path" : name, value]));
}

/** @throws COLUMN_ALREADY_EXISTS, COLUMN_NOT_DEFINED_IN_TABLE, ALL_PARTITION_COLUMNS_NOT_ALLOWED, INVALID_PARTITION_COLUMN_DATA_TYPE */
function checkPartitioning(partitionBy: readonly string[], columns: readonly Field[], tableName: string): void {
  if (partitionBy.length === 0) return;
  checkNamesDiffer(partitionBy, { ignoreCase: true });
  for (const partition of partitionBy) {
    const column = columns.find(({ name }) => name.toLowerCase() === partition.toLowerCase());
    if (column === undefined) {
      throw new StreamingError("COLUMN_NOT_DEFINED_IN_TABLE", {
        colType: "partition",
        colName: `\`${partition}\``,
        tableName,
        tableCols: columns.map(({ name }) => `\`${name}\``).join(", "),
      });
    }
    if (["array", "map", "struct", "interval"].includes(column.type.kind))
      throw new StreamingError("INVALID_PARTITION_COLUMN_DATA_TYPE", { type: `"${sqlTypeName(column.type)}"` });
  }
  if (partitionBy.length === columns.length) throw new StreamingError("ALL_PARTITION_COLUMNS_NOT_ALLOWED");
}
