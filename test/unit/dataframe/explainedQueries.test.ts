import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { DataFrame } from "../../../dataframe/dataFrame.js";
import { avg, count, desc, expr, fromJson, max, sum, toJson, struct, window } from "../../../dataframe/functions.js";
import { defaultChunkSizes } from "../../../engine/contract/chunkSizes.js";
import { Session } from "../../../dataframe/session.js";
import { testRuntime } from "../../runtime/testRuntime.js";

// The plans of a dozen queries, and the loops that are generated for them, as files: a change of either is seen in a diff. `UPDATE_EXPLAINED=1` writes them anew.

type Frame = DataFrame<Record<string, unknown>>;

const folder = join(dirname(fileURLToPath(import.meta.url)), "../../golden/explain");
// Loops are shown for sample rows, which come in pieces: those of production, so that their null-free forms do not depend on a drawn size.
const runtime = { ...testRuntime(), chunks: defaultChunkSizes };
const session = Session.create({ runtime, print: () => {}, conf: { "spark.sql.session.timeZone": "UTC" } });
const stream = (): Frame => session.readStream.schema("ts TIMESTAMP, k STRING, v BIGINT, d DOUBLE").json("in");
const sensors = (): Frame =>
  session.createDataFrame(
    [
      { k: "a", place: "roof" },
      { k: "b", place: "cellar" },
    ],
    "k STRING, place STRING",
  );

const queries: Readonly<Record<string, () => Frame>> = {
  "filter and project": () =>
    stream().where("v > 10 AND k <> 'x'").selectExpr("upper(k) AS k", "v * 2 + 1 AS w", "CASE WHEN d > 0 THEN d ELSE -d END AS d"),
  "tumbling window": () =>
    stream()
      .withWatermark("ts", "1 minute")
      .groupBy(window("ts", "10 minutes").as("w"), "k")
      .agg(count("*").as("n"), sum("v").as("s"), avg("d").as("a")),
  "sliding window": () =>
    stream()
      .groupBy(window("ts", "10 minutes", "5 minutes").as("w"))
      .agg(max("d").as("m")),
  "keyed aggregation": () => stream().groupBy("k").agg(expr("sum(v) FILTER (WHERE d > 0)").as("s"), expr("stddev(d)").as("e")),
  "drop duplicates": () => stream().withWatermark("ts", "10 seconds").dropDuplicates("k", "ts"),
  "join with a table": () => stream().join(sensors(), "k", "left").select("k", "place", "v"),
  "join of streams": () =>
    stream()
      .withWatermark("ts", "1 minute")
      .select("ts", "k", "v")
      .join(stream().withWatermark("ts", "1 minute").selectExpr("ts AS other", "k AS key"), expr("k = key AND other >= ts AND v > 0")),
  "session window": () =>
    stream().withWatermark("ts", "1 minute").groupBy(expr("session_window(ts, '5 minutes') AS w"), "k").agg(count("*").as("n")),
  union: () => stream().select("k", "v").union(stream().selectExpr("lower(k)", "v + 1")),
  "from json": () => stream().select("ts", fromJson("k", "a INT, b STRING").as("r")).selectExpr("ts", "r.a + 1 AS a", "r.b"),
  "to json": () => stream().select(toJson(struct("k", "v")).as("value")),
  "sort and limit": () =>
    session.range(0, 100).selectExpr("id", "id % 7 AS k", "substring(cast(id AS STRING), 1, 2) AS t").orderBy(desc("k"), "t").limit(5),
};

const modes = ["extended", "formatted", "cost", "codegen"] as const;

function explained(frame: Frame): string {
  return `${modes.map((mode) => `######## ${mode}\n\n${frame.explain(mode)}`).join("\n\n\n")}\n`;
}

describe("explained queries", () => {
  it.each(Object.keys(queries))("%s", (name) => {
    const text = explained(queries[name]!());
    const path = join(folder, `${name.replaceAll(" ", "-")}.txt`);
    if (process.env["UPDATE_EXPLAINED"] === "1") {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, text);
    }
    expect(existsSync(path)).toBe(true);
    expect(text).toBe(readFileSync(path, "utf8"));
  });

  it.each(Object.keys(queries))("%s: again, when its loops are known", (name) => {
    expect(explained(queries[name]!())).toBe(explained(queries[name]!()));
  });

  it("has no file of a query that is gone", () => {
    expect(readdirSync(folder).toSorted()).toEqual(
      Object.keys(queries)
        .map((name) => `${name.replaceAll(" ", "-")}.txt`)
        .toSorted(),
    );
  });

  it("shows the same loops whatever was compiled before", () => {
    const frame = queries["tumbling window"]!();
    const first = frame.explain("codegen");
    expect(first).toContain("function foldGroups");
    expect(first).toContain("function probe");
    expect(frame.explain("codegen")).toBe(first);
  });
});
