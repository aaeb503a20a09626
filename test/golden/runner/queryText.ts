import type { Session } from "../../../dataframe/session.js";
import { buildDataFrame, type Frame } from "./buildDataFrame.js";
import type { GoldenQuery, PlanNode } from "./case.js";

/** How the query of a case is given to the engine: verb by verb, or as a text of SQL. */
export type Way = "plan" | "sql";

/** The ways that a case has: a query that has neither a plan nor a text is one of Python functions, ported by hand. */
export function waysOf(query: GoldenQuery): readonly Way[] {
  if (query.plan === undefined) return [query.sql !== undefined || textOf(query.pyspark) !== null ? "sql" : "plan"];
  return query.sql === undefined ? ["plan"] : ["plan", "sql"];
}

/** The query of a case: verbs, or a text over views of its tables or of other plans. */
export async function frameOf(query: GoldenQuery, way: Way, session: Session, tables: ReadonlyMap<string, Frame>): Promise<Frame> {
  const { plan, pyspark } = query;
  if (way === "sql") return frameOfText(query, session, tables);
  if (plan!.op !== "sql") return buildDataFrame(plan!, tables, pyspark);
  for (const [name, view] of Object.entries(plan!.views as Readonly<Record<string, PlanNode>>))
    buildDataFrame(view, tables, pyspark).createOrReplaceTempView(name);
  return session.sql(plan!.text as string);
}

/** The text of a case over views: of every table by its name, or as its Python text makes them. */
async function frameOfText({ plan, sql, pyspark }: GoldenQuery, session: Session, tables: ReadonlyMap<string, Frame>): Promise<Frame> {
  const written = sql === undefined ? textOf(pyspark)! : { text: sql, views: [...tables.keys()].map((name) => ({ name, table: name })) };
  const watermarked = watermarks(plan);
  for (const { name, table } of written.views) {
    const node = watermarked.get(table);
    (node === undefined ? tables.get(table)! : buildDataFrame(node, tables, pyspark)).createOrReplaceTempView(name);
  }
  return session.sql(written.text);
}

/** The watermarks of a plan right above its streams: a text has them from its views. */
function watermarks(node: PlanNode | undefined): ReadonlyMap<string, PlanNode> {
  if (node === undefined) return new Map();
  if (node.op === "withWatermark" && node.input!.op === "stream") return new Map([[node.input!.name as string, node]]);
  return new Map([node.input, node.left, node.right].flatMap((child) => [...watermarks(child)]));
}

/** `t.createOrReplaceTempView('v1')` … `result = spark.sql('…')`; null for any other text. */
function textOf(pyspark: string): { readonly text: string; readonly views: readonly { name: string; table: string }[] } | null {
  const query = /^result = spark\.sql\((?:"""(.*?)"""|'(.*?)'|"(.*?)")\)$/ms.exec(pyspark);
  if (query === null) return null;
  const views = [...pyspark.matchAll(/^(\w+)\.createOrReplaceTempView\(['"](\w+)['"]\)$/gm)];
  return { text: query[1] ?? query[2] ?? query[3]!, views: views.map(([, table, name]) => ({ name: name!, table: table! })) };
}
