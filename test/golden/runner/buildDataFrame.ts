import { expr } from "../../../dataframe/functions.js";
import type { Column } from "../../../dataframe/column.js";
import type { DataFrame } from "../../../dataframe/dataFrame.js";
import { notYetSupported } from "../../../engine/errors/streamingError.js";
import type { PlanNode } from "./case.js";

/** A frame whose columns are known at run time only. */
export type Frame = DataFrame<Record<string, unknown>>;

/**
 * Builds the query of a case, verb by verb, as a user would. An operator without a verb of ours is NOT_YET_SUPPORTED.
 *
 * @param tables streams and static tables by name
 */
export function buildDataFrame(node: PlanNode, tables: ReadonlyMap<string, Frame>, pyspark: string): Frame {
  const child = (of: PlanNode | undefined) => buildDataFrame(of!, tables, pyspark);
  const texts = (key: string) => node[key] as readonly string[];
  const text = (key: string) => node[key] as string;
  switch (node.op) {
    case "stream":
    case "static":
      return tables.get(text("name"))!;
    case "select":
      return child(node.input).selectExpr(...texts("exprs"));
    case "filter":
      return child(node.input).where(text("condition"));
    case "withColumn":
      return child(node.input).withColumn(text("name"), expr(text("expr")));
    case "withColumnRenamed":
      return child(node.input).withColumnRenamed(text("existing"), text("new"));
    case "drop":
      return child(node.input).drop(...texts("columns"));
    case "alias":
      return child(node.input).alias(text("alias"));
    case "withWatermark":
      return child(node.input).withWatermark(text("column"), text("delay"));
    case "aggregate":
      return child(node.input)
        .groupBy(...texts("groupBy").map((e) => expr(e)))
        .agg(...texts("aggs").map((e) => expr(e)));
    case "dropDuplicates":
      return child(node.input).dropDuplicates(...((node.columns as readonly string[] | null) ?? []));
    case "dropDuplicatesWithinWatermark":
      return child(node.input).dropDuplicatesWithinWatermark(...((node.columns as readonly string[] | null) ?? []));
    case "distinct":
      return child(node.input).distinct();
    case "limit":
      return child(node.input).limit(node.n as number);
    case "offset":
      return child(node.input).offset(node.n as number);
    case "sort":
      return child(node.input).orderBy(...texts("exprs").map(sortColumn));
    case "repartition":
      return child(node.input).repartition(2);
    case "sample":
      return child(node.input).sample(0.5);
    case "union":
      return child(node.left).union(child(node.right));
    case "unionByName":
      return child(node.left).unionByName(child(node.right), node.allowMissingColumns as boolean);
    case "intersect":
      return child(node.left).intersect(child(node.right));
    case "subtract":
      return child(node.left).except(child(node.right));
    case "join":
      return join(node, child(node.left), child(node.right));
    case "crossJoin":
      return node.right ? child(node.left).crossJoin(child(node.right)) : child(node.input).crossJoin(crossJoinTable(pyspark, tables));
    case "sortWithinPartitions":
      return child(node.input).sortWithinPartitions(/\.sortWithinPartitions\("(\w+)"\)/.exec(pyspark)![1]!);
    case "exceptAll":
      return child(node.left).exceptAll(child(node.right));
    case "intersectAll":
      return child(node.left).intersectAll(child(node.right));
    case "pivot":
      return pivot(child(node.input), pyspark);
    default:
      throw notYetSupported(`the operator ${node.op}`);
  }
}

/** An action of a batch that a query of a stream ends in. */
export async function runAction({ op, input }: PlanNode, tables: ReadonlyMap<string, Frame>, pyspark: string): Promise<void> {
  const frame = buildDataFrame(input!, tables, pyspark);
  if (op === "show-action") await frame.show();
  else if (op === "collect-action") await frame.collect();
  else if (op === "count-action") await frame.count();
  else if (op === "write-action") void frame.write;
  else throw notYetSupported(`the action ${op}`);
}

/** The table of a cross join that the plan leaves to the text: `x.crossJoin(table)` or `x.crossJoin(table.select("a", "b"))`. */
function crossJoinTable(pyspark: string, tables: ReadonlyMap<string, Frame>): Frame {
  const match = /\.crossJoin\((\w+)(?:\.select\(([^()]*)\))?\)/.exec(pyspark);
  const table = match === null ? undefined : tables.get(match[1]!);
  if (table === undefined) throw notYetSupported(`the text ${pyspark}`);
  const columns = match![2] === undefined ? null : (JSON.parse(`[${match![2]}]`) as string[]);
  return columns === null ? table : table.selectExpr(...columns);
}

/** The pivot that the plan leaves to the text: `t.groupBy("v").pivot("k", ["a", "b"]).agg(F.expr("count(*)"))`. */
function pivot(input: Frame, pyspark: string): Frame {
  const match = /\.groupBy\(([^()]*)\)\.pivot\("(\w+)", (\[[^\]]*\])\)\.agg\((F\.expr\("[^"]*"\)(?:, F\.expr\("[^"]*"\))*)\)/.exec(pyspark);
  if (match === null) throw notYetSupported(`the text ${pyspark}`);
  const [, grouping, column, values, aggregates] = match;
  return input
    .groupBy(...(JSON.parse(`[${grouping}]`) as string[]))
    .pivot(column!, JSON.parse(values!) as string[])
    .agg(...[...aggregates!.matchAll(/F\.expr\("([^"]*)"\)/g)].map(([, text]) => expr(text!)));
}

function join(node: PlanNode, left: Frame, right: Frame): Frame {
  const on = node.on as string | { readonly using: readonly string[] } | undefined;
  const how = node.how as "inner";
  if (on === undefined) return left.crossJoin(right);
  return typeof on === "string" ? left.join(right, expr(on), how) : left.join(right, on.using as string[], how);
}

/** `e [asc|desc] [nulls first|last]`. */
function sortColumn(text: string): Column {
  const match = /^(.*?)(?:\s+(asc|desc))?(?:\s+nulls\s+(first|last))?$/i.exec(text)!;
  const column = expr(match[1]!);
  const descending = match[2]?.toLowerCase() === "desc";
  const nulls = match[3]?.toLowerCase() ?? (descending ? "last" : "first");
  if (descending) return nulls === "first" ? column.descNullsFirst() : column.descNullsLast();
  return nulls === "first" ? column.ascNullsFirst() : column.ascNullsLast();
}
