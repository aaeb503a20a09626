import { col, expr, rowNumber } from "../../../dataframe/functions.js";
import { Window } from "../../../dataframe/window.js";
import type { Frame, SimulatedQuery } from "./simulatedQuery.js";

/** Groups that come, change and go. */
const changing = (input: Frame): Frame => input.groupBy("k", "v").agg(expr("count(*)").as("n")).where("n % 3 <> 0");

/** Queries in output mode `changes`. */
export const changeQueries: readonly SimulatedQuery[] = [
  {
    name: "changes: aggregates over groups that come and go",
    inputs: 1,
    outputMode: "changes",
    sink: "json",
    isRecomputable: true,
    build: (_session, [input]) =>
      changing(input!)
        .groupBy("k")
        .agg(expr("count(*)").as("groups"), expr("sum(n)").as("rows"), expr("max(v)").as("top"), expr("count(DISTINCT n)").as("sizes")),
  },
  {
    name: "changes: lists and medians of groups that come and go",
    inputs: 1,
    outputMode: "changes",
    sink: "json",
    build: (_session, [input]) =>
      changing(input!)
        .groupBy("k")
        .agg(expr("collect_list(n)").as("sizes"), expr("median(v)").as("middle"), expr("sum(DISTINCT n)").as("different")),
  },
  {
    name: "changes: sessions of groups that come and go",
    inputs: 1,
    outputMode: "changes",
    sink: "memory",
    build: (_session, [input]) =>
      changing(input!)
        .groupBy(expr("session_window(timestamp_seconds(v * 2), '3 seconds')").as("w"), "k")
        .agg(expr("count(*)").as("groups"), expr("sum(n)").as("rows"))
        .selectExpr("w.start AS start", "k", "w.end AS end", "groups", "rows"),
  },
  {
    name: "changes: the first of a left join of groups",
    inputs: 2,
    outputMode: "changes",
    sink: "memory",
    build: (_session, [one, two]) => {
      const right = two!.groupBy(expr("k").as("rk")).agg(expr("max(v)").as("most")).where("most % 2 = 0");
      const joined = changing(one!).join(right, expr("k = rk AND v <= most"), "left");
      const place = rowNumber().over(Window.partitionBy("k").orderBy(col("most").desc(), col("v")));
      return joined.select("k", "v", "n", "most", place.as("place")).where("place <= 2");
    },
  },
  {
    name: "changes: windows told every two rows, and their first",
    inputs: 1,
    outputMode: "changes",
    emitEvery: { rows: 2 },
    sink: "json",
    build: (_session, [input]) =>
      input!
        .withWatermark("ts", "10 seconds")
        .groupBy(expr("window(ts, '10 seconds')").as("w"), "k")
        .agg(expr("count(*)").as("n"), expr("sum(v)").as("total"))
        .select(
          "w",
          "k",
          "n",
          "total",
          rowNumber()
            .over(Window.partitionBy("w").orderBy(col("n").desc(), col("k")))
            .as("place"),
        )
        .where("place <= 2"),
  },
  {
    name: "changes: sessions told every five seconds of event time",
    inputs: 1,
    outputMode: "changes",
    emitEvery: { eventTime: "5 seconds" },
    sink: "memory",
    build: (_session, [input]) =>
      input!
        .withWatermark("ts", "10 seconds")
        .groupBy(expr("session_window(ts, '3 seconds')").as("w"), "k")
        .agg(expr("count(*)").as("n"), expr("max(v)").as("top"))
        .selectExpr("w.start AS start", "k", "w.end AS end", "n", "top"),
  },
];
