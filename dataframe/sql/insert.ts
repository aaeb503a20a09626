import { sqlTypeName, types, type DataType, type Field } from "../../engine/arrow/types.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { freshId, literal, type Alias, type Attribute, type Expression } from "../../engine/expression/expression.js";
import { resolveFunction } from "../../engine/expression/resolve.js";
import { canStore, canUpCast, storeCast } from "../../engine/expression/types/storeAssignment.js";
import type { AnalysisContext } from "../../engine/expression/types/coerce.js";
import { typeOf } from "../../engine/expression/types/typeOf.js";
import { analyze } from "../../engine/plan/analyzer/analyze.js";
import { fieldOf } from "../../engine/plan/analyzer/extract.js";
import type { AnalyzedPlan } from "../../engine/plan/logicalPlan.js";
import { outputOf } from "../../engine/plan/outputOf.js";
import type { Insert, PartitionValue } from "../../engine/sql/statement.js";
import type { SessionContext } from "../sessionContext.js";
import { defaultOf } from "./defaults.js";
import type { ColumnNotes } from "./storedTable.js";

/** Where an INSERT writes: the table as it is called in messages, its columns, what is said of them, and those that it is partitioned by. */
export interface InsertTarget {
  readonly tableName: string;
  readonly columns: readonly Field[];
  readonly notes: Readonly<Record<string, ColumnNotes>>;
  readonly partitionBy: readonly string[];
}

/**
 * The rows of a query in the columns of a table: by position, by name, or in the columns that the statement lists; the others have their defaults.
 *
 * @throws INSERT_COLUMN_ARITY_MISMATCH.…, INCOMPATIBLE_DATA_FOR_TABLE.…, PARTITIONS_NOT_FOUND and their like
 */
export function rowsForTable(session: SessionContext, insert: Insert, target: InsertTarget, query: AnalyzedPlan): AnalyzedPlan {
  const { tableName: table, columns, notes } = target;
  const context = session.analysisContext;
  const given = outputOf(query);
  const constants = new Map(
    insert.partition.flatMap(({ column, value }) => (value === null ? [] : [[column.toLowerCase(), value] as const])),
  );
  const open = columns.filter(({ name }) => !constants.has(name.toLowerCase()));
  const targets = insert.byName ? given.map(({ name }) => name) : (insert.columns ?? open.map(({ name }) => name));
  if (insert.byName) checkNamed(given, columns, table);
  if (insert.wholeRows === true && given.length < columns.length)
    throw arity(
      columns.map(({ name }) => name),
      given,
      table,
    );
  checkTargets(targets, columns, table);
  checkPartitionNames(insert.partition, target);
  if (targets.length !== given.length) throw arity(targets, given, table);
  checkPartitions(insert, target);
  const sources = new Map(targets.map((name, i) => [name.toLowerCase(), given[i]!]));
  const expressions = columns.map((column): Alias => {
    const key = column.name.toLowerCase();
    const constant = constants.get(key);
    const source = sources.get(key);
    const child =
      constant !== undefined
        ? ({ kind: "unresolvedCast", child: constant, type: column.type, isTry: false } as const)
        : source === undefined
          ? defaultOf(column, notes)
          : stored(session, insert.byName ? fieldsByName(source, column, context, table) : source, column, table);
    return { kind: "alias", child, name: column.name, id: freshId() };
  });
  return analyze({ kind: "project", expressions, input: query }, context);
}

/** A value in the type of its column, if the policy of store assignment takes it. */
function stored(session: SessionContext, source: Expression, column: Field, table: string): Expression {
  const from = typeOf(source);
  const policy = session.conf.get("spark.sql.storeAssignmentPolicy").toUpperCase();
  const context = { ...session.analysisContext, ansi: policy !== "LEGACY" };
  checkStructs(from, column.type, column.name, table);
  const fits = policy === "ANSI" ? canStore(from, column.type) : policy === "LEGACY" || canUpCast(from, column.type);
  if (!fits) throw unsafe(from, column, table);
  return storeCast(source, column, context);
}

/** @throws INCOMPATIBLE_DATA_FOR_TABLE.STRUCT_MISSING_FIELDS, INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_STRUCT_FIELDS */
function checkStructs(from: DataType, to: DataType, name: string, tableName: string): void {
  if (from.kind !== "struct" || to.kind !== "struct") return;
  const colName = `\`${name}\``;
  if (from.fields.length < to.fields.length) {
    const missingFields = namesOf(to.fields.slice(from.fields.length));
    throw new StreamingError("INCOMPATIBLE_DATA_FOR_TABLE.STRUCT_MISSING_FIELDS", { tableName, colName, missingFields });
  }
  if (from.fields.length > to.fields.length) {
    const extraFields = namesOf(from.fields.slice(to.fields.length));
    throw new StreamingError("INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_STRUCT_FIELDS", { tableName, colName, extraFields });
  }
  for (const [i, field] of to.fields.entries()) checkStructs(from.fields[i]!.type, field.type, field.name, tableName);
}

function namesOf(fields: readonly Field[]): string {
  return fields.map(({ name }) => `\`${name}\``).join(", ");
}

/** Of INSERT BY NAME: the fields of a struct in the order of the column. @throws INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_FIND_DATA */
function fieldsByName(source: Expression, { name, type }: Field, context: AnalysisContext, tableName: string): Expression {
  const from = typeOf(source);
  if (from.kind !== "struct" || type.kind !== "struct") return source;
  const places = type.fields.map((field) => from.fields.findIndex((each) => each.name.toLowerCase() === field.name.toLowerCase()));
  const missing = places.indexOf(-1);
  if (missing >= 0) {
    const colName = `\`${name}\`.\`${type.fields[missing]!.name}\``;
    throw new StreamingError("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_FIND_DATA", { tableName, colName });
  }
  if (from.fields.length > type.fields.length) return source;
  if (places.every((place, i) => place === i)) return source;
  const call = (called: string, args: readonly Expression[]): Expression =>
    resolveFunction({ name: called, args, distinct: false, filter: null }, context);
  const values = type.fields.map((field, i) =>
    fieldsByName(fieldOf(source, from.fields[places[i]!]!.name, context), field, context, tableName),
  );
  const made = call(
    "named_struct",
    type.fields.flatMap((field, i) => [literal(field.name, types.string), values[i]!]),
  );
  return call("if", [call("isnull", [source]), literal(null, typeOf(made)), made]);
}

/** @throws DUPLICATE_KEY, PARTITIONS_NOT_FOUND */
export function checkPartitionNames(partition: readonly PartitionValue[], { tableName, partitionBy }: InsertTarget): void {
  const named = partition.map(({ column }) => column.toLowerCase());
  const repeated = named.find((name, i) => named.indexOf(name) < i);
  if (repeated !== undefined) throw new StreamingError("DUPLICATE_KEY", { keyColumn: `\`${repeated}\`` });
  const known = partitionBy.map((name) => name.toLowerCase());
  const unknown = named.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new StreamingError("PARTITIONS_NOT_FOUND", { partitionList: unknown.map((name) => `\`${name}\``).join(", "), tableName });
}

/** @throws PARTITION_SPEC_INCOMPLETE, PARTITION_ORDER */
function checkPartitions({ partition }: Insert, { tableName, partitionBy }: InsertTarget): void {
  if (partition.length === 0) return;
  const requested = partition.map(({ column }) => column).join(",");
  if (partition.length !== partitionBy.length)
    throw new StreamingError("PARTITION_SPEC_INCOMPLETE", { tableName, requested, partitions: partitionBy.join(",") });
  const isOpen = partitionBy.map((name) => partition.find(({ column }) => column.toLowerCase() === name.toLowerCase())!.value === null);
  if (isOpen.some((open, i) => open && isOpen.slice(i).includes(false)))
    throw new StreamingError("PARTITION_ORDER", { partColumns: partitionBy.join(",") });
}

function checkTargets(targets: readonly string[], columns: readonly Field[], table: string): void {
  const seen = new Set<string>();
  for (const target of targets) {
    const key = target.toLowerCase();
    if (seen.has(key)) throw new StreamingError("COLUMN_ALREADY_EXISTS", { columnName: `\`${key}\`` });
    seen.add(key);
    if (columns.some(({ name }) => name.toLowerCase() === key)) continue;
    throw new StreamingError("UNRESOLVED_COLUMN.WITH_SUGGESTION", {
      objectName: `\`${target}\``,
      proposal: columns.map(({ name }) => `\`${name}\``).join(", "),
      tableName: table,
    });
  }
}

/** Of INSERT BY NAME. @throws INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS, INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS */
function checkNamed(given: readonly Attribute[], columns: readonly Field[], tableName: string): void {
  if (given.length > columns.length)
    throw arity(
      columns.map(({ name }) => name),
      given,
      tableName,
    );
  const repeated = given.find(({ name }, i) => given.findIndex((other) => other.name.toLowerCase() === name.toLowerCase()) < i);
  if (repeated !== undefined)
    throw new StreamingError("INCOMPATIBLE_DATA_FOR_TABLE.AMBIGUOUS_COLUMN_NAME", { tableName, colName: `\`${repeated.name}\`` });
  const known = new Set(columns.map(({ name }) => name.toLowerCase()));
  const extra = given.filter(({ name }) => !known.has(name.toLowerCase()));
  if (extra.length === 0) return;
  const extraColumns = extra.map(({ name }) => `\`${name}\``).join(", ");
  throw new StreamingError("INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS", { tableName, extraColumns });
}

function arity(targets: readonly string[], given: readonly Attribute[], tableName: string): StreamingError {
  const condition = given.length > targets.length ? "TOO_MANY_DATA_COLUMNS" : "NOT_ENOUGH_DATA_COLUMNS";
  return new StreamingError(`INSERT_COLUMN_ARITY_MISMATCH.${condition}`, {
    tableName,
    tableColumns: targets.map((name) => `\`${name}\``).join(", "),
    dataColumns: given.map(({ name }) => `\`${name}\``).join(", "),
  });
}

function unsafe(from: DataType, { name, type }: Field, tableName: string): StreamingError {
  return new StreamingError("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST", {
    tableName,
    colName: `\`${name}\``,
    srcType: `"${sqlTypeName(from)}"`,
    targetType: `"${sqlTypeName(type)}"`,
  });
}
