import { afterAll, describe, expect, it } from "vitest";
import { array, col, count, expr, lit, max, Session, struct, sum, type DataFrame } from "../../../index.js";

// Tables inside expressions and lateral joins, as methods. Rows, schemas and refusals are those that Spark 4.3 gives for the same calls.

const session = Session.create({ print: () => {}, warn: () => {} });
afterAll(() => session.stop());

const l = session.createDataFrame(
  [
    { a: 1, b: 1 },
    { a: 2, b: 2 },
    { a: 3, b: null },
    { a: null, b: 5 },
  ],
  "a INT, b DOUBLE",
);
const r = session.createDataFrame(
  [
    { c: 2, d: 3 },
    { c: 2, d: 9 },
    { c: 3, d: 2 },
    { c: null, d: 5 },
    { c: 6, d: null },
  ],
  "c INT, d DOUBLE",
);
const lists = session.createDataFrame(
  [
    { i: 1, xs: [1, 2] },
    { i: 2, xs: [] },
    { i: 3, xs: null },
  ],
  "i INT, xs ARRAY<INT>",
);
const stream = session.readStream.format("rate").load();

/** Names, types and nullability, then the rows in some order. */
async function answerOf(frame: DataFrame<unknown>): Promise<unknown[]> {
  const rows = (await frame.collect()).map((row) => JSON.stringify(Object.values(row as object)));
  return [
    frame.dtypes.map(([name, type], i) => `${name} ${type}${frame.schema.fields[i]!.nullable ? "" : " not null"}`).join(", "),
    ...rows.toSorted(),
  ];
}

function conditionOf(call: () => unknown): unknown {
  try {
    call();
    return null;
  } catch (error) {
    return (error as { condition?: string }).condition ?? error;
  }
}

/** The rows of the right table that belong to one of the left. */
const ofEach = r.where(col("c").eq(col("a").outer()));

describe("scalar", () => {
  it("is a value of another table", async () => {
    const six = ["a int, scalarsubquery() int", "[1,6]", "[2,6]", "[3,6]", "[null,6]"];
    expect(await answerOf(l.select("a", r.select(max("c")).scalar()))).toEqual(six);
    expect(await answerOf(l.where(col("a").eq(r.select(max("c")).scalar().minus(3))))).toEqual(["a int, b double", "[3,null]"]);
    expect(await answerOf(l.agg(sum(col("a").plus(r.select(max("c")).scalar()))))).toEqual(["sum((a + scalarsubquery())) bigint", "[24]"]);
    expect(
      await answerOf(
        l
          .select(r.select(max("c")).scalar().as("g"))
          .groupBy("g")
          .count(),
      ),
    ).toEqual(["g int, count bigint not null", "[6,4]"]);
    expect((await l.orderBy(col("a").plus(r.select(max("c")).scalar())).collect()).map(({ a }) => a)).toEqual([null, 1, 2, 3]);
  });

  it("may name columns of the table around it", async () => {
    const sums = ["a int, s double", "[1,null]", "[2,12]", "[3,2]", "[null,null]"];
    expect(await answerOf(l.select("a", ofEach.select(sum("d")).scalar().as("s")))).toEqual(sums);
    const qualified = r.as("r").where(col("r.c").eq(col("l.a").outer()));
    expect(await answerOf(l.as("l").select("a", qualified.select(sum("d")).scalar().as("s")))).toEqual(sums);
    const byColumn = r.where(col("c").eq(l.col("a").outer()));
    expect(await answerOf(l.select("a", byColumn.select(sum("d")).scalar().as("s")))).toEqual(sums);
    expect(await answerOf(l.select("a", ofEach.agg(count().as("n")).scalar().as("n")))).toEqual([
      "a int, n bigint",
      "[1,0]",
      "[2,2]",
      "[3,1]",
      "[null,0]",
    ]);
  });

  it("of a table in itself", async () => {
    expect(await answerOf(l.where(col("b").eq(l.select(max("b")).scalar())))).toEqual(["a int, b double", "[null,5]"]);
    const same = l.as("y").where(col("y.a").eq(col("x.a").outer()));
    expect(await answerOf(l.as("x").where(same.select(max("b")).scalar().gt(1)))).toEqual(["a int, b double", "[2,2]"]);
    const twice = l.select(max("b")).scalar();
    expect(await answerOf(l.where(twice.eq(5)).select(col("b").plus(twice).as("x")).where(col("x").gt(twice)))).toEqual([
      "x double",
      "[10]",
      "[6]",
      "[7]",
    ]);
  });

  it("is refused for several columns, and for several rows", async () => {
    expect(conditionOf(() => l.select(r.scalar()))).toBe("INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN");
    await expect(l.select(r.select("c").scalar()).collect()).rejects.toMatchObject({ condition: "SCALAR_SUBQUERY_TOO_MANY_ROWS" });
  });
});

describe("exists and isin", () => {
  it("ask whether there are rows", async () => {
    expect(await answerOf(l.where(ofEach.exists()))).toEqual(["a int, b double", "[2,2]", "[3,null]"]);
    expect(await answerOf(l.where(ofEach.exists().not()))).toEqual(["a int, b double", "[1,1]", "[null,5]"]);
    expect(await answerOf(l.select("a", ofEach.exists()))).toEqual([
      "a int, exists(a) boolean not null",
      "[1,false]",
      "[2,true]",
      "[3,true]",
      "[null,false]",
    ]);
    expect([await l.where(r.exists()).count(), await l.where(r.where("false").exists()).count()]).toEqual([4, 0]);
  });

  it("ask whether a value is among them", async () => {
    expect(await answerOf(l.where(col("a").isin(r.select("c"))))).toEqual(["a int, b double", "[2,2]", "[3,null]"]);
    expect(await l.where(col("a").isin(r.select("c")).not()).count()).toBe(0);
    expect(conditionOf(() => l.where(col("a").isin(r)))).toBe("DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH");
  });
});

describe("a table that names columns of a query around it", () => {
  it("is a table only there", async () => {
    const calls = [
      () => ofEach.schema,
      () => ofEach.columns,
      () => ofEach.withColumn("z", col("c")),
      () => ofEach.write,
      () => r.select(col("a").outer()).columns,
    ];
    expect(calls.map(conditionOf)).toEqual(calls.map(() => "UNRESOLVED_COLUMN.WITH_SUGGESTION"));
    await expect(ofEach.collect()).rejects.toMatchObject({ condition: "UNRESOLVED_COLUMN.WITH_SUGGESTION" });
    expect(
      conditionOf(() =>
        l.select(
          r
            .where(col("c").eq(col("zz").outer()))
            .select(max("c"))
            .scalar(),
        ),
      ),
    ).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
    expect(conditionOf(() => l.where(r.where(expr("c = a") as never).exists()))).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
  });

  it("may be put in order and cut", async () => {
    const largest = ofEach.orderBy(col("d").desc()).select("d").limit(1);
    expect(await answerOf(l.lateralJoin(largest))).toEqual(["a int, b double, d double", "[2,2,9]", "[3,null,2]"]);
    expect(await answerOf(l.lateralJoin(ofEach.distinct().dropDuplicates("c").as("t").select("t.c")))).toEqual([
      "a int, b double, c int",
      "[2,2,2]",
      "[3,null,3]",
    ]);
  });

  it("outer() without a query around is the column", async () => {
    expect(await answerOf(l.where(col("a").outer().eq(1) as never))).toEqual(["a int, b double", "[1,1]"]);
  });
});

describe("lateralJoin", () => {
  it("gives each row those that belong to it", async () => {
    expect(await answerOf(l.lateralJoin(ofEach.select("d")))).toEqual(["a int, b double, d double", "[2,2,3]", "[2,2,9]", "[3,null,2]"]);
    expect(await answerOf(l.lateralJoin(ofEach.select("d"), "left"))).toEqual([
      "a int, b double, d double",
      "[1,1,null]",
      "[2,2,3]",
      "[2,2,9]",
      "[3,null,2]",
      "[null,5,null]",
    ]);
    expect(await answerOf(l.lateralJoin(ofEach, col("d").gt(2), "left"))).toEqual([
      "a int, b double, c int, d double",
      "[1,1,null,null]",
      "[2,2,2,3]",
      "[2,2,2,9]",
      "[3,null,null,null]",
      "[null,5,null,null]",
    ]);
    expect(
      await answerOf(
        l.lateralJoin(
          r
            .where(col("c").leq(col("a").outer()))
            .orderBy("d")
            .limit(1),
        ),
      ),
    ).toEqual(["a int, b double, c int, d double", "[2,2,2,3]", "[3,null,3,2]"]);
  });

  it("of a table that names none, and of itself", async () => {
    expect(await l.lateralJoin(r.select("c").limit(1)).count()).toBe(4);
    expect(await l.lateralJoin(r.select("c"), "cross").count()).toBe(20);
    expect(
      await l
        .as("x")
        .lateralJoin(l.as("y").where(col("y.a").eq(col("x.a").outer())))
        .count(),
    ).toBe(3);
  });

  it("takes functions that give tables", async () => {
    expect(await answerOf(lists.lateralJoin(session.tvf.explode(col("xs").outer())))).toEqual([
      "i int, xs array<int>, col int",
      "[1,[1,2],1]",
      "[1,[1,2],2]",
    ]);
    expect(await answerOf(lists.lateralJoin(session.tvf.explodeOuter(col("xs").outer())))).toEqual([
      "i int, xs array<int>, col int",
      "[1,[1,2],1]",
      "[1,[1,2],2]",
      "[2,[],null]",
      "[3,null,null]",
    ]);
  });

  it("has inner, cross and left", () => {
    const refused = ["right", "semi", "nope"].map((how) => conditionOf(() => l.lateralJoin(r, how as never)));
    expect(refused).toEqual(["UNSUPPORTED_JOIN_TYPE", "UNSUPPORTED_JOIN_TYPE", "UNSUPPORTED_JOIN_TYPE"]);
  });
});

describe("session.tvf", () => {
  const { tvf } = session;
  const one = array(lit(1), lit(2));
  const cases: [name: string, frame: () => DataFrame<unknown>, answer: readonly string[]][] = [
    ["range", () => tvf.range(3), ["id bigint not null", "[0]", "[1]", "[2]"]],
    ["range by steps", () => tvf.range(1, 6, 2, 4), ["id bigint not null", "[1]", "[3]", "[5]"]],
    ["explode", () => tvf.explode(one), ["col int not null", "[1]", "[2]"]],
    ["explode of a map", () => tvf.explode(expr("map('a', 1)")), ["key string not null, value int not null", '["a",1]']],
    ["explodeOuter", () => tvf.explodeOuter(array()), ["col void", "[null]"]],
    ["posexplode", () => tvf.posexplode(one), ["pos int not null, col int not null", "[0,1]", "[1,2]"]],
    ["posexplodeOuter", () => tvf.posexplodeOuter(array()), ["pos int, col void", "[null,null]"]],
    ["inline", () => tvf.inline(array(struct(lit(1), lit("a")))), ["col1 int not null, col2 string not null", '[1,"a"]']],
    ["inlineOuter", () => tvf.inlineOuter(expr("cast(null as array<struct<a:int>>)")), ["a int", "[null]"]],
    ["jsonTuple", () => tvf.jsonTuple(lit('{"a":1,"b":2}'), lit("a"), lit("b")), ["c0 string, c1 string", '["1","2"]']],
    ["stack", () => tvf.stack(lit(2), lit(1), lit(2), lit(3)), ["col0 int, col1 int", "[1,2]", "[3,null]"]],
  ];

  it.each(cases)("%s", async (_, frame, answer) => {
    expect(await answerOf(frame())).toEqual(answer);
  });

  it("has no columns of its own", () => {
    expect(conditionOf(() => tvf.explode(col("x")).columns)).toBe("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION");
    expect(conditionOf(() => tvf.explode(lit(1)))).toBe("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
  });
});

describe("streams", () => {
  it("ask tables, and are not asked", async () => {
    const asking = stream.where(col("value").eq(r.select(max("c")).scalar()));
    expect(asking.isStreaming).toBe(true);
    expect(stream.lateralJoin(session.tvf.explode(array(lit(1), col("value").outer()))).isStreaming).toBe(true);
    await expect(Promise.resolve().then(() => l.where(col("a").eq(stream.select(max("value")).scalar())).collect())).rejects.toMatchObject({
      condition: "INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY",
    });
    const query = await stream
      .where(col("value").lt(r.select(max("c")).scalar()))
      .lateralJoin(
        r
          .where(col("c").eq(col("value").outer()))

          .select("d"),
      )
      .writeStream.format("memory")
      .queryName("asked")
      .trigger({ once: true })
      .start();
    await query.awaitTermination();
    expect(session.table("asked").columns).toEqual(["timestamp", "value", "d"]);
  });

  it("are analysed anew where the configuration of the query is another", async () => {
    const own = Session.create({ print: () => {}, warn: () => {} });
    const names = own.createDataFrame([{ c: 0, d: "zero" }], "c INT, d STRING");
    const rows = own.readStream.format("rate").option("rowsPerSecond", 10).load().select(col("value").mod(2).cast("int").as("a"));
    const made = rows
      .withColumn("s", struct("a"))
      .withColumn("s", col("s").withField("b", lit("1").cast("int")))
      .lateralJoin(names.where(col("c").eq(col("a").outer())))
      .lateralJoin(own.tvf.explode(array(lit(1), col("a").outer())));
    own.conf.set("spark.sql.ansi.enabled", false);
    const query = await made.writeStream.format("memory").queryName("anew").trigger({ once: true }).start();
    await query.awaitTermination();
    expect(own.table("anew").dtypes).toEqual([
      ["a", "int"],
      ["s", "struct<a:int,b:int>"],
      ["c", "int"],
      ["d", "string"],
      ["col", "int"],
    ]);
    await own.stop();
  });
});
