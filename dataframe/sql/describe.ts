import { sqlTypeName, typeName, types, type DataType, type Field } from "../../engine/arrow/types.js";
import { readValue } from "../../engine/arrow/columns.js";
import type { Value } from "../../engine/arrow/value.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import type { AnalyzedPlan } from "../../engine/plan/logicalPlan.js";
import { outputOf } from "../../engine/plan/outputOf.js";
import type { PartitionValue, Statement, TableName } from "../../engine/sql/statement.js";
import { valueText } from "../../engine/values/valueText.js";
import { collectBatches } from "../execution.js";
import { viewName } from "../names.js";
import type { SessionContext } from "../sessionContext.js";
import { checkPartitionNames } from "./insert.js";
import { queryPlan } from "./queryPlan.js";
import { relationPlan } from "./queryPlan.js";
import { rowsAsPlan, text } from "./rows.js";
import { quotedName, tableNotFound } from "./tableErrors.js";
import { identityOf, insertTarget, rowsOfPartition } from "./tables.js";
import type { StoredTable } from "./storedTable.js";
import { Warehouse, type TableIdentity } from "./warehouse.js";

type Row = readonly (string | null)[];

/** The table or view of the warehouse that a name means; null for a view of the session, files and their like. */
async function storedOf(session: SessionContext, { parts }: TableName): Promise<{ identity: TableIdentity; stored: StoredTable } | null> {
  if (session.findView(viewName(parts)) !== null) return null;
  const warehouse = new Warehouse(session);
  const identity = identityOf(warehouse, parts);
  const stored = await warehouse.read(identity);
  return stored && { identity, stored };
}

const heading = "# col_name";

/** DESCRIBE TABLE: columns, partitions, defaults, and, EXTENDED, what the table is. */
export async function describeTable(session: SessionContext, name: TableName, extended: boolean): Promise<AnalyzedPlan> {
  const output = outputOf(await relationPlan(session, name));
  const found = await storedOf(session, name);
  const table = found?.stored.kind === "table" ? found.stored : null;
  const noteOf = (column: Field) => table?.notes[column.name.toLowerCase()];
  const row = (column: Field): Row => [column.name, typeName(column.type), noteOf(column)?.comment ?? null];
  const rows: Row[] = output.map(row);
  if (table !== null && table.partitionBy.length > 0) {
    const isPartition = new Set(table.partitionBy.map((each) => each.toLowerCase()));
    const partitions = output.filter((column) => isPartition.has(column.name.toLowerCase()));
    rows.push(["# Partition Information", "", ""], [heading, "data_type", "comment"], ...partitions.map(row));
  }
  const defaults = output.filter((column) => (noteOf(column)?.default ?? null) !== null);
  if (defaults.length > 0) {
    rows.push(["", "", ""], ["# Column Default Values", "", ""]);
    for (const column of defaults) rows.push([column.name, typeName(column.type), noteOf(column)!.default]);
  }
  if (extended && found !== null) rows.push(["", "", ""], ["# Detailed Table Information", "", ""], ...details(session, found));
  return rowsAsPlan(session, [text("col_name"), text("data_type"), { name: "comment", type: types.string, nullable: true }], rows);
}

function details(session: SessionContext, { identity, stored }: { identity: TableIdentity; stored: StoredTable }): readonly Row[] {
  const rows: Row[] = [
    ["Catalog", "spark_catalog", ""],
    ["Database", identity.database, ""],
    ["Table", identity.table, ""],
  ];
  if (stored.kind === "view") {
    rows.push(["Type", "VIEW", ""], ["View Text", stored.query, ""]);
  } else {
    rows.push(["Type", stored.location === null ? "MANAGED" : "EXTERNAL", ""], ["Provider", stored.format, ""]);
    if (stored.comment !== null) rows.push(["Comment", stored.comment, ""]);
    rows.push(["Location", new Warehouse(session).dataFolder(identity, stored), ""]);
  }
  const properties = Object.entries(stored.properties);
  if (properties.length > 0) rows.push(["Table Properties", `[${properties.map(([key, value]) => `${key}=${value}`).join(", ")}]`, ""]);
  return rows;
}

/** DESCRIBE t c. @throws COLUMN_NOT_FOUND */
export async function describeColumn(session: SessionContext, name: TableName, column: string): Promise<AnalyzedPlan> {
  const found = outputOf(await relationPlan(session, name)).find((each) => each.name.toLowerCase() === column.toLowerCase());
  if (found === undefined) throw new StreamingError("COLUMN_NOT_FOUND", { colName: `\`${column}\`` });
  const stored = (await storedOf(session, name))?.stored;
  const comment = stored?.kind === "table" ? (stored.notes[found.name.toLowerCase()]?.comment ?? "NULL") : "NULL";
  const rows = [
    ["col_name", found.name],
    ["data_type", typeName(found.type)],
    ["comment", comment],
  ];
  return rowsAsPlan(session, [text("info_name"), text("info_value")], rows);
}

/** DESCRIBE DATABASE. @throws SCHEMA_NOT_FOUND */
export async function describeDatabase(session: SessionContext, { parts }: TableName): Promise<AnalyzedPlan> {
  const name = parts.at(-1)!.toLowerCase();
  const warehouse = new Warehouse(session);
  if (!(await warehouse.hasDatabase(name))) throw new StreamingError("SCHEMA_NOT_FOUND", { schemaName: `\`${name}\`` });
  const rows = [
    ["Catalog Name", "spark_catalog"],
    ["Namespace Name", name],
    ["Comment", ""],
    ["Location", warehouse.databaseFolder(name)],
  ];
  return rowsAsPlan(session, [text("info_name"), text("info_value")], rows);
}

/** SHOW TBLPROPERTIES: all, or one, of which it says when it is not there. */
export async function showProperties(session: SessionContext, name: TableName, key: string | null): Promise<AnalyzedPlan> {
  await relationPlan(session, name);
  const found = await storedOf(session, name);
  const properties = found?.stored.properties ?? {};
  const path = found === null ? name.parts.join(".") : `spark_catalog.${found.identity.database}.${found.identity.table}`;
  const rows =
    key === null
      ? Object.entries(properties).toSorted(([a], [b]) => (a < b ? -1 : 1))
      : [[key, properties[key] ?? `Table ${path} does not have property: ${key}`]];
  return rowsAsPlan(session, [text("key"), text("value")], rows);
}

/** SHOW CREATE TABLE: the statement that makes it. @throws EXPECT_PERMANENT_VIEW_NOT_TEMP */
export async function showCreateTable(session: SessionContext, name: TableName): Promise<AnalyzedPlan> {
  if (session.findView(viewName(name.parts)) !== null) {
    throw new StreamingError("EXPECT_PERMANENT_VIEW_NOT_TEMP", { operation: "SHOW CREATE TABLE", viewName: quotedName(name.parts) });
  }
  const found = await storedOf(session, name);
  if (found === null) throw await tableNotFound(session, name.parts);
  const output = outputOf(await relationPlan(session, name));
  const statement =
    found.stored.kind === "view" ? viewText(found.identity, found.stored, output) : tableText(found.identity, found.stored, output);
  return rowsAsPlan(session, [text("createtab_stmt")], [[statement]]);
}

function viewText({ database, table }: TableIdentity, view: Extract<StoredTable, { kind: "view" }>, output: readonly Field[]): string {
  const columns = output.map(({ name }) => `  ${nameText(name)}`).join(",\n");
  const properties = listText("TBLPROPERTIES", view.properties);
  return `CREATE VIEW ${nameText(database)}.${nameText(table)} (\n${columns})\n${properties}WITH SCHEMA COMPENSATION\nAS ${view.query}\n`;
}

function tableText(
  { database, table: called }: TableIdentity,
  table: Extract<StoredTable, { kind: "table" }>,
  output: readonly Field[],
): string {
  const columns = output.map(({ name, type }) => {
    const notes = table.notes[name.toLowerCase()];
    const value = (notes?.default ?? null) === null ? "" : ` DEFAULT ${notes!.default!}`;
    const comment = (notes?.comment ?? null) === null ? "" : ` COMMENT ${quoted(notes!.comment!)}`;
    return `  ${nameText(name)} ${columnType(type)}${value}${comment}`;
  });
  const partitions = table.partitionBy.length === 0 ? "" : `PARTITIONED BY (${table.partitionBy.map(nameText).join(", ")})\n`;
  const comment = table.comment === null ? "" : `COMMENT ${quoted(table.comment)}\n`;
  const location = table.location === null ? "" : `LOCATION ${quoted(table.location)}\n`;
  return (
    `CREATE TABLE spark_catalog.${nameText(database)}.${nameText(called)} (\n${columns.join(",\n")})\nUSING ${table.format}\n` +
    `${listText("OPTIONS", table.options)}${partitions}${comment}${location}${listText("TBLPROPERTIES", table.properties)}`
  );
}

function listText(word: string, entries: Readonly<Record<string, string>>): string {
  const items = Object.entries(entries).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (items.length === 0) return "";
  return `${word} (\n${items.map(([key, value]) => `  ${quoted(key)} = ${quoted(value)}`).join(",\n")})\n`;
}

function columnType(type: DataType): string {
  return sqlTypeName(type).replace(/\bSTRING\b/g, "STRING COLLATE UTF8_BINARY");
}

function nameText(name: string): string {
  return /^[a-zA-Z_]\w*$/.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}

function quoted(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** SHOW PARTITIONS: those that have rows. @throws INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY, PARTITIONS_NOT_FOUND */
export async function showPartitions(
  session: SessionContext,
  name: TableName,
  partition: readonly PartitionValue[],
): Promise<AnalyzedPlan> {
  const target = await insertTarget(session, name.parts, "SHOW PARTITIONS");
  const { partitionBy, tableName } = target;
  if (partitionBy.length === 0) throw new StreamingError("INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY", { name: tableName });
  checkPartitionNames(partition, target);
  const plan = await queryPlan(session, rowsOfPartition(target, partition, partitionBy));
  const found: string[] = [];
  const fields = outputOf(plan);
  for (const batch of await collectBatches(session, plan)) {
    for (let row = 0; row < batch.length; row++) {
      found.push(fields.map((field, i) => `${field.name}=${pathPart(readValue(batch.columns[i]!, row), field.type, session)}`).join("/"));
    }
  }
  const rows = found.toSorted((a, b) => (a < b ? -1 : 1)).map((each) => [each]);
  return rowsAsPlan(session, [text("partition")], rows);
}

/** A value as a folder of a partition is called. */
function pathPart(value: Value, type: DataType, session: SessionContext): string {
  if (value === null || value === "") return "__HIVE_DEFAULT_PARTITION__";
  const characters = Array.from(valueText(value, type, session.analysisContext.zone));
  return characters.map((each) => (each < " " || special.has(each) ? escaped(each) : each)).join("");
}

const special = new Set("\"#%'*/:=?\\\u007f{[]^");

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/** SHOW CURRENT NAMESPACE. */
export function showCurrentNamespace(session: SessionContext): AnalyzedPlan {
  return rowsAsPlan(session, [text("catalog"), text("namespace")], [["spark_catalog", session.currentDatabase.name]]);
}

export type Description = Extract<
  Statement,
  {
    kind:
      | "describeTable"
      | "describeColumn"
      | "describeDatabase"
      | "showProperties"
      | "showCreateTable"
      | "showPartitions"
      | "showCurrentNamespace";
  }
>;

/** What statements say of tables and databases. */
export function describe(session: SessionContext, statement: Description): Promise<AnalyzedPlan> | AnalyzedPlan {
  switch (statement.kind) {
    case "describeTable":
      return describeTable(session, statement.name, statement.extended);
    case "describeColumn":
      return describeColumn(session, statement.name, statement.column);
    case "describeDatabase":
      return describeDatabase(session, statement.name);
    case "showProperties":
      return showProperties(session, statement.name, statement.key);
    case "showCreateTable":
      return showCreateTable(session, statement.name);
    case "showPartitions":
      return showPartitions(session, statement.name, statement.partition);
    default:
      return showCurrentNamespace(session);
  }
}
