import { afterAll, describe, expect, it } from "vitest";
import { array, expr, Session, struct, type DataFrame } from "../../../index.js";

// Statistics, tables turned, and tables in another schema. Numbers, rows, schemas and refusals are those that Spark 4.3 gives for the same calls.

const session = Session.create({ print: () => {}, warn: () => {} });
afterAll(() => session.stop());

const n = session.createDataFrame(
  [
    { a: 1, b: 2, s: "x" },
    { a: 2, b: 4.5, s: "y" },
    { a: 3, b: 5, s: "x" },
    { a: 4, b: 9, s: null },
    { a: 1, b: 1, s: "y" },
  ],
  "a INT, b DOUBLE, s STRING",
);
const l = session.createDataFrame(
  [
    { a: 1, b: 1 },
    { a: 2, b: 2 },
    { a: 3, b: null },
    { a: null, b: 5 },
  ],
  "a INT, b DOUBLE",
);
const none = n.limit(0);
const stream = session.readStream.format("rate").load();

function refusal(condition: string): unknown {
  return expect.objectContaining({ condition });
}

/** Names, types and nullability, then the rows. */
async function answerOf(frame: DataFrame<unknown>, isOrdered = true): Promise<unknown[]> {
  const made = (await frame.toArrow()).toArray().map((row) => (row as { toJSON(): Record<string, unknown> }).toJSON());
  const rows = made.map((row) =>
    JSON.stringify(
      frame.columns.map((name) => row[name]),
      whole,
    ),
  );
  const fields = frame.dtypes.map(([name, type], i) => `${name} ${type}${frame.schema.fields[i]!.nullable ? "" : " not null"}`);
  return [fields.join(", "), ...(isOrdered ? rows : rows.toSorted())];
}

function whole(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

describe("stat", () => {
  it("corr and cov, in which null is 0", async () => {
    expect(await n.stat.corr("a", "b")).toBeCloseTo(0.9665611458965346, 12);
    expect(await l.corr("a", "b", "pearson")).toBeCloseTo(-0.8366600265340756, 12);
    expect([await n.limit(1).stat.corr("a", "b"), await none.corr("a", "b")]).toEqual([Number.NaN, Number.NaN]);
    expect(await n.cov("a", "b")).toBeCloseTo(3.925, 12);
    expect(await l.stat.cov("a", "b")).toBeCloseTo(-7 / 3, 12);
    expect([await n.limit(1).cov("a", "b"), await none.cov("a", "b")]).toEqual([0, 0]);
    await expect(n.stat.corr("a", "b", "spearman")).rejects.toEqual(refusal("INVALID_OPTION_VALUE"));
    await expect(n.stat.corr("a", "s")).rejects.toEqual(refusal("INVALID_OPTION_VALUE"));
    await expect(n.stat.corr("a", "zz")).rejects.toEqual(refusal("UNRESOLVED_COLUMN.WITH_SUGGESTION"));
    await expect(stream.corr("value", "value")).rejects.toEqual(refusal("STREAMING_QUERY_NEEDS_START"));
  });

  it("approxQuantile", async () => {
    expect(await n.stat.approxQuantile("b", [0, 0.25, 0.5, 0.75, 1], 0)).toEqual([1, 2, 4.5, 5, 9]);
    expect(await n.approxQuantile(["a", "b"], [0.5], 0.1)).toEqual([[2], [4.5]]);
    expect(await l.approxQuantile(["a", "b"], [0.5], 0)).toEqual([[2], [2]]);
    expect(await none.approxQuantile("b", [0.5], 0)).toEqual([]);
    for (const call of [n.approxQuantile("b", [1.5], 0), n.approxQuantile("b", [0.5], -1), n.approxQuantile("s", [0.5], 0)])
      await expect(call).rejects.toEqual(refusal("INVALID_OPTION_VALUE"));
  });

  it("crosstab", async () => {
    expect(await answerOf(await n.stat.crosstab("s", "a"), false)).toEqual([
      "s_a string, 1 bigint not null, 2 bigint not null, 3 bigint not null, 4 bigint not null",
      '["null",0,0,0,1]',
      '["x",1,0,1,0]',
      '["y",1,1,0,0]',
    ]);
    expect(await answerOf(await n.crosstab("b", "s"), false)).toEqual([
      "b_s string, null bigint not null, x bigint not null, y bigint not null",
      '["1.0",0,0,1]',
      '["2.0",0,1,0]',
      '["4.5",0,0,1]',
      '["5.0",0,1,0]',
      '["9.0",1,0,0]',
    ]);
    await expect(stream.crosstab("value", "value")).rejects.toEqual(refusal("STREAMING_QUERY_NEEDS_START"));
  });

  it("freqItems are counted", async () => {
    const items = await n.stat.freqItems(["a", "s"]);
    expect(items.dtypes).toEqual([
      ["a_freqItems", "array<int>"],
      ["s_freqItems", "array<string>"],
    ]);
    expect(await items.collect()).toEqual([{ a_freqItems: [1, 2, 3, 4], s_freqItems: [null, "x", "y"] }]);
    expect(await (await n.freqItems(["a", "s"], 0.4)).collect()).toEqual([{ a_freqItems: [1], s_freqItems: ["x", "y"] }]);
    for (const support of [1e-5, 2]) await expect(n.freqItems(["a"], support)).rejects.toEqual(refusal("INVALID_OPTION_VALUE"));
    await expect(n.freqItems(["zz"])).rejects.toEqual(refusal("UNRESOLVED_COLUMN.WITH_SUGGESTION"));
  });

  it("sampleBy draws the rows that Spark draws", async () => {
    const byThree = session.range(100).withColumn("k", expr("id % 3"));
    const fractions = new Map([
      [0, 0.1],
      [1, 0.2],
    ]);
    const ids = (await byThree.stat.sampleBy("k", fractions, 7).collect()).map(({ id }) => id);
    expect(ids).toEqual([13, 25, 27, 39, 40, 42, 52, 58, 61, 63, 67, 85]);
    expect(await byThree.sampleBy("k", fractions).groupBy("k").count().orderBy("k").collect()).toEqual([
      { k: 0, count: 3 },
      { k: 1, count: 8 },
    ]);
    expect(await n.sampleBy("s", { x: 1 }).count()).toBe(2);
    expect(() => n.sampleBy("a", new Map([[1, 2]]))).toThrow(expect.objectContaining({ condition: "INVALID_OPTION_VALUE" }));
  });
});

describe("transpose", () => {
  const keyed = session.createDataFrame(
    [
      { k: "b", n: 3, d: 2.5 },
      { k: "a", n: 1, d: 1.5 },
      { k: "a", n: 2, d: null },
      { k: null, n: 9, d: 9 },
    ],
    "k STRING, n INT, d DOUBLE",
  );

  it("names columns by the values of one, in their order", async () => {
    const turned = await keyed.select("k", "n", "d").where("n <> 2").transpose();
    expect(await answerOf(turned)).toEqual(["key string not null, a double, b double", '["n",1,3]', '["d",1.5,2.5]']);
    expect((await keyed.transpose()).columns).toEqual(["key", "a", "a", "b"]);
    expect(await answerOf(await keyed.select("k", "n", "d").where("d > 2").drop("k").transpose("d"))).toEqual([
      "key string not null, 2.5 int, 9.0 int",
      '["n",3,9]',
    ]);
    expect(await answerOf(await keyed.limit(0).select("k", "n").transpose())).toEqual(["key string not null", '["n"]']);
    expect(await answerOf(await keyed.select("k").transpose())).toEqual(["key string not null, a string, a string, b string"]);
  });

  it("is refused where columns are of several kinds, rows too many, or there is a stream", async () => {
    await expect(n.transpose("a")).rejects.toEqual(refusal("TRANSPOSE_NO_LEAST_COMMON_TYPE"));
    await expect(n.select(array("s").as("z"), "a").transpose()).rejects.toEqual(refusal("TRANSPOSE_INVALID_INDEX_COLUMN"));
    await expect(session.range(501).transpose()).rejects.toEqual(refusal("TRANSPOSE_EXCEED_ROW_LIMIT"));
    await expect(n.transpose("zz")).rejects.toEqual(refusal("UNRESOLVED_COLUMN.WITH_SUGGESTION"));
    await expect(stream.transpose()).rejects.toEqual(refusal("STREAMING_QUERY_NEEDS_START"));
  });
});

describe("to", () => {
  const cases: [ddl: string, frame: () => DataFrame<unknown>, fields: string, first: unknown][] = [
    ["b STRING, a BIGINT", () => l, "b string, a bigint", { b: "1.0", a: 1 }],
    ["b DOUBLE, z INT", () => l, "b double, z int", { b: 1, z: null }],
    ["A TINYINT", () => l, "A tinyint", { A: 1 }],
    ["b INT", () => l, "b int", { b: 1 }],
    [
      "s STRUCT<b: STRING, a: BIGINT, z: INT>",
      () => l.select(struct("a", "b").as("s")),
      "s struct<b:string,a:bigint,z:int> not null",
      { s: { b: "1.0", a: 1, z: null } },
    ],
    [
      "s ARRAY<STRUCT<b: STRING>>",
      () => l.select(array(struct("a", "b")).as("s")),
      "s array<struct<b:string>> not null",
      { s: [{ b: "1.0" }] },
    ],
    ["s MAP<STRING, BIGINT>", () => l.selectExpr("map('k', a) AS s"), "s map<string,bigint> not null", { s: new Map([["k", 1]]) }],
  ];

  it.each(cases)("%s", async (ddl, frame, fields, first) => {
    const made = frame().to(ddl);
    expect(made.dtypes.map(([name, type], i) => `${name} ${type}${made.schema.fields[i]!.nullable ? "" : " not null"}`).join(", ")).toBe(
      fields,
    );
    expect(await made.first()).toEqual(first);
  });

  it("is refused with Spark's conditions", () => {
    const refusals: [() => unknown, string][] = [
      [() => l.to("z INT NOT NULL"), "UNRESOLVED_COLUMN.WITH_SUGGESTION"],
      [() => l.to("a INT NOT NULL"), "NULLABLE_COLUMN_OR_FIELD"],
      [() => l.select(expr("'1'").as("s")).to("s INT"), "INVALID_COLUMN_OR_FIELD_DATA_TYPE"],
      [() => l.to("b DATE"), "INVALID_COLUMN_OR_FIELD_DATA_TYPE"],
      [() => l.to("a BOOLEAN"), "INVALID_COLUMN_OR_FIELD_DATA_TYPE"],
      [() => l.select("a", "a").to("a INT"), "AMBIGUOUS_COLUMN_OR_FIELD"],
    ];
    for (const [call, condition] of refusals) expect(call).toThrow(expect.objectContaining({ condition }));
    expect(stream.to("value STRING").isStreaming).toBe(true);
  });
});
