import { unreachable } from "../../../errors/assert.js";
import { StreamingError } from "../../../errors/streamingError.js";
import { freshId, type Expression } from "../../../expression/expression.js";
import { isAggregateName } from "../../../expression/resolve.js";
import { someExpression } from "../../../expression/traverse.js";
import type { AnalyzedPlan } from "../../logicalPlan.js";
import { outputOf } from "../../outputOf.js";
import { sqlText } from "../../sqlText.js";
import type { Grouping, PipeAggregate, PipeColumns } from "../../unresolved.js";
import { analyze, finish } from "../analyze.js";
import { booleanCondition, checkNoWindowCall } from "../filter.js";
import { resolveExpression } from "../resolveExpression.js";
import { Scope } from "../scope.js";
import { checkSortOrder } from "../sort.js";
import type { Environment } from "./environment.js";
import { resolveSelect } from "./selects.js";

/** `|> AGGREGATE a GROUP BY b` is `SELECT b, a … GROUP BY b`; a number behind GROUP BY is the place of a column of the input. */
export function resolvePipeAggregate({ aggregates, grouping, input }: PipeAggregate, environment: Environment): AnalyzedPlan {
  const keys = keysOf(grouping).map((key) => columnAt(key, input, environment));
  for (const e of aggregates) {
    if (holdsAggregate(e)) continue;
    throw new StreamingError("PIPE_OPERATOR_AGGREGATE_EXPRESSION_CONTAINS_NO_AGGREGATE_FUNCTION", { expr: sqlText(e) });
  }
  return resolveSelect(
    {
      kind: "select",
      distinct: false,
      items: [...keys, ...aggregates],
      from: input,
      where: null,
      grouping: { kind: "list", items: keys.map((expression) => ({ kind: "expression", expression })), with: null },
      having: null,
      windows: [],
      qualify: null,
      hints: [],
    },
    environment,
  );
}

/** @throws UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE for sets of groups */
function keysOf(grouping: Grouping | null): readonly Expression[] {
  if (grouping === null) return [];
  if (grouping.kind === "all") throw unsupported("GROUP BY ALL");
  if (grouping.with !== null) throw unsupported(`WITH ${grouping.with.toUpperCase()}`);
  return grouping.items.map((item) => {
    if (item.kind === "expression") return item.expression;
    throw unsupported(item.kind === "groupingSets" ? "GROUPING SETS" : item.kind.toUpperCase());
  });
}

function unsupported(what: string): StreamingError {
  return new StreamingError("UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE", { case: what });
}

/** @throws GROUP_BY_POS_OUT_OF_RANGE */
function columnAt(key: Expression, input: PipeAggregate["input"], environment: Environment): Expression {
  if (key.kind !== "literal" || key.type.kind !== "int" || typeof key.value !== "number") return key;
  const columns = outputOf(environment.analyze(input, environment)).filter(({ hidden }) => hidden === undefined);
  const column = columns[key.value - 1];
  if (column !== undefined) return { kind: "unresolvedAttribute", parts: [column.name] };
  throw new StreamingError("GROUP_BY_POS_OUT_OF_RANGE", { index: String(key.value), size: String(columns.length) });
}

/** Whether an aggregate function is called, of the rows and not of a window. */
function holdsAggregate(e: Expression): boolean {
  return someExpression(e, (part) => part.kind === "unresolvedFunction" && part.over === undefined && isAggregateName(part.name));
}

/** @throws PIPE_OPERATOR_CONTAINS_AGGREGATE_FUNCTION */
function checkNoAggregate(e: Expression, clause: string): void {
  if (holdsAggregate(e)) throw new StreamingError("PIPE_OPERATOR_CONTAINS_AGGREGATE_FUNCTION", { expr: sqlText(e), clause });
}

/** EXTEND adds columns, SET replaces them in place, one after the other, DROP leaves them out; WHERE and ORDER BY see these columns alone. */
export function resolvePipeColumns({ change, input }: PipeColumns, environment: Environment): AnalyzedPlan {
  const { context } = environment;
  const rows = environment.analyze(input, environment);
  const output = outputOf(rows);
  const scope = new Scope(output, context);
  switch (change.kind) {
    case "extend":
      for (const item of change.items) {
        checkNoAggregate(item, "EXTEND");
        if (item.kind === "unresolvedStar")
          throw new StreamingError("INVALID_USAGE_OF_STAR_OR_REGEX", { elem: "'*'", prettyName: "expression" });
      }
      return analyze({ kind: "project", expressions: [...output, ...change.items], input: rows }, context);
    case "drop": {
      const star: Expression = { kind: "unresolvedStar", target: [], ...(change.names.length > 0 && { except: differing(change.names) }) };
      return analyze({ kind: "project", expressions: [star], input: rows }, context);
    }
    case "set":
      return change.assignments.reduce((plan, assignment) => assigned(plan, assignment, environment), rows);
    case "where": {
      const condition = resolveExpression(change.condition, scope);
      checkNoWindowCall(condition, "WHERE");
      checkNoAggregate(change.condition, "WHERE");
      return finish(
        { kind: "filter", condition: booleanCondition(condition, () => `"${sqlText(condition)}"`, context), input: rows },
        context,
      );
    }
    case "order": {
      const order = change.order.map((item) => checkSortOrder({ ...item, child: resolveExpression(ordinal(item.child, output), scope) }));
      return finish({ kind: "sort", order, global: change.global, input: rows }, context);
    }
    default:
      return unreachable(change);
  }
}

/** @throws EXCEPT_OVERLAPPING_COLUMNS */
function differing(names: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const keys = names.map((parts) => parts.join(".").toLowerCase());
  if (new Set(keys).size === keys.length) return names;
  throw new StreamingError("EXCEPT_OVERLAPPING_COLUMNS", { columns: keys.join(", ") });
}

/** @throws ORDER_BY_POS_OUT_OF_RANGE */
function ordinal(e: Expression, output: ReturnType<typeof outputOf>): Expression {
  if (e.kind !== "literal" || e.type.kind !== "int" || typeof e.value !== "number") return e;
  const columns = output.filter(({ hidden }) => hidden === undefined);
  const column = columns[e.value - 1];
  if (column !== undefined) return column;
  throw new StreamingError("ORDER_BY_POS_OUT_OF_RANGE", { index: String(e.value), size: String(columns.length) });
}

function assigned(plan: AnalyzedPlan, { name, value }: Assignment, { context }: Environment): AnalyzedPlan {
  checkNoAggregate(value, "SET");
  const output = outputOf(plan);
  const column = columnOf(name, output);
  const expressions = output.map((each): Expression =>
    each === column ? { kind: "alias", child: value, name: each.name, id: freshId() } : each,
  );
  return analyze({ kind: "project", expressions, input: plan }, context);
}

type Assignment = Extract<PipeColumns["change"], { kind: "set" }>["assignments"][number];

function columnOf(parts: readonly string[], output: ReturnType<typeof outputOf>) {
  const found = output.filter(({ name }) => name.toLowerCase() === parts.at(-1)!.toLowerCase());
  if (found.length > 0) return found[0]!;
  throw new StreamingError("UNRESOLVED_COLUMN.WITH_SUGGESTION", {
    objectName: parts.map((part) => `\`${part}\``).join("."),
    proposal: output.map(({ name }) => `\`${name}\``).join(", "),
  });
}
