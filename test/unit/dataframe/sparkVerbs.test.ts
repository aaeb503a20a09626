import { afterAll, describe, expect, it } from "vitest";
import { col, expr, lit, Session, struct, sum, type DataFrame } from "../../../index.js";

// Spark's verbs beside those of SQL. Rows, schemas and refusals are those that Spark 4.3 gives for the same calls.

const warned: string[] = [];
const session = Session.create({ print: () => {}, warn: (text) => void warned.push(text) });
afterAll(() => session.stop());

const df = session.createDataFrame(
  [
    { k: "a", g: "x", n: 1, d: 1.5 },
    { k: "a", g: "y", n: 2, d: null },
    { k: "b", g: "x", n: 3, d: 2.5 },
    { k: null, g: "z", n: null, d: 3.5 },
  ],
  "k STRING, g STRING, n INT, d DOUBLE",
);
const stream = session.readStream.format("rate").load();

async function rowsOf(frame: DataFrame<unknown>): Promise<unknown[]> {
  return (await frame.collect()).map((row) => Object.values(row as object));
}

async function idsOf(frame: DataFrame<{ id: number }>): Promise<number[]> {
  return (await frame.collect()).map(({ id }) => id);
}

/** Names, types and nullability. */
function fieldsOf(frame: DataFrame<unknown>): unknown[] {
  return frame.dtypes.map(([name, type], i) => [name, type, frame.schema.fields[i]!.nullable]);
}

function conditionOf(call: () => unknown): unknown {
  try {
    call();
    return null;
  } catch (error) {
    return (error as { condition?: string }).condition ?? error;
  }
}

function sorted(rows: readonly unknown[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}

describe("groupingSets", () => {
  it("groups by each of the sets", async () => {
    const grouped = df.groupingSets([["k"], ["g"], []], "k", "g").agg(sum("n"), expr("grouping_id()").as("gid"));
    expect(fieldsOf(grouped)).toEqual([
      ["k", "string", true],
      ["g", "string", true],
      ["sum(n)", "bigint", true],
      ["gid", "bigint", false],
    ]);
    expect(sorted(await rowsOf(grouped))).toEqual(
      sorted([
        ["a", null, 3, 1],
        [null, "x", 4, 2],
        [null, null, 6, 3],
        [null, "y", 2, 2],
        ["b", null, 3, 1],
        [null, null, null, 1],
        [null, "z", null, 2],
      ]),
    );
  });

  it("counts, takes sets of columns that are not in the result, and of none", async () => {
    expect(sorted(await rowsOf(df.groupingSets([["k", "g"], []], "k", "g").count()))).toEqual(
      sorted([
        ["a", "x", 1],
        ["a", "y", 1],
        ["b", "x", 1],
        [null, null, 4],
        [null, "z", 1],
      ]),
    );
    expect(sorted(await rowsOf(df.groupingSets([["k"], ["g"]], "k").agg(sum("n"))))).toEqual(
      sorted([
        ["a", 3],
        [null, 4],
        [null, 2],
        ["b", 3],
        [null, null],
        [null, null],
      ]),
    );
    expect(sorted(await rowsOf(df.groupingSets([["k"], ["g"]]).agg(sum("n"))))).toEqual(sorted([[3], [4], [2], [3], [null], [null]]));
    expect(
      conditionOf(() => df.groupingSets([["k"]], "k").mapGroupsWithState((key) => key, { outputSchema: "k STRING", stateSchema: "n INT" })),
    ).toBe("GROUPING_NOT_PLAIN");
  });
});

describe("verbs about partitions", () => {
  it("give the same rows, of a stream too", async () => {
    const all = await rowsOf(df);
    const verbs: DataFrame<unknown>[] = [
      df.repartition(2),
      df.repartition(2, "k"),
      df.repartition(col("k"), "n"),
      df.repartitionByRange(2, col("n").desc()),
      df.repartitionByRange("n"),
      df.coalesce(1),
      df.cache(),
      df.persist("MEMORY_ONLY"),
      df.unpersist(true),
    ];
    for (const verb of verbs) expect(await rowsOf(verb)).toEqual(all);
    expect([stream.repartition(2, "value"), stream.repartitionByRange(2, "value"), stream.coalesce(1)].every((s) => s.isStreaming)).toBe(
      true,
    );
  });

  it("check what they are given", () => {
    const refused = [() => df.coalesce(0), () => df.repartition(0), () => df.repartition(1.5), () => df.repartitionByRange(2)];
    expect(refused.map(conditionOf)).toEqual(refused.map(() => "INVALID_OPTION_VALUE"));
    expect(conditionOf(() => df.repartitionByRange(2, "zz"))).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
    expect(conditionOf(() => df.repartition("zz"))).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
    expect([() => stream.cache(), () => stream.persist(), () => stream.unpersist()].map(conditionOf)).toEqual(
      Array.from({ length: 3 }, () => "STREAMING_QUERY_NEEDS_START"),
    );
  });

  it("say that a hint is ignored", async () => {
    warned.length = 0;
    expect(await rowsOf(df.hint("broadcast"))).toEqual(await rowsOf(df));
    expect(stream.hint("rebalance", 3, "value").isStreaming).toBe(true);
    expect(warned).toEqual([
      expect.stringContaining("The hint broadcast is ignored") as string,
      expect.stringContaining("The hint rebalance(3, value) is ignored") as string,
    ]);
  });
});

describe("actions", () => {
  it("tail gives the last rows", async () => {
    expect((await df.tail(2)).map(({ g }) => g)).toEqual(["x", "z"]);
    expect(await df.tail(9)).toEqual(await df.collect());
    expect([await df.tail(0), await df.tail(-1)]).toEqual([[], []]);
    await expect(df.tail(1.5)).rejects.toMatchObject({ condition: "INVALID_OPTION_VALUE" });
    expect((await session.range(100_000).tail(3)).map(({ id }) => id)).toEqual([99_997, 99_998, 99_999]);
  });

  it("rows come one by one, and whoever leaves ends the reading", async () => {
    const seen: number[] = [];
    for await (const { id } of session.range(70_000).toLocalIterator()) seen.push(id);
    expect([seen.length, seen.at(-1)]).toEqual([70_000, 69_999]);
    let first = 0;
    for await (const { id } of session.range(10_000_000).toLocalIterator()) {
      first = id;
      if (id === 5) break;
    }
    expect(first).toBe(5);
    const failing = df.selectExpr("1 / (n - 2) AS q").toLocalIterator();
    await expect(
      (async () => {
        for await (const row of failing) expect(row).toBeDefined();
      })(),
    ).rejects.toMatchObject({ condition: "DIVIDE_BY_ZERO" });
  });

  it("foreach and foreachPartition call a function, and what it throws comes out", async () => {
    const seen: unknown[] = [];
    await df.foreach(async ({ g }) => void seen.push(await Promise.resolve(g)));
    await df.foreachPartition(async (rows) => {
      for await (const { n } of rows) seen.push(n);
    });
    await df.foreachPartition(() => {});
    expect(seen).toEqual(["x", "y", "x", "z", 1, 2, 3, null]);
    const mine = new Error("mine");
    await expect(df.foreach(() => Promise.reject(mine))).rejects.toBe(mine);
  });

  it("are refused of a stream before anything runs", async () => {
    const calls = [stream.tail(1), stream.foreach(() => {}), stream.foreachPartition(() => {})];
    for (const call of calls) await expect(call).rejects.toMatchObject({ condition: "STREAMING_QUERY_NEEDS_START" });
    expect(conditionOf(() => stream.toLocalIterator())).toBe("STREAMING_QUERY_NEEDS_START");
    expect(df.isLocal()).toBe(true);
    expect(df.sparkSession).toBe(session);
  });
});

describe("temporary views by name", () => {
  it("are made once, and under one name", async () => {
    df.createTempView("once");
    expect(conditionOf(() => df.createTempView("ONCE"))).toBe("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS");
    expect(["a.b.c", "global_temp.v"].map((name) => conditionOf(() => df.createTempView(name)))).toEqual([
      "TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS",
      "TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS",
    ]);
    expect(["a b", "a-b", ""].map((name) => conditionOf(() => df.createOrReplaceTempView(name)))).toEqual(
      Array.from({ length: 3 }, () => "INVALID_VIEW_NAME"),
    );
    for (const name of ["1x", "select", "`a b`"]) df.createTempView(name);
    expect(await (await session.sql("SELECT count(*) AS n FROM `a b`")).collect()).toEqual([{ n: 4 }]);
    expect(session.table("`a b`").columns).toEqual(df.columns);
  });
});

describe("rows as they are", () => {
  it("toJSON leaves nulls out", async () => {
    const json = df.toJSON();
    expect(fieldsOf(json)).toEqual([["value", "string", true]]);
    expect((await json.collect()).map(({ value }) => value)).toEqual([
      '{"k":"a","g":"x","n":1,"d":1.5}',
      '{"k":"a","g":"y","n":2}',
      '{"k":"b","g":"x","n":3,"d":2.5}',
      '{"g":"z","d":3.5}',
    ]);
    expect(stream.toJSON().isStreaming).toBe(true);
  });

  it("zipWithIndex numbers them", async () => {
    const zipped = df.select("k").zipWithIndex();
    expect(fieldsOf(zipped)).toEqual([
      ["k", "string", true],
      ["index", "bigint", false],
    ]);
    expect((await session.range(70_000).zipWithIndex("i").tail(1))[0]).toEqual({ id: 69_999, i: 69_999 });
    expect((await session.range(10).zipWithIndex("i").where("id % 3 = 2").collect()).map(({ i }) => i)).toEqual([2, 5, 8]);
    expect(df.zipWithIndex("k").columns).toEqual(["k", "g", "n", "d", "k"]);
  });

  it("randomSplit deals them as Spark does, each to one", async () => {
    const [few, many] = session.range(20).randomSplit([1, 3], 7);
    expect(await idsOf(few!)).toEqual([8, 11, 13]);
    expect(await idsOf(many!)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 18, 19]);
    const parts = await Promise.all(
      session
        .range(100)
        .randomSplit([1, 3], 7)
        .map((part) => part.count()),
    );
    expect(parts).toEqual([26, 74]);
    for (const weights of [[-1, 3], [0], [Number.NaN], [Infinity]])
      expect(conditionOf(() => session.range(2).randomSplit(weights))).toBe("INVALID_OPTION_VALUE");
    expect(conditionOf(() => df.randomSplit([1], 0.5))).toBe("INVALID_OPTION_VALUE");
    await expect(stream.randomSplit([1, 1])[0]!.writeStream.format("noop").trigger({ once: true }).start()).rejects.toMatchObject({
      condition: "STREAMING_SORT",
    });
  });

  it("colRegex is the columns whose name is described", async () => {
    expect(df.select(df.colRegex("`(k|G)`")).columns).toEqual(["k", "g"]);
    expect(df.select(df.colRegex("`.*`"), "n").columns).toEqual(["k", "g", "n", "d", "n"]);
    expect(df.select(df.colRegex("`z.*`")).columns).toEqual([]);
    expect(df.as("t").select(df.colRegex("t.`[kn]`")).columns).toEqual(["k", "n"]);
    expect(df.select(df.colRegex("k")).columns).toEqual(["k"]);
    expect(await df.where(df.colRegex("`k`").eq("a") as never).count()).toBe(2);
    expect(conditionOf(() => df.select(df.colRegex("`k`").as("x")))).toBe("INVALID_USAGE_OF_STAR_OR_REGEX");
    expect(conditionOf(() => df.select(df.colRegex("`(k|g)`").isNull()))).toBe("WRONG_NUM_ARGS.WITHOUT_SUGGESTION");
  });

  it("replace is na.replace", async () => {
    expect(await rowsOf(df.replace(new Map([["a", "z"]])).select("k"))).toEqual([["z"], ["z"], ["b"], [null]]);
    expect(await rowsOf(df.replace(["n"], new Map([[1, 10]])).select("n"))).toEqual([[10], [2], [3], [null]]);
  });
});

describe("drop", () => {
  const a = session.createDataFrame([{ id: 1, s: "x" }], "id INT, s STRING");
  const b = session.createDataFrame([{ id: 1, v: 5 }], "id INT, v DOUBLE");
  const joined = a.join(b, a.col("id").eq(b.col("id")));

  it("takes the very column of a side of a join, or a name", async () => {
    expect(joined.drop(b.col("id")).columns).toEqual(["id", "s", "v"]);
    expect(joined.drop(a.col("id")).columns).toEqual(["s", "id", "v"]);
    expect(joined.drop(a.col("id"), b.col("v")).columns).toEqual(["s", "id"]);
    expect(joined.drop("id").columns).toEqual(["s", "v"]);
    expect([a.drop(col("ID")).columns, a.drop(col("zz")).columns, a.drop(col("id").plus(1)).columns]).toEqual([
      ["s"],
      ["id", "s"],
      ["id", "s"],
    ]);
    expect(conditionOf(() => joined.drop(col("id")))).toBe("AMBIGUOUS_REFERENCE");
    expect(await rowsOf(joined.drop(b.col("id")))).toEqual([[1, "x", 5]]);
  });
});

describe("fields of structs", () => {
  const s = session.createDataFrame(
    [{ s: { a: 1, b: "x", c: { d: 2, e: 3 } } }, { s: null }],
    "s STRUCT<a: INT, b: STRING, c: STRUCT<d: INT, e: INT>>",
  );
  const struct1 = "named_struct('a', 1, 'b', 'x')";
  const cases: [name: string, frame: () => DataFrame<unknown>, column: string, type: string, first: unknown][] = [
    [
      "put in",
      () => s.select(col("s").withField("z", lit(5))),
      "update_fields(s, WithField(5))",
      "struct<a:int,b:string,c:struct<d:int,e:int>,z:int>",
      { a: 1, b: "x", c: { d: 2, e: 3 }, z: 5 },
    ],
    [
      "replaced, by another type",
      () => s.select(col("s").withField("A", "q").as("r")),
      "r",
      "struct<A:string,b:string,c:struct<d:int,e:int>>",
      { A: "q", b: "x", c: { d: 2, e: 3 } },
    ],
    [
      "replaced in a struct inside",
      () => s.select(col("s").withField("c.d", 9).as("r")),
      "r",
      "struct<a:int,b:string,c:struct<d:int,e:int>>",
      { a: 1, b: "x", c: { d: 9, e: 3 } },
    ],
    [
      "put in and replaced",
      () => s.select(col("s").withField("a", 9).withField("y", col("s.a").plus(1))),
      "update_fields(s, WithField(9), WithField((s.a + 1)))",
      "struct<a:int,b:string,c:struct<d:int,e:int>,y:int>",
      { a: 9, b: "x", c: { d: 2, e: 3 }, y: 2 },
    ],
    [
      "named with a dot",
      () => s.select(col("s").withField("`m.n`", 9).dropFields("a", "c").as("r")),
      "r",
      "struct<b:string,m.n:int>",
      { b: "x", "m.n": 9 },
    ],
    [
      "left out",
      () => s.select(col("s").dropFields("A", "b")),
      "update_fields(s, dropfield(), dropfield())",
      "struct<c:struct<d:int,e:int>>",
      { c: { d: 2, e: 3 } },
    ],
    [
      "left out of a struct inside",
      () => s.select(col("s").dropFields("c.d", "zz").as("r")),
      "r",
      "struct<a:int,b:string,c:struct<e:int>>",
      { a: 1, b: "x", c: { e: 3 } },
    ],
  ];

  it.each(cases)("are %s; a null struct stays null", async (_, frame, column, type, first) => {
    expect(fieldsOf(frame())).toEqual([[column, type, true]]);
    expect(await rowsOf(frame())).toEqual([[first], [null]]);
  });

  it("keep what is not null", () => {
    const [made] = s.select(expr(struct1).as("s")).select(col("s").withField("z", 7).as("r")).schema.fields;
    expect(made!.nullable).toBe(false);
  });

  it("both of one name are replaced", async () => {
    const twice = s.select(expr("named_struct('a', 1, 'a', 2)").as("s"));
    expect(twice.select(col("s").withField("a", 7).as("r")).dtypes).toEqual([["r", "struct<a:int,a:int>"]]);
    expect(conditionOf(() => twice.select(col("s").dropFields("a")))).toBe("DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS");
  });

  it("are refused where there is no struct, no path, or nothing left", () => {
    const refusals = [
      () => s.select(col("s").withField("m.d", 9)),
      () => s.select(col("s").dropFields("m.d")),
      () => df.select(col("k").withField("m", 9)),
      () => s.select(col("s").dropFields("a", "b", "c")),
      () => s.select(col("s").dropFields("c.d", "c.e")),
    ];
    expect(refusals.map(conditionOf)).toEqual([
      "FIELD_NOT_FOUND",
      "FIELD_NOT_FOUND",
      "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
      "DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS",
      "DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS",
    ]);
    expect(() => s.select(col("s").dropFields("c.d", "c.e"))).toThrow(
      expect.objectContaining({
        parameters: { sqlExpr: '"update_fields(update_fields(s, WithField(update_fields(s.c, dropfield()))).c, dropfield())"' },
      }),
    );
  });

  it("a column goes through a function", async () => {
    const twice = df.select(col("n").transform((c) => c.plus(1)));
    expect(twice.columns).toEqual(["(n + 1)"]);
    expect(
      await rowsOf(
        df
          .select(
            struct("k", "n")
              .transform((c) => c.withField("n", 0))
              .as("s"),
          )
          .limit(1),
      ),
    ).toEqual([[{ k: "a", n: 0 }]]);
  });
});
