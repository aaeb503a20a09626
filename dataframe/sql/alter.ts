import { absolutePath } from "../../connectors/files/uri.js";
import { checkNamesDiffer } from "../../engine/arrow/columnNames.js";
import { sameType, sqlTypeName, types, type Schema } from "../../engine/arrow/types.js";
import { unreachable } from "../../engine/errors/assert.js";
import { notYetSupported, StreamingError } from "../../engine/errors/streamingError.js";
import type { AlterTable, AlterView, TableName } from "../../engine/sql/statement.js";
import { viewName } from "../names.js";
import type { SessionContext } from "../sessionContext.js";
import { checkDefault, notesOf } from "./defaults.js";
import { expectTable, quotedName, tableExists, tableNotFound, unsupportedOperation } from "./tableErrors.js";
import { dropPartitions, fileTable, identityOf, schemaOfTable, type NamedTable } from "./tables.js";
import type { StoredTable } from "./storedTable.js";
import { Warehouse, type TableIdentity } from "./warehouse.js";

type FileTable = NamedTable["table"];

/** ALTER TABLE: what can be done to files that were written. @throws UNSUPPORTED_FEATURE.TABLE_OPERATION for the rest, and others */
export async function alterTable(session: SessionContext, { name, action }: AlterTable): Promise<void> {
  if (action.kind === "rename") return rename(session, name, action.to, "table");
  const target = await fileTable(session, name.parts, shownAction(action));
  switch (action.kind) {
    case "addColumns":
      return write(target, await withColumns(session, target, action));
    case "alterColumn":
      return write(target, await withColumn(session, target, action));
    case "setProperties":
      return write(target, { ...target.table, properties: { ...target.table.properties, ...action.properties } });
    case "unsetProperties":
      return write(target, { ...target.table, properties: without(target.table.properties, action.keys) });
    case "comment":
      return write(target, { ...target.table, comment: action.comment });
    case "setLocation":
      await session.runtime.files.makeDirectory(absolutePath(action.location));
      return write(target, { ...target.table, location: action.location });
    case "dropPartitions":
      return dropPartitions(session, name.parts, action.partitions, action.ifExists);
    case "refused":
      throw unsupportedOperation(target.path, action.operation);
    default:
      return unreachable(action);
  }
}

function shownAction(action: AlterTable["action"]): string {
  return action.kind === "addColumns"
    ? "ALTER TABLE ... ADD COLUMNS"
    : action.kind === "alterColumn"
      ? "ALTER TABLE ... ALTER COLUMN"
      : "ALTER TABLE";
}

function write({ warehouse, identity }: NamedTable, table: StoredTable): Promise<void> {
  return warehouse.write(identity, table);
}

function without(properties: FileTable["properties"], keys: readonly string[]): FileTable["properties"] {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !keys.includes(key)));
}

/** Columns behind those that are there, which rows that were written have no values of. Those of partitions stay last. */
async function withColumns(
  session: SessionContext,
  target: NamedTable,
  { columns }: Extract<AlterTable["action"], { kind: "addColumns" }>,
): Promise<FileTable> {
  const { table, path } = target;
  for (const column of columns) {
    if (!column.nullable) throw new StreamingError("ADD_COLUMN_NOT_NULL", { tableName: path });
    if (column.refused !== null) throw unsupportedOperation(path, column.refused);
    if (column.default !== null)
      throw notYetSupported("ALTER TABLE … ADD COLUMNS with a DEFAULT, which rows that are there would have to be given,");
  }
  const schema = await schemaOfTable(session, target);
  const isPartition = ({ name }: { readonly name: string }): boolean =>
    table.partitionBy.some((each) => each.toLowerCase() === name.toLowerCase());
  const fields = [
    ...schema.fields.filter((each) => !isPartition(each)),
    ...columns.map(({ name, type, nullable }) => ({ name, type, nullable })),
    ...schema.fields.filter(isPartition),
  ];
  checkNamesDiffer(
    fields.map(({ name }) => name),
    { ignoreCase: true },
  );
  return { ...table, schema: types.struct(fields), notes: { ...table.notes, ...notesOf(session, "ALTER TABLE ADD COLUMNS", columns) } };
}

/** A comment or a default of a column. @throws NOT_SUPPORTED_CHANGE_COLUMN for another type */
async function withColumn(
  session: SessionContext,
  target: NamedTable,
  { column, change }: Extract<AlterTable["action"], { kind: "alterColumn" }>,
): Promise<FileTable> {
  const { table, path } = target;
  const schema = await schemaOfTable(session, target);
  const found = fieldNamed(schema, column);
  const key = found.name.toLowerCase();
  const notes = table.notes[key] ?? { comment: null, default: null };
  if (change.kind === "default") {
    if (change.value !== null) checkDefault(session, "ALTER TABLE ALTER COLUMN", found, change.value);
    return { ...table, notes: { ...table.notes, [key]: { ...notes, default: change.value?.text ?? null } } };
  }
  if (change.type !== null && !sameType(found.type, change.type)) {
    throw new StreamingError("NOT_SUPPORTED_CHANGE_COLUMN", {
      table: path,
      originName: `\`${found.name}\``,
      originType: `"${sqlTypeName(found.type)}"`,
      newName: `\`${found.name}\``,
      newType: `"${sqlTypeName(change.type)}"`,
    });
  }
  return change.kind === "type" ? table : { ...table, notes: { ...table.notes, [key]: { ...notes, comment: change.comment } } };
}

function fieldNamed({ fields }: Schema, name: string): Schema["fields"][number] {
  const found = fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const proposal = fields.map((field) => `\`${field.name}\``).join(", ");
  throw new StreamingError("UNRESOLVED_COLUMN.WITH_SUGGESTION", { objectName: `\`${name}\``, proposal });
}

/** ALTER VIEW of the session or of the warehouse. */
export async function alterView(
  session: SessionContext,
  { name, action }: AlterView,
  replaced: (action: Extract<AlterView["action"], { kind: "query" }>, temporary: boolean) => Promise<void>,
): Promise<void> {
  if (action.kind === "rename") return rename(session, name, action.to, "view");
  const isTemporary = session.findView(viewName(name.parts)) !== null;
  if (action.kind === "query" && isTemporary) return replaced(action, true);
  const warehouse = new Warehouse(session);
  const identity = identityOf(warehouse, name.parts);
  const view = await warehouse.read(identity);
  if (view === null) throw await tableNotFound(session, name.parts);
  if (view.kind !== "view") {
    const operation = action.kind === "query" ? "ALTER VIEW ... AS" : "ALTER VIEW";
    throw new StreamingError("EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", { tableName: pathOf(identity), operation });
  }
  if (action.kind === "query") return replaced(action, false);
  const properties = action.kind === "setProperties" ? { ...view.properties, ...action.properties } : without(view.properties, action.keys);
  await warehouse.write(identity, { ...view, properties });
}

function pathOf({ database, table }: TableIdentity): string {
  return quotedName(["spark_catalog", database, table]);
}

/** Another name for a table or view, in the same database. */
async function rename(session: SessionContext, name: TableName, to: TableName, what: "table" | "view"): Promise<void> {
  const view = session.findView(viewName(name.parts));
  if (view !== null) {
    if (session.findView(viewName(to.parts)) !== null)
      throw new StreamingError("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: quotedName(to.parts) });
    session.dropTempView(viewName(name.parts));
    return session.setTempView(viewName(to.parts), () => view);
  }
  const warehouse = new Warehouse(session);
  const from = identityOf(warehouse, name.parts);
  const table = await warehouse.read(from);
  if (table === null) throw await tableNotFound(session, name.parts);
  if (table.kind === "view" && what === "table")
    throw expectTable("ALTER TABLE", ["spark_catalog", from.database, from.table], "USE_ALTER_VIEW");
  if (table.kind !== "view" && what === "view")
    throw new StreamingError("EXPECT_VIEW_NOT_TABLE.USE_ALTER_TABLE", { tableName: pathOf(from), operation: "ALTER VIEW" });
  const target = identityOf(warehouse, to.parts.length === 1 ? [from.database, ...to.parts] : to.parts);
  if (target.database !== from.database) {
    throw new StreamingError("RENAME_TABLE_BETWEEN_SCHEMAS", {
      source: quotedName([from.database, from.table]),
      target: quotedName([target.database, target.table]),
    });
  }
  if ((await warehouse.read(target)) !== null) throw tableExists([target.database, target.table]);
  await warehouse.move(from, target);
}
