import { afterAll, describe, expect, it } from "vitest";
import * as f from "../../../dataframe/functions.js";
import { Session, type AnyColumn, type DataFrame } from "../../../index.js";

// A function's second name gives what the same call in SQL gives: name, type, rows.

const session = Session.create({ print: () => {}, warn: () => {} });
afterAll(() => session.stop());

const df = session.createDataFrame(
  [
    { id: 1, s: "a-1", d: 0.5, day: "2024-05-01", at: new Date("2024-05-01T12:00:00Z"), tags: ["x"] },
    { id: 2, s: "b", d: null, day: "2024-05-02", at: new Date("2024-05-01T12:01:00Z"), tags: [] },
    { id: 65, s: null, d: Number.NaN, day: null, at: new Date("2024-05-01T13:00:00Z"), tags: null },
  ],
  "id INT, s STRING, d DOUBLE, day DATE, at TIMESTAMP, tags ARRAY<STRING>",
);
const lit = f.lit;

const scalar: [text: string, column: AnyColumn][] = [
  ["isnull(d)", f.isnull("d")],
  ["isnotnull(d)", f.isnotnull("d")],
  ["isnan(d)", f.isnan("d")],
  ["equal_null(d, d)", f.equalNull("d", "d")],
  ["lcase(s)", f.lcase("s")],
  ["ucase(s)", f.ucase("s")],
  ["len(s)", f.len("s")],
  ["char_length(s)", f.charLength("s")],
  ["character_length(s)", f.characterLength("s")],
  ["char(id)", f.char("id")],
  ["sha(s)", f.sha("s")],
  ["substr(s, 2)", f.substr("s", lit(2))],
  ["substr(s, 2, 1)", f.substr("s", lit(2), lit(1))],
  ["position('-', s)", f.position(lit("-"), "s")],
  ["printf('%s: %d', s, id)", f.printf(lit("%s: %d"), "s", "id")],
  ["regexp(s, '^a')", f.regexp("s", lit("^a"))],
  ["regexp_like(s, '^a')", f.regexpLike("s", lit("^a"))],
  ["power(d, 2)", f.power("d", lit(2))],
  ["sign(d)", f.sign("d")],
  ["ceiling(id)", f.ceiling("id")],
  ["bit_get(id, 0)", f.bitGet("id", lit(0))],
  ["cardinality(tags)", f.cardinality("tags")],
  ["day(at)", f.day("at")],
  ["date_diff(at, day)", f.dateDiff("at", "day")],
  ["date_part('YEAR', at)", f.datePart(lit("YEAR"), "at")],
];

const ofGroups: [text: string, column: AnyColumn][] = [
  ["std(id)", f.std("id")],
  ["stddev_samp(id)", f.stddevSamp("id")],
  ["var_samp(id)", f.varSamp("id")],
  ["every(id > 1)", f.every(f.col("id").gt(1))],
  ["some(id > 1)", f.some(f.col("id").gt(1))],
  ["first_value(s)", f.firstValue("s")],
  ["last_value(s)", f.lastValue("s")],
  ["last_value(s, true)", f.lastValue("s", true)],
  ["array_agg(id)", f.arrayAgg("id")],
];

async function answerOf(frame: DataFrame<unknown>): Promise<unknown> {
  return [frame.schema, await frame.collect()];
}

describe("second names", () => {
  it.each(scalar)("%s", async (text, column) => {
    const written = df.selectExpr(`${text} AS x`);
    expect(await answerOf(df.select(column.as("x")))).toEqual(await answerOf(written));
  });

  it.each(ofGroups)("%s", async (text, column) => {
    expect(await answerOf(df.agg(column.as("x")))).toEqual(await answerOf(df.selectExpr(`${text} AS x`)));
  });

  it("curdate is the day of the batch", async () => {
    expect(await df.where(f.curdate().eq(f.currentDate())).count()).toBe(3);
  });

  it("grouping and groupingId tell which columns count", async () => {
    const grouped = await df
      .where("id < 3")
      .groupingSets([["id"], []], "id")
      .agg(f.grouping("id").as("g"), f.groupingId().as("all"), f.count().as("n"))
      .collect();
    expect(grouped.map((row) => JSON.stringify(Object.values(row))).toSorted()).toEqual(["[1,0,0,1]", "[2,0,0,1]", "[null,1,1,2]"]);
    expect((await df.rollup("id", "s").agg(f.groupingId("id", "s").as("g")).where("g = 3").collect()).length).toBe(1);
  });

  it("sessionWindow groups rows that are close", async () => {
    const close = df.groupBy(f.sessionWindow("at", "5 minutes"), "day").count();
    expect(close.columns).toEqual(["session_window", "day", "count"]);
    const sessions = await df
      .groupBy(f.sessionWindow("at", lit("5 minutes")), f.lit(1).as("one"))
      .count()
      .orderBy("session_window")
      .collect();
    expect(sessions.map(({ count }) => count)).toEqual([2, 1]);
  });
});
