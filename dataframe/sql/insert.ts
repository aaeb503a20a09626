import { sqlTypeName, types, type DataType, type Field } from "../../engine/arrow/types.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { freshId, literal, type Alias, type Attribute, type Expression } from "../../engine/expression/expression.js";
import { canStore } from "../../engine/expression/types/storeAssignment.js";
import { coerceTo, resolveCast } from "../../engine/expression/types/coerce.js";
import { analyze } from "../../engine/plan/analyzer/analyze.js";
import type { AnalyzedPlan } from "../../engine/plan/logicalPlan.js";
import { outputOf } from "../../engine/plan/outputOf.js";
import type { Insert } from "../../engine/sql/statement.js";
import type { SessionContext } from "../sessionContext.js";

/**
 * The rows of a query in the columns of a table: by position, by name, or in the columns that the statement lists; the others are null.
 *
 * @throws INSERT_COLUMN_ARITY_MISMATCH.…, INCOMPATIBLE_DATA_FOR_TABLE.…
 */
export function rowsForTable(
  session: SessionContext,
  insert: Insert,
  columns: readonly Field[],
  query: AnalyzedPlan,
  table: string,
): AnalyzedPlan {
  const context = session.analysisContext;
  const given = outputOf(query);
  const constants = new Map(
    insert.partition.flatMap(({ column, value }) => (value === null ? [] : [[column.toLowerCase(), value] as const])),
  );
  const open = columns.filter(({ name }) => !constants.has(name.toLowerCase()));
  const targets = insert.byName ? given.map(({ name }) => name) : (insert.columns ?? open.map(({ name }) => name));
  if (insert.byName) checkNamed(given, columns, table);
  checkTargets(targets, columns, table);
  if (targets.length !== given.length) throw arity(targets, given, table);
  const sources = new Map(targets.map((name, i) => [name.toLowerCase(), given[i]!]));
  const expressions = columns.map((column): Alias => {
    const key = column.name.toLowerCase();
    const constant = constants.get(key);
    const source = constant === undefined ? sources.get(key) : literal(constant, types.string);
    const child =
      source === undefined ? coerceTo(literal(null, types.null), column.type, context) : stored(source, column, constant !== undefined);
    return { kind: "alias", child, name: column.name, id: freshId() };
  });
  return analyze({ kind: "project", expressions, input: query }, context);

  function stored(source: Expression, column: Field, isConstant: boolean): Expression {
    const from = source.kind === "attribute" ? source.type : types.string;
    const isAnsi = session.conf.get("spark.sql.storeAssignmentPolicy").toUpperCase() === "ANSI";
    if (!isConstant && isAnsi && !canStore(from, column.type)) throw unsafe(from, column, table);
    return resolveCast(source, column.type, false, { ...context, ansi: isAnsi });
  }
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
