import { beforeEach, describe, expect, test } from "vitest";
import { col, expr, lit, rand, schema, Session, sum, t, Timestamp, transform, udf, when, type DataFrame } from "../../../index.js";
import { refusalOf } from "../query/queryWorld.js";

let session: Session;
let calls: unknown[][];
let numbers: DataFrame<{ id: number | null; name: string | null; half: number | null }>;

beforeEach(() => {
  session = Session.create({ print: () => {} });
  calls = [];
  numbers = session.createDataFrame(
    [
      { id: 1, name: "a", half: 0.5 },
      { id: 2, name: null, half: 1 },
      { id: null, name: "c", half: null },
      { id: 4, name: "d", half: 2 },
    ],
    schema({ id: t.int, name: t.string, half: t.double }),
  );
});

function shout(text: string | null): string | null {
  return text === null ? null : text.toUpperCase();
}

/** A function that notes what it is called with. */
function noted<A extends readonly unknown[], R>(work: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    calls.push([...args]);
    return work(...args);
  };
}

describe("a user's function", () => {
  test("is a column, and gets nulls", async () => {
    const double = udf(
      noted((x: number | null) => (x === null ? null : x * 2)),
      "INT",
    );
    expect(await numbers.select(double("id").as("twice")).collect()).toEqual([{ twice: 2 }, { twice: 4 }, { twice: null }, { twice: 8 }]);
    expect(calls).toEqual([[1], [2], [null], [4]]);
  });

  test("has a name, which columns and plans show", async () => {
    const frame = numbers.select(
      udf(shout, "STRING")("name"),
      udf((x: number) => x, "INT", { name: "same" })(col("id")),
      udf(() => 1, "INT")(),
    );
    expect(frame.columns).toEqual(["shout(name)", "same(id)", "udf()"]);
    expect(frame.explain()).toContain("UserFunction shout(name)");
    frame.explain("codegen");
    expect((await frame.collect())[0]).toEqual({ "shout(name)": "A", "same(id)": 1, "udf()": 1 });
  });

  test("is called once for a value that is used several times", async () => {
    const costly = udf(
      noted((x: number) => x),
      "INT",
    );
    const plain = numbers
      .withColumn("x", costly("id"))
      .where(col("x").gt(1))
      .select(col("x").plus(1).as("y"), col("x").multiply(2).as("z"));
    expect(await plain.collect()).toEqual([
      { y: 3, z: 4 },
      { y: 5, z: 8 },
    ]);
    expect(calls.length).toBe(4);
  });

  test("is called for the rows that ask only", async () => {
    const f = udf(
      noted((x: number) => x + 1),
      "INT",
    );
    const guarded = numbers.select(when(col("id").gt(1), f("id")).otherwise(lit(0)).as("v"));
    expect(await guarded.collect()).toEqual([{ v: 0 }, { v: 3 }, { v: 0 }, { v: 5 }]);
    expect(calls).toEqual([[2], [4]]);
    calls = [];
    expect(
      await numbers
        .where(col("id").isNotNull().and(f("id").gt(3)))
        .select("id")
        .collect(),
    ).toEqual([{ id: 4 }]);
    expect(calls).toEqual([[1], [2], [4]]);
  });

  test("that is not deterministic stays where it is, and is called once a row", async () => {
    let next = 0;
    const draw = udf(() => ++next, "INT", { deterministic: false });
    const drawn = numbers.withColumn("n", draw());
    expect(await drawn.where(col("id").gt(1)).select("id", "n").collect()).toEqual([
      { id: 2, n: 2 },
      { id: 4, n: 4 },
    ]);
    next = 0;
    const twice = draw();
    expect(await numbers.select(twice.as("a"), twice.plus(0).as("b"), draw().as("c")).limit(1).collect()).toEqual([
      { a: 1, b: 1, c: expect.any(Number) },
    ]);
    next = 0;
    expect(await drawn.select(col("n").plus(col("n")).as("sum")).collect()).toEqual([{ sum: 2 }, { sum: 4 }, { sum: 6 }, { sum: 8 }]);
  });

  test("stands in filters, groups, aggregates, orders, joins, windows, lambdas and over random values", async () => {
    const odd = udf((x: number | null) => x !== null && x % 2 === 1, "BOOLEAN", { name: "odd" });
    const negative = udf((x: number | null) => (x === null ? null : -x), "INT", { name: "negative" });
    expect(await numbers.where(odd("id")).select("id").collect()).toEqual([{ id: 1 }]);
    expect(
      await numbers
        .groupBy(odd("id").as("odd"))
        .agg(sum(negative("id")).as("s"))
        .orderBy("odd")
        .collect(),
    ).toEqual([
      { odd: false, s: -6 },
      { odd: true, s: -1 },
    ]);
    expect((await numbers.orderBy(negative("id")).select("id").collect()).map(({ id }) => id)).toEqual([null, 4, 2, 1]);
    const other = numbers.select(col("id").as("other"));
    const equal = udf((a: number | null, b: number | null) => a === b, "BOOLEAN");
    expect(await numbers.join(other, equal("id", "other")).where(col("id").isNotNull()).select("id").collect()).toHaveLength(3);
    expect(
      await numbers
        .join(other, negative("id").eq(negative("other")))
        .select("id")
        .collect(),
    ).toHaveLength(3);
    const lists = numbers.select(transform(expr("array(id, 7)"), (x) => negative(x)).as("l"));
    expect((await lists.collect())[0]).toEqual({ l: [-1, -7] });
    expect(await numbers.where(udf((x: number) => x < 1, "BOOLEAN")(rand())).count()).toBe(4);
    session.udf.register("negative", negative);
    numbers.createOrReplaceTempView("numbers");
    const windowed = await session.sql(
      "SELECT id, sum(NEGATIVE(id)) OVER (ORDER BY negative(id) DESC) AS s FROM numbers WHERE id IS NOT NULL",
    );
    expect(await windowed.collect()).toEqual([
      { id: 1, s: -1 },
      { id: 2, s: -3 },
      { id: 4, s: -7 },
    ]);
  });

  test("is not called to explain, nor for constants before there are rows", async () => {
    const f = udf(
      noted((one: number) => one),
      "INT",
    );
    const frame = numbers.select(f(lit(1)).as("one"));
    frame.explain("codegen");
    frame.explain("extended");
    expect(calls).toEqual([]);
    expect(
      await numbers
        .limit(0)
        .select(f(lit(1)))
        .collect(),
    ).toEqual([]);
    expect(calls).toEqual([]);
  });
});

describe("values of every type", () => {
  const types = {
    boolean: t.boolean,
    byte: t.byte,
    short: t.short,
    int: t.int,
    long: t.long,
    big: t.bigint,
    float: t.float,
    double: t.double,
    decimal: t.decimal(10, 2),
    wide: t.decimal(38, 4),
    text: t.string,
    bytes: t.binary,
    day: t.date,
    at: t.timestamp,
    wall: t.timestampNtz,
    list: t.array(t.int),
    names: t.map(t.string, t.long),
    inner: t.struct({ a: t.int, b: t.array(t.struct({ c: t.string })) }),
  } as const;
  const row = {
    boolean: true,
    byte: -128,
    short: 32_767,
    int: -2_147_483_648,
    long: 9_007_199_254_740_991,
    big: 2n ** 63n - 1n,
    float: 0.5,
    double: -0.1,
    decimal: "12.30",
    wide: "1234567890123456789012345678901234.5678",
    text: "é ✓",
    bytes: Uint8Array.of(0, 255),
    day: "2024-02-29",
    at: new Timestamp(1_700_000_000_123_456n),
    wall: "2024-02-29T01:02:03.000004",
    list: [1, null, 3],
    names: new Map([["a", 1]]),
    inner: { a: 1, b: [{ c: "x" }, { c: null }] },
  };

  test.each(Object.keys(types) as (keyof typeof types)[])("%s comes and goes as rows have it", async (name) => {
    const frame = session.createDataFrame([{ v: row[name] }, { v: null }] as never, schema({ v: types[name] })) as DataFrame;
    const same = udf(
      noted((value: unknown) => value),
      types[name] as unknown as string,
    );
    const out = await frame.select((same as (c: string) => ReturnType<typeof col>)("v").as("v")).collect();
    const plain = await frame.collect();
    expect(calls).toEqual([[(plain[0] as { v: unknown }).v], [null]]);
    expect(out).toEqual(plain);
  });

  test("BIGINT comes as bigint where it is asked for", async () => {
    const huge = session.createDataFrame([{ v: 2n ** 62n }], schema({ v: t.bigint })).selectExpr<{ v: number }>("v + 1L AS v");
    const plain = udf((v: number) => v, "BIGINT", { name: "plain" });
    expect(await refusalOf(huge.select(plain("v")).collect())).toMatchObject({ condition: "LONG_BEYOND_SAFE_INTEGER" });
    const next = udf((v: bigint) => v + 1n, "BIGINT", { bigint: true });
    expect(await huge.select(next("v").cast("string").as("v")).collect()).toEqual([{ v: String(2n ** 62n + 2n) }]);
  });
});

describe("refused by name", () => {
  const mistakes: readonly (readonly [returns: string, gives: unknown, actual: string])[] = [
    ["INT", "one", "one, a string"],
    ["INT", 1.5, "1.5, a number"],
    ["INT", Number.NaN, "NaN, a number"],
    ["TINYINT", 128, "128, a number"],
    ["BIGINT", 2n ** 63n, "9223372036854775808n, a bigint"],
    ["BIGINT", 2 ** 60, "1152921504606847000, a number"],
    ["DOUBLE", "1", "1, a string"],
    ["STRING", 1, "1, a number"],
    ["BOOLEAN", 0, "0, a number"],
    ["DATE", "2024-02-30", "2024-02-30, a string"],
    ["DECIMAL(4,2)", "100.00", "100.00, a string"],
    ["INT", undefined, "undefined"],
    ["ARRAY<INT>", [1, undefined], "[1,null] (result.element is to be INT, and is missing)"],
    ["STRUCT<a: INT, b: INT>", { a: 1 }, '{"a":1} (result.b is to be INT, and is missing)'],
    ["STRUCT<a: INT>", { a: 1, z: 2 }, '{"a":1,"z":2} (it has no field z)'],
    ["STRUCT<a: INT>", [1, 2], "[1,2]"],
    ["MAP<STRING, INT>", new Map([["a", "b"]]), "an object of class Map (result.value is to be INT, and is b)"],
  ];

  test.each(mistakes)("%s from %s", async (returns, gives, actual) => {
    const f = udf(() => gives as never, returns as "INT", { name: "careless" });
    expect(await refusalOf(numbers.select(f()).collect())).toMatchObject({
      condition: "UDF_RESULT_MISMATCH",
      parameters: {
        functionName: "careless",
        expected: returns.replaceAll(", ", ",").replace("<a: INT,b", "<a: INT, b").replace("<STRING,INT", "<STRING, INT"),
        actual,
      },
    });
  });

  test("what it throws, with the function's name and its types", async () => {
    const f = udf(
      (_x: number | null, _y: string | null): number => {
        throw new TypeError("no luck");
      },
      "INT",
      { name: "luckless" },
    );
    const failure = await refusalOf(numbers.select(f("id", "name")).collect());
    expect(failure).toMatchObject({
      condition: "FAILED_EXECUTE_UDF",
      sqlState: "39000",
      parameters: { functionName: "luckless", signature: "INT, STRING", result: "INT", reason: "no luck" },
    });
    expect((failure as unknown as Error).cause).toBeInstanceOf(TypeError);
  });

  test("null for a type that has none", async () => {
    const f = udf((x: number | null) => x as number, t.int.notNull, { name: "careless" });
    const wrong = { condition: "UDF_RESULT_MISMATCH", parameters: { functionName: "careless", expected: "INT" } };
    expect(await refusalOf(numbers.select(f("id")).collect())).toMatchObject(wrong);
    expect(await refusalOf(numbers.select(when(col("half").isNull(), f("id")).as("v")).collect())).toMatchObject(wrong);
    expect(
      await numbers
        .select(when(col("id").isNotNull(), f("id")).as("v"))
        .where("v > 1")
        .collect(),
    ).toEqual([{ v: 2 }, { v: 4 }]);
  });

  test("too few arguments, wrong options, wrong names, unknown names", async () => {
    const two = udf((a: number, b: number) => a + b, "INT", { name: "two" }) as unknown as (...columns: string[]) => ReturnType<typeof col>;
    expect(await refusalOf((async () => numbers.select(two("id")))())).toMatchObject({ condition: "WRONG_NUM_ARGS.WITHOUT_SUGGESTION" });
    expect(await refusalOf((async () => udf("x" as never, "INT"))())).toMatchObject({ condition: "NOT_EXPECTED_TYPE" });
    expect(await refusalOf((async () => udf(() => 1, 7 as unknown as "INT"))())).toMatchObject({ condition: "NOT_EXPECTED_TYPE" });
    expect(await refusalOf((async () => udf(() => 1, "INT", { concurrency: 0 }))())).toMatchObject({ condition: "INVALID_OPTION_VALUE" });
    expect(await refusalOf((async () => udf(() => 1, "INT", { concurrency: "many" as never }))())).toMatchObject({
      condition: "NOT_EXPECTED_TYPE",
    });
    expect(await refusalOf((async () => session.udf.register("a b", () => 1, "INT"))())).toMatchObject({ condition: "INVALID_UDF_NAME" });
    expect(await refusalOf((async () => numbers.selectExpr("twice(id)"))())).toMatchObject({ condition: "UNRESOLVED_ROUTINE" });
  });

  test("a promise that nobody said would come", async () => {
    const f = udf(() => Promise.resolve(1), "INT", { name: "late" });
    expect(await refusalOf(numbers.select(f()).collect())).toMatchObject({
      condition: "UDF_RETURNED_PROMISE",
      parameters: { functionName: "late" },
    });
  });
});

describe("by name, in text", () => {
  test("expr, selectExpr, conditions, SQL, views and subqueries", async () => {
    session.udf.register("Twice", (x: number | null) => (x === null ? null : x * 2), "INT");
    numbers.createOrReplaceTempView("numbers");
    const expected = [{ v: 2 }, { v: 4 }, { v: null }, { v: 8 }];
    expect(await numbers.selectExpr("twice(id) AS v").collect()).toEqual(expected);
    expect(await numbers.select(expr("TWICE(id)").as("v")).collect()).toEqual(expected);
    expect(await numbers.where("twice(id) > 4").select("id").collect()).toEqual([{ id: 4 }]);
    expect(numbers.selectExpr("twice(id)").columns).toEqual(["Twice(id)"]);
    await session.sql("CREATE TEMP VIEW doubled AS SELECT twice(id) AS v FROM numbers");
    expect(await (await session.sql("SELECT * FROM doubled")).collect()).toEqual(expected);
    const nested = await session.sql("SELECT count(*) AS n FROM numbers WHERE twice(id) IN (SELECT id FROM numbers WHERE twice(id) > 2)");
    expect(await nested.collect()).toEqual([{ n: 2 }]);
    const grouped = await session.sql(
      "SELECT twice(id) % 4 AS g, count(*) AS n FROM numbers GROUP BY twice(id) % 4 HAVING max(twice(id)) > 2 ORDER BY g",
    );
    expect(await grouped.collect()).toEqual([{ g: 0, n: 2 }]);
  });

  test("the latest of a name counts, in this session only", async () => {
    session.udf.register("f", () => 1, "INT");
    const before = numbers.selectExpr("f() AS v").limit(1);
    session.udf.register("f", () => "two", "STRING");
    expect(await numbers.selectExpr("f() AS v").limit(1).collect()).toEqual([{ v: "two" }]);
    expect(await before.collect()).toEqual([{ v: 1 }]);
    const other = Session.create();
    expect(await refusalOf((async () => other.range(1).selectExpr("f()"))())).toMatchObject({ condition: "UNRESOLVED_ROUTINE" });
  });
});
