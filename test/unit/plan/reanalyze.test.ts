import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { col, expr } from "../../../dataframe/functions.js";
import { Session } from "../../../dataframe/session.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { reanalyze } from "../../../engine/plan/analyzer/reanalyze.js";
import type { AnalyzedPlan } from "../../../engine/plan/logicalPlan.js";
import { buildDataFrame, type Frame } from "../../golden/runner/buildDataFrame.js";
import type { StreamCase } from "../../golden/runner/case.js";
import { loadCases } from "../../golden/runner/runCases.js";
import { memoryFrame, memoryStreams, staticFrames } from "../../golden/runner/tables.js";

// A plan analyzed again in another context is the plan that the same verbs make there.

const contexts = [
  { ansi: true, zone: "UTC" },
  { ansi: false, zone: "Asia/Tokyo" },
];

type Context = (typeof contexts)[number];
type Build = (session: Session) => Frame;

function planIn({ ansi, zone }: Context, build: Build): AnalyzedPlan {
  const conf = { "spark.sql.ansi.enabled": ansi, "spark.sql.session.timeZone": zone };
  return build(Session.create({ conf, print: () => {}, warn: () => {} })).plan;
}

/** Ids as numbers in the order in which they come; tables of a session likewise. Columns may have become nullable on the way. */
function plain(plan: AnalyzedPlan): unknown {
  const ids = new Map<string, number>();
  const text = JSON.stringify(plan, (key, value: unknown) => {
    if (key === "nullable" || key === "table" || key === "description") return undefined;
    if (typeof value === "bigint") return String(value);
    if ((key !== "id" && key !== "watermarkId") || typeof value !== "number") return value;
    const known = ids.get(String(value)) ?? ids.size;
    ids.set(String(value), known);
    return known;
  });
  return JSON.parse(text);
}

/** The plan of each context, as the verbs make it there, and as it is made again of that of another context. */
function bothWays(build: Build): { readonly built: unknown; readonly again: unknown } {
  const plans = contexts.map((context) => planIn(context, build));
  for (const [i, plan] of plans.entries()) expect(reanalyze(plan, contexts[i]!)).toBe(plan);
  const before = [plans.at(-1)!, ...plans.slice(0, -1)];
  return { built: plans.map(plain), again: before.map((plan, i) => plain(reanalyze(plan, contexts[i]!))) };
}

const folder = join(import.meta.dirname, "../../golden");
const cases = [...loadCases(join(folder, "cases")), ...loadCases(join(folder, "own"))].filter(
  (golden): golden is StreamCase => golden.kind === "stream" && golden.query.plan !== undefined,
);

function buildCase(golden: StreamCase): Build {
  const streams = memoryStreams(golden.inputs);
  return (session) => {
    const frames = new Map([...streams].map(([name, stream]): [string, Frame] => [name, memoryFrame(session, stream)]));
    return buildDataFrame(golden.query.plan!, new Map([...frames, ...staticFrames(session, golden.static)]), golden.query.pyspark);
  };
}

function isBuilt(context: Context, build: Build): boolean {
  try {
    planIn(context, build);
    return true;
  } catch (error) {
    if (error instanceof StreamingError) return false;
    throw error;
  }
}

const table = (session: Session): Frame =>
  session.createDataFrame([{ id: 1, s: "2", n: { a: "3" }, at: new Date(0) }], "id INT, s STRING, n STRUCT<a: STRING>, at TIMESTAMP");

describe("a plan analyzed again", () => {
  it.each(cases)("of the golden query $name is what it would have been in that context", (golden) => {
    const build = buildCase(golden);
    // What cannot be built in one of them is refused by either way.
    if (!contexts.every((context) => isBuilt(context, build))) return;
    const { built, again } = bothWays(build);
    expect(again).toEqual(built);
  });

  const verbs: Readonly<Record<string, Build>> = {
    "columns of a frame below": (session) => {
      const frame = table(session).withColumn("mixed", expr("id + s"));
      return frame.select(
        frame.col("mixed").plus(1).as("more"),
        frame.col("n.a").cast("int").as("field"),
        frame.col("at").cast("string").as("text"),
      );
    },
    "columns of a frame far below": (session) => {
      const frame = table(session).withColumn("mixed", expr("id + s"));
      return frame.where("id > 0").alias("t").select("t.id", "mixed").limit(5).orderBy(frame.col("mixed"));
    },
    "a join of a frame with itself": (session) => {
      const frame = table(session).withColumn("mixed", expr("id + s"));
      return frame.join(frame.alias("r"), ["id"]).selectExpr("r.mixed AS m");
    },
    "sides of a join told apart": (session) => {
      const [l, r] = [table(session).withColumn("v", expr("id + s")), table(session).withColumn("v", expr("s / 2"))];
      return l.join(r, l.col("id").eq(r.col("id"))).select(l.col("v").as("l"), r.col("v").as("r"), l.col("n.a").as("a"));
    },
    "a union that widens": (session) => table(session).select("id", "s").union(table(session).select("s", "id")).select(col("id").as("x")),
    "columns replaced in place": (session) =>
      table(session).withColumn("id", expr("id / s")).withColumnRenamed("id", "x").drop("n").groupBy("x").agg(expr("max(at)").as("at")),
    "a view": (session) => {
      table(session).withColumn("v", expr("id + s")).createOrReplaceTempView("t");
      return session.table("t").where(col("v").gt(1)).dropDuplicates("v");
    },
    "a pivot": (session) =>
      table(session).withColumn("v", expr("id + s")).groupBy("s").pivot("id", [1, 2]).agg(expr("max(v + s) AS v"), expr("min(at) AS at")),
    "an unpivot": (session) => table(session).withColumn("v", expr("id + s")).unpivot(["s"], ["id", "v"], "name", "value"),
    "a cube": (session) => {
      const frame = table(session).withColumn("v", expr("id + s"));
      return frame.withColumn("a", expr("n.a")).cube("a", "v").agg(expr("count(*) AS n"), expr("max(cast(at AS string)) AS at"));
    },
    "a rollup below other verbs": (session) =>
      table(session).withColumn("v", expr("id + s")).rollup("v").agg(expr("count(*) AS n")).where("v > 0").select("n"),
  };

  it.each(Object.keys(verbs))("with %s is what it would have been in that context", (name) => {
    const { built, again } = bothWays(verbs[name]!);
    expect(again).toEqual(built);
  });
});
