import { unreachable } from "../../../errors/assert.js";
import { freshId, type QueryPlan } from "../../../expression/expression.js";
import type { AnalyzedPlan, LogicalPlan } from "../../logicalPlan.js";
import { sampleOf } from "../../nodes/sample.js";
import { outputOf } from "../../outputOf.js";
import type { ColumnAliases, ParsedPlan, SetQuery, WithQueries } from "../../unresolved.js";
import { StreamingError } from "../../../errors/streamingError.js";
import { analyze, renewedPlan } from "../analyze.js";
import type { QueryContext, Scope } from "../scope.js";
import { distinct } from "./distinct.js";
import type { Catalog, Environment } from "./environment.js";
import { resolveInlineTable } from "./inlineTables.js";
import { resolveNaturalJoin, resolveWrittenJoin } from "./joins.js";
import { resolveLimit, resolveOrderBy } from "./ordering.js";
import { resolvePipeAggregate, resolvePipeColumns } from "./pipes.js";
import { resolveRelation } from "./relations.js";
import { resolveSelect } from "./selects.js";
import { resolveTableFunction } from "./tableFunctions.js";
import { resolveLateralJoin } from "./lateral.js";
import { resolvePivot, resolveUnpivot } from "./pivot.js";
import { resolveRecursion } from "./recursion.js";
import { relationsIn } from "../../relationsIn.js";
import { resolveLateralView } from "./lateralViews.js";

/**
 * A query as it was parsed → a plan in which every name, function and type is known.
 *
 * @param catalog what its tables are; files among them were looked at before
 * @throws what Spark's analyzer throws, and NOT_YET_SUPPORTED
 */
export function analyzeQuery(plan: ParsedPlan, context: QueryContext, catalog: Catalog): AnalyzedPlan {
  return resolve(plan, inContext({ context, catalog, commonTables: new Map(), analyze: resolve }));
}

/** The environment, in which expressions may ask queries that see what it sees. */
function inContext(environment: Environment): Environment {
  const inside: Environment = { ...environment, context: { ...environment.context, subquery } };
  function subquery(query: QueryPlan, outer: Scope): LogicalPlan {
    return resolve(query as ParsedPlan, { ...inside, context: { ...inside.context, outer } });
  }
  return inside;
}

/** A context in which expressions may ask queries of the catalog: what text in the verbs of a DataFrame sees. */
export function withSubqueries(context: QueryContext, catalog: Catalog): QueryContext {
  return inContext({ context, catalog, commonTables: new Map(), analyze: resolve }).context;
}

function resolve(plan: ParsedPlan, environment: Environment): AnalyzedPlan {
  const { context } = environment;
  const inner = (input: ParsedPlan): AnalyzedPlan => resolve(input, environment);
  switch (plan.kind) {
    case "unresolvedRelation":
      return resolveRelation(plan, environment);
    case "inlineTable":
      return resolveInlineTable(plan, environment);
    case "tableFunction":
      return resolveTableFunction(plan, environment);
    case "withQueries":
      return resolveWith(plan, environment);
    case "select":
      return resolveSelect(plan, environment);
    case "orderBy":
      return resolveOrderBy(plan, environment);
    case "limitBy":
      return resolveLimit(plan, environment);
    case "setQuery":
      return resolveSetQuery(plan, environment);
    case "columnAliases":
      return resolveColumnAliases(plan, environment);
    case "naturalJoin":
      return resolveNaturalJoin(plan, environment);
    case "lateralView":
      return resolveLateralView(plan, environment);
    case "streamWatermark":
      return resolveStreamWatermark(plan, environment);
    case "pipeAggregate":
      return resolvePipeAggregate(plan, environment);
    case "pipeColumns":
      return resolvePipeColumns(plan, environment);
    case "lateralJoin":
      return resolveLateralJoin(plan, environment);
    case "pivot":
      return resolvePivot(plan, environment);
    case "unpivot":
      return resolveUnpivot(plan, environment);
    case "tableSample":
      return resolveSample(plan, environment);
    case "frameQuery":
      return analyze(renewedPlan(plan.plan), context);
    case "subqueryAlias":
      return analyze({ ...plan, input: inner(plan.input) }, context);
    case "join":
      return resolveWrittenJoin(plan, environment);
    default:
      // The parser gives no other node of the logical plan; one that is whole already stays as it is.
      return analyze(plan, context);
  }
}

/** Of a chain of them the first comes first: a text may have thousands, one below the other. */
function resolveSetQuery(query: SetQuery, environment: Environment): AnalyzedPlan {
  const chain: SetQuery[] = [];
  let first: ParsedPlan = query;
  for (; first.kind === "setQuery"; first = first.left) chain.push(first);
  return chain.reduceRight((left, link) => resolveSetOperation(left, link, environment), resolve(first, environment));
}

function resolveSetOperation(left: AnalyzedPlan, { operation, all, byName, right }: SetQuery, environment: Environment): AnalyzedPlan {
  const { context } = environment;
  const inputs = [left, resolve(right, environment)];
  const rows = analyze(
    { kind: "setOperation", operation, all: operation === "union" || all, byName, allowMissingColumns: false, inputs },
    context,
  );
  return operation !== "union" || all ? rows : distinct(rows, context);
}

/** Each query of WITH sees those before it. */
function resolveWith({ recursive, tables, input }: WithQueries, environment: Environment): AnalyzedPlan {
  const commonTables = new Map(environment.commonTables);
  const inside = inContext({ ...environment, commonTables });
  const own = new Set<string>();
  for (const table of tables) {
    const { name, columns, query } = table;
    const key = name.toLowerCase();
    if (own.has(key)) throw new StreamingError("DUPLICATED_CTE_NAMES", { duplicateNames: `\`${name}\`` });
    own.add(key);
    const before = inContext({ ...inside, commonTables: new Map(commonTables) });
    if (recursive && namesItself(query, key)) {
      const resolvedRecursion = resolveRecursion(table, before, (around, plan) =>
        inContext({ ...around, commonTables: new Map(around.commonTables).set(key, plan) }),
      );
      commonTables.set(key, resolvedRecursion);
      continue;
    }
    const resolved = resolve(query, before);
    commonTables.set(key, columns === null ? resolved : named(resolved, columns, environment));
  }
  return resolve(input, inside);
}

/** Whether a query names a table, anywhere in it. */
function namesItself(query: ParsedPlan, key: string): boolean {
  return relationsIn(query).some(({ parts }) => parts.length === 1 && parts[0]!.toLowerCase() === key);
}

function resolveColumnAliases({ names, input }: ColumnAliases, environment: Environment): AnalyzedPlan {
  if (input.kind === "tableFunction") {
    const plan = resolve(input, environment);
    const count = outputOf(plan).length;
    if (count === names.length) return named(plan, names, environment);
    throw new StreamingError("NUM_TABLE_VALUE_ALIASES_MISMATCH", {
      funcName: `\`${input.name}\``,
      aliasesNum: String(names.length),
      outColsNum: String(count),
    });
  }
  const plan = resolve(input, environment);
  const { length } = outputOf(plan);
  if (input.kind === "inlineTable" && length !== names.length) {
    throw new StreamingError("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", {
      expectedNumCols: String(names.length),
      actualNumCols: String(length),
      rowIndex: "0",
    });
  }
  return named(plan, names, environment);
}

/** The plan's columns under these names. @throws ASSIGNMENT_ARITY_MISMATCH */
function named(input: AnalyzedPlan, names: readonly string[], { context }: Environment): AnalyzedPlan {
  const output = outputOf(input);
  if (output.length !== names.length) {
    throw new StreamingError("ASSIGNMENT_ARITY_MISMATCH.SUBQUERY_ALIASES", {
      numTarget: String(names.length),
      numExpr: String(output.length),
    });
  }
  const expressions = output.map((child, i) => ({ kind: "alias", child, name: names[i]!, id: freshId() }) as const);
  return analyze({ kind: "project", expressions, input }, context);
}

function resolveStreamWatermark(plan: Extract<ParsedPlan, { kind: "streamWatermark" }>, environment: Environment): AnalyzedPlan {
  const { context } = environment;
  const input = resolve(plan.input, environment);
  const { column } = plan;
  if (column.kind === "unresolvedAttribute") {
    return analyze({ kind: "withWatermark", column, delay: plan.delay, watermarkId: freshId(), input }, context);
  }
  if (column.kind !== "alias") throw new StreamingError("WATERMARK_NEEDS_ALIAS");
  const star = { kind: "unresolvedStar", target: [] } as const;
  const computed = analyze({ kind: "project", expressions: [star, column], input }, context);
  const name = { kind: "unresolvedAttribute", parts: [column.name] } as const;
  return analyze({ kind: "withWatermark", column: name, delay: plan.delay, watermarkId: freshId(), input: computed }, context);
}

function resolveSample(plan: Extract<ParsedPlan, { kind: "tableSample" }>, environment: Environment): AnalyzedPlan {
  const { method, seed } = plan;
  const input = resolve(plan.input, environment);
  const fraction = (share: number): LogicalPlan => sampleOf(share, seed ?? 0, input);
  switch (method.kind) {
    case "percent":
      return analyze(fraction(method.percent / 100), environment.context);
    case "bucket":
      return analyze(fraction(method.numerator / method.denominator), environment.context);
    case "rows":
      return resolveLimit({ kind: "limitBy", limit: method.rows, offset: null, input }, environment);
    default:
      return unreachable(method);
  }
}
