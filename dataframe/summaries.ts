import { types } from "../engine/arrow/types.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { freshId, literal, type Attribute, type Expression } from "../engine/expression/expression.js";
import { withListAggregates } from "../engine/expression/aggregates/listAggregates.js";
import { outputOf } from "../engine/plan/outputOf.js";
import type { AnalyzedPlan, LogicalPlan } from "../engine/plan/logicalPlan.js";
import { sameName } from "../engine/plan/verbs.js";
import { call } from "./column.js";

type Analyze = (plan: LogicalPlan) => AnalyzedPlan;

const numbers = ["byte", "short", "int", "long", "float", "double", "decimal"];

/** What `describe` and `summary` ask: one aggregation over the columns that are numbers or texts, its row turned into a row a statistic. */
export function statisticsPlan(
  analyze: Analyze,
  input: AnalyzedPlan,
  output: readonly Attribute[],
  statistics: readonly string[],
  names: readonly string[],
): LogicalPlan {
  const chosen = names.length === 0 ? output.filter(({ type }) => isDescribed(type.kind)) : names.map((name) => columnOf(output, name));
  const cells = statistics.flatMap((statistic) =>
    chosen.map((column): Expression => ({
      kind: "alias",
      child: { kind: "unresolvedCast", child: statisticOf(statistic, column), type: types.string, isTry: false },
      name: `${statistic} ${column.name}`,
      id: freshId(),
    })),
  );
  if (cells.length === 0) cells.push({ kind: "alias", child: call("count", [literal(1, types.int)]), name: "rows", id: freshId() });
  const aggregated = analyze({ kind: "aggregate", grouping: [], aggregates: cells, input });
  const values = outputOf(aggregated);
  const stacked = statistics.flatMap((statistic, i): Expression[] => [
    literal(statistic, types.string),
    ...chosen.map((_, j): Expression => values[i * chosen.length + j]!),
  ]);
  const stack = call("stack", [literal(statistics.length, types.int), ...stacked]);
  return {
    kind: "project",
    expressions: [{ kind: "multiAlias", child: stack, names: ["summary", ...chosen.map(({ name }) => name)] }],
    input: aggregated,
  };
}

function isDescribed(kind: string): boolean {
  return kind === "string" || numbers.includes(kind);
}

function columnOf(output: readonly Attribute[], name: string): Attribute {
  const found = output.find((attribute) => sameName(attribute.name, name));
  if (found !== undefined) return found;
  throw new StreamingError("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", {
    colName: name,
    fieldNames: output.map((each) => each.name).join(", "),
  });
}

/** @throws INVALID_OPTION_VALUE for a statistic that there is none */
function statisticOf(statistic: string, column: Attribute): Expression {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(statistic);
  const isNumber = numbers.includes(column.type.kind);
  if (percent !== null) {
    const part = literal(Number(percent[1]) / 100, types.double);
    return isNumber ? withListAggregates(call("percentile_approx", [column, part])) : literal(null, types.string);
  }
  switch (statistic) {
    case "count":
    case "min":
    case "max":
      return call(statistic, [column]);
    case "mean":
    case "stddev":
      return isNumber ? call(statistic === "mean" ? "avg" : "stddev", [column]) : literal(null, types.string);
    case "count_distinct":
    case "approx_count_distinct":
      return withListAggregates(call("approx_count_distinct", [column]));
    default:
      throw new StreamingError("INVALID_OPTION_VALUE", {
        owner: "summary",
        option: "statistics",
        value: statistic,
        expected: "count, count_distinct, mean, stddev, min, max, or a percentage such as 25%",
      });
  }
}
