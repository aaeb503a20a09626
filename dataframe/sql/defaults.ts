import { sqlTypeName, types } from "../../engine/arrow/types.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { literal, type Expression } from "../../engine/expression/expression.js";
import { isDeterministic } from "../../engine/expression/determinism.js";
import { fold } from "../../engine/expression/fold.js";
import { expressionNodes } from "../../engine/expression/traverse.js";
import { resolveCast } from "../../engine/expression/types/coerce.js";
import { canUpCast } from "../../engine/expression/types/storeAssignment.js";
import { isIntegral, isNumeric, typeOf } from "../../engine/expression/types/typeOf.js";
import { resolveExpression } from "../../engine/plan/analyzer/resolveExpression.js";
import { Scope } from "../../engine/plan/analyzer/scope.js";
import type { ColumnDefinition, ParsedPlan } from "../../engine/plan/unresolved.js";
import { parseExpression } from "../../engine/sql/parser.js";
import type { Insert } from "../../engine/sql/statement.js";
import type { Field } from "../../engine/arrow/types.js";
import type { SessionContext } from "../sessionContext.js";
import type { ColumnNotes } from "./storedTable.js";

type Notes = Readonly<Record<string, ColumnNotes>>;

/** What is kept of columns beside their types, once their defaults are known to be constants of these types. @throws INVALID_DEFAULT_VALUE.… */
export function notesOf(session: SessionContext, statement: string, columns: readonly ColumnDefinition[]): Notes {
  const notes: Record<string, ColumnNotes> = {};
  for (const column of columns) {
    if (column.default !== null) checkDefault(session, statement, column, column.default);
    if (column.comment === null && column.default === null) continue;
    notes[column.name.toLowerCase()] = { comment: column.comment, default: column.default?.text ?? null };
  }
  return notes;
}

/** @throws INVALID_DEFAULT_VALUE.… */
export function checkDefault(
  session: SessionContext,
  statement: string,
  { name, type }: Pick<ColumnDefinition, "name" | "type">,
  given: NonNullable<ColumnDefinition["default"]>,
): void {
  const parameters = { statement, colName: `\`${name}\``, defaultValue: given.text };
  const parts = [...expressionNodes(given.expression)];
  if (parts.some(({ kind }) => kind === "unresolvedSubquery"))
    throw new StreamingError("INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION", parameters);
  const value = constantOf(session, given.expression, parameters);
  if (!isDeterministic(value)) throw new StreamingError("INVALID_DEFAULT_VALUE.NON_DETERMINISTIC", parameters);
  const from = typeOf(value);
  if (canUpCast(from, type) || fits(value, type, session)) return;
  throw new StreamingError("INVALID_DEFAULT_VALUE.DATA_TYPE", {
    ...parameters,
    expectedType: `"${sqlTypeName(type)}"`,
    actualType: `"${sqlTypeName(from)}"`,
  });
}

function constantOf(
  session: SessionContext,
  e: Expression,
  parameters: Record<"statement" | "colName" | "defaultValue", string>,
): Expression {
  try {
    return resolveExpression(e, new Scope([], session.analysisContext));
  } catch (error) {
    if (!(error instanceof StreamingError) || !error.condition.startsWith("UNRESOLVED_COLUMN")) throw error;
    throw new StreamingError("INVALID_DEFAULT_VALUE.NOT_CONSTANT", parameters);
  }
}

/** A number of a wider type that has a value of the narrower one: `a TINYINT DEFAULT 3`. */
function fits(value: Expression, type: Field["type"], session: SessionContext): boolean {
  const constant = fold(value);
  if (constant.kind !== "literal" || !isNumeric(constant.type) || !isNumeric(type)) return false;
  if (isIntegral(type) && !isIntegral(constant.type)) return false;
  const stored = fold(resolveCast(constant, type, true, session.analysisContext));
  return stored.kind === "literal" && stored.value !== null;
}

/** The value that INSERT writes to a column that it has none for. */
export function defaultOf({ name, type }: Field, notes: Notes): Expression {
  const text = notes[name.toLowerCase()]?.default ?? null;
  const child = text === null ? literal(null, types.null) : parseExpression(text);
  return { kind: "unresolvedCast", child, type, isTry: false };
}

/**
 * The query of an INSERT with the values of columns in place of the word DEFAULT: in the rows of VALUES, and in a select list.
 *
 * @throws DEFAULT_PLACEMENT_INVALID where it stands inside of an expression
 */
export function withDefaults(insert: Insert, columns: readonly Field[], notes: Notes): ParsedPlan {
  const fixed = new Set(insert.partition.flatMap(({ column, value }) => (value === null ? [] : [column.toLowerCase()])));
  const open = columns.filter(({ name }) => !fixed.has(name.toLowerCase()));
  const named = (name: string | undefined): Field | undefined =>
    columns.find((column) => column.name.toLowerCase() === name?.toLowerCase());
  const target = (i: number, name: string | undefined): Field | undefined =>
    insert.byName ? named(name) : insert.columns === null ? open[i] : named(insert.columns[i]);
  const value = (e: Expression, i: number): Expression => {
    const child = e.kind === "alias" ? e.child : e;
    if (isDefaultWord(child)) {
      const column = target(i, e.kind === "alias" ? e.name : undefined);
      const found = column === undefined ? literal(null, types.null) : defaultOf(column, notes);
      return e.kind === "alias" ? { ...e, child: found } : found;
    }
    if (holdsDefaultWord(e)) throw new StreamingError("DEFAULT_PLACEMENT_INVALID");
    return e;
  };
  const { plan } = insert;
  if (plan.kind === "inlineTable") return { ...plan, rows: plan.rows.map((row) => row.map(value)) };
  return plan.kind === "select" ? { ...plan, items: plan.items.map(value) } : plan;
}

function isDefaultWord(e: Expression): boolean {
  return e.kind === "unresolvedAttribute" && e.parts.length === 1 && e.parts[0]!.toUpperCase() === "DEFAULT";
}

function holdsDefaultWord(e: Expression): boolean {
  return e.kind !== "unresolvedSubquery" && [...expressionNodes(e)].some(isDefaultWord);
}
