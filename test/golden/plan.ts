import { notYetSupported, StreamingError } from "../../engine/errors/streamingError.js";
import { freshId, type Expression } from "../../engine/expression/expression.js";
import type { AnalysisContext } from "../../engine/expression/resolve.js";
import { analyze } from "../../engine/plan/analyzer/analyze.js";
import { checkBatch } from "../../engine/plan/analyzer/streaming.js";
import type { AnalyzedPlan, JoinType, LogicalPlan } from "../../engine/plan/logicalPlan.js";
import { outputOf } from "../../engine/plan/outputOf.js";
import { isStreaming } from "../../engine/plan/streamingPlan.js";
import { parseExpression, parseName, parseSortOrder } from "../../engine/sql/parser.js";

/** A node of `query.plan` in a golden case. */
export interface PlanJson {
  readonly op: string;
  readonly input?: PlanJson;
  readonly left?: PlanJson;
  readonly right?: PlanJson;
  readonly [argument: string]: unknown;
}

type Tables = Readonly<Record<string, LogicalPlan>>;

/**
 * The query of a golden case as an analyzed plan, built step by step as a DataFrame builds it.
 *
 * @param tables the streams and static tables by name
 * @throws what the analyzer refuses; NOT_YET_SUPPORTED for steps that have no node
 */
export function buildPlan(json: PlanJson, tables: Tables, context: AnalysisContext = { ansi: true, zone: "UTC" }): AnalyzedPlan {
  const build = (child: PlanJson): AnalyzedPlan => buildPlan(child, tables, context);
  if (json.op === "stream" || json.op === "static") return analyze(tables[text(json, "name")]!, context);
  if (json.left && json.right) return analyze(binary(json, build(json.left), build(json.right)), context);
  if (!json.input) throw notYetSupported(`The plan operator ${json.op}`);
  return analyze(unary(json, build(json.input)), context);
}

function unary(json: PlanJson, input: AnalyzedPlan): LogicalPlan {
  const output = outputOf(input);
  switch (json.op) {
    case "withWatermark":
      return { kind: "withWatermark", column: column(text(json, "column")), delay: text(json, "delay"), watermarkId: freshId(), input };
    case "filter":
      return { kind: "filter", condition: parseExpression(text(json, "condition")), input };
    case "select":
      return { kind: "project", expressions: texts(json, "exprs").map(parseExpression), input };
    case "withColumn":
      return withColumn(text(json, "name"), parseExpression(text(json, "expr")), input);
    case "withColumnRenamed": {
      const existing = text(json, "existing");
      const renamed = (e: Expression): Expression => ({ kind: "alias", child: e, name: text(json, "new"), id: freshId() });
      return { kind: "project", expressions: output.map((a) => (sameName(a.name, existing) ? renamed(a) : a)), input };
    }
    case "drop": {
      const dropped = texts(json, "columns");
      return { kind: "project", expressions: output.filter((a) => !dropped.some((name) => sameName(name, a.name))), input };
    }
    case "alias":
      return { kind: "subqueryAlias", alias: text(json, "alias"), input };
    case "aggregate": {
      const grouping = texts(json, "groupBy").map(parseExpression);
      return { kind: "aggregate", grouping, aggregates: [...grouping, ...texts(json, "aggs").map(parseExpression)], input };
    }
    case "dropDuplicates":
    case "dropDuplicatesWithinWatermark": {
      const columns = json.columns === null ? null : texts(json, "columns");
      return { kind: "deduplicate", columns, withinWatermark: json.op === "dropDuplicatesWithinWatermark", input };
    }
    case "distinct":
      return { kind: "aggregate", grouping: output, aggregates: output, input };
    case "limit":
    case "offset":
      return { kind: json.op, count: json.n as number, input };
    case "sort":
      return { kind: "sort", order: texts(json, "exprs").map(parseSortOrder), global: true, input };
    default:
      return other(json, input);
  }
}

/** Steps of single cases whose arguments are in their Python text only: none of them changes what is refused, or the answer. */
function other(json: PlanJson, input: AnalyzedPlan): LogicalPlan {
  switch (json.op) {
    case "sortWithinPartitions":
      return { kind: "sort", order: [], global: false, input };
    case "sample":
      return { kind: "sample", fraction: 0.5, seed: 0, input };
    case "repartition":
      return { kind: "repartition", partitions: 2, input };
    case "show-action":
      checkBatch(input);
      return input;
    case "write-action":
      if (isStreaming(input)) throw new StreamingError("CALL_ON_STREAMING_DATASET_UNSUPPORTED", { methodName: "`write`" });
      return input;
    default:
      throw notYetSupported(`The plan operator ${json.op}`);
  }
}

const joinTypes: Readonly<Record<string, JoinType>> = {
  inner: "inner",
  cross: "cross",
  left_outer: "left",
  right_outer: "right",
  full_outer: "full",
  left_semi: "leftSemi",
  left_anti: "leftAnti",
};

function binary(json: PlanJson, left: LogicalPlan, right: LogicalPlan): LogicalPlan {
  const inputs = [left, right];
  switch (json.op) {
    case "union":
      return { kind: "setOperation", operation: "union", all: true, byName: false, allowMissingColumns: false, inputs };
    case "unionByName": {
      const allowMissingColumns = json.allowMissingColumns === true;
      return { kind: "setOperation", operation: "union", all: true, byName: true, allowMissingColumns, inputs };
    }
    case "intersect":
      return { kind: "setOperation", operation: "intersect", all: false, byName: false, allowMissingColumns: false, inputs };
    case "subtract":
      return { kind: "setOperation", operation: "except", all: false, byName: false, allowMissingColumns: false, inputs };
    case "crossJoin":
      return { kind: "join", joinType: "cross", condition: null, using: null, left, right };
    case "join": {
      const joinType = joinTypes[text(json, "how")];
      if (joinType === undefined) throw notYetSupported(`The join type ${text(json, "how")}`);
      const on = json.on;
      const condition = typeof on === "string" ? parseExpression(on) : null;
      const using = isUsing(on) ? on.using : null;
      return { kind: "join", joinType, condition, using, left, right };
    }
    default:
      throw notYetSupported(`The plan operator ${json.op}`);
  }
}

function isUsing(on: unknown): on is { readonly using: readonly string[] } {
  return typeof on === "object" && on !== null && "using" in on;
}

function withColumn(name: string, e: Expression, input: AnalyzedPlan): LogicalPlan {
  const output = outputOf(input);
  const added: Expression = { kind: "alias", child: e, name, id: freshId() };
  const replaces = output.some((a) => sameName(a.name, name));
  const expressions = replaces ? output.map((a) => (sameName(a.name, name) ? added : a)) : [...output, added];
  return { kind: "project", expressions, input };
}

function column(name: string): Expression {
  return { kind: "unresolvedAttribute", parts: parseName(name) };
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function text(json: PlanJson, key: string): string {
  return json[key] as string;
}

function texts(json: PlanJson, key: string): readonly string[] {
  return json[key] as readonly string[];
}
