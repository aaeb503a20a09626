import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as api from "../../index.js";
import { Column, DataFrame, Session, StreamingError, col, functions, lit, schema, t } from "../../index.js";
import { sinkFormats, sourceFormats } from "../../dataframe/formats.js";
import * as lackingOf from "../../dataframe/lacking.js";
import { World } from "../simulation/world/world.js";
import { memory } from "../memory.js";

// kind: no raw TypeError comes out of the public door, whatever goes in; and what Spark has and we lack says what to do instead.

/** What nobody means. A method that has a use for one of them may use it. */
const wrong: readonly (readonly [name: string, value: unknown])[] = [
  ["0", 0],
  ["-1", -1],
  ["1.5", 1.5],
  ["NaN", Number.NaN],
  ["Infinity", Infinity],
  ["a bigint", 7n],
  ["a large bigint", 10n ** 60n],
  ["null", null],
  ["undefined", undefined],
  ["true", true],
  ["an empty text", ""],
  ["a text", "nonsense"],
  ["a text of dots", "a..b.`"],
  ["a text that is no SQL", "((("],
  ["__proto__", "__proto__"],
  ["constructor", "constructor"],
  ["an empty array", []],
  ["an array of names", ["k", "n"]],
  ["an array of numbers", [1, 2]],
  ["an array of null", [null]],
  ["an object", { a: 1 }],
  ["an empty object", {}],
  ["an object without a prototype", Object.create(null)],
  ["an object like a schema", { fields: [{ name: "a" }] }],
  ["an object like a column", { expression: 3 }],
  ["a symbol", Symbol("s")],
  ["a function", () => 1],
  ["a class", StreamingError],
  ["a date", new Date(0)],
  ["an invalid date", new Date(Number.NaN)],
  ["a map", new Map([["a", 1]])],
  ["a regular expression", /a/],
  ["bytes", new Uint8Array(2)],
  ["a promise", Promise.resolve(1)],
  ["a column", lit(1)],
  ["a condition", col("n").gt(1)],
];
// An array that holds itself.
const endless: unknown[] = [];
endless.push(endless);

/** For other rooms, not for users, although the compiler has no word for that. */
const internal = new Set([
  "constructor",
  "derive",
  "same",
  "loose",
  "query",
  "queried",
  "statistics",
  "register",
  "fromBatch",
  "setTempView",
  "viewPlan",
  "under",
  "inDatabase",
  "findView",
  // Private to the compiler.
  ..."project aggregateAll filtered sorted deduplicate setOperation analyzed limited rowsOf batchesOf printed output aggregate operator with owner".split(
    " ",
  ),
  ..."valuesOf ofTwo frequent number text column made isView make insert stored known databaseOf functionOf startInto analyzedOrOpen parted checkColumns checkBounded eachBatch rowByRow receivedBy frameOf tell watch nextEnd keyOf warnIdle dispatcher".split(
    " ",
  ),
]);

type Call = (...args: readonly unknown[]) => unknown;

/** Every method of an object, with those it inherits. */
function methodsOf(target: object): [name: string, call: Call][] {
  const found = new Map<string, Call>();
  for (let p: object = target; p !== Object.prototype; p = Object.getPrototypeOf(p) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(p))) {
      if (typeof value === "function" && !internal.has(name) && !found.has(name)) found.set(name, (value as Call).bind(target));
    }
  }
  return [...found];
}

/** What a call comes to: null for a legal result, else what is wrong with how it refused. */
async function outcome(call: () => unknown, use: (result: unknown) => unknown): Promise<string | null> {
  try {
    await use(await call());
    return null;
  } catch (error) {
    if (error instanceof StreamingError && error.condition !== "INTERNAL_ERROR") return null;
    return error instanceof Error
      ? `${error.name}: ${error.message}\n${(error.stack ?? "").split("\n").slice(1, 4).join("\n")}`
      : String(error);
  }
}

/** The condition that a call is refused with. */
function outcomeOf(call: () => unknown): string {
  try {
    call();
    return "legal";
  } catch (error) {
    return error instanceof StreamingError ? error.condition : String(error);
  }
}

/** A refusal as plain data. */
function refusalIn(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error instanceof StreamingError ? { condition: error.condition, ...error.parameters } : error;
  }
}

/** The argument lists that a value is tried in. */
function listsOf(value: unknown, frame: unknown): unknown[][] {
  return [
    [value],
    [value, value],
    [value, value, value, value],
    ["k", value],
    ["k", "k", value],
    [col("k"), value],
    [lit(1), "a", value],
    [frame, value],
    [frame, "k", value],
    [[{ k: "a" }], value],
  ];
}

describe("kind: a wrong argument at the public door", () => {
  const world = new World(77_000);
  const newSession = (): Session =>
    Session.create({ runtime: world.runtime("door"), memoryTables: memory, print: () => {}, warn: () => {} });
  const session = newSession();
  const frame = session.createDataFrame([{ k: "a", n: 1 }], schema({ k: t.string, n: t.long }));
  const stream = session.readStream.format("rate").load();
  /** What a result is good for: a column is planned, a table run. */
  const use = async (result: unknown): Promise<unknown> => {
    if (result instanceof Column) return frame.select(result as Column<never, never>).explain();
    if (result instanceof DataFrame) return result.isStreaming ? result.columns : result.collect();
    return result;
  };

  async function walk(methods: readonly (readonly [string, Call])[]): Promise<string[]> {
    const found: string[] = [];
    for (const [name, call] of methods) {
      for (const [what, value] of [...wrong, ["an array in itself", endless] as const]) {
        for (const args of [[], ...listsOf(value, frame)]) {
          const said = await outcome(() => call(...args), use);
          if (said !== null) found.push(`${name}(${args.length}: … ${what}): ${said}`);
        }
      }
    }
    return found;
  }

  const targets: readonly (readonly [string, object])[] = [
    ["DataFrame", frame],
    ["a stream", stream],
    ["DataFrameStatFunctions", frame.stat],
    ["GroupedData", frame.groupBy("k")],
    ["Column", col("n")],
    ["a when", functions.when(col("n").gt(1), 1)],
    ["DataFrameReader", session.read],
    ["DataStreamReader", session.readStream],
    ["DataFrameWriter", frame.write],
    ["DataStreamWriter", stream.writeStream.format("console")],
    ["StreamingQueryManager", session.streams],
    ["TableValuedFunctions", session.tvf],
    ["Catalog", newSession().catalog],
    ["DataFrameWriterV2", frame.writeTo("w")],
    ["Conf", newSession().conf],
    ["Session", newSession()],
    ["t", t],
    ["a type", t.long],
  ];

  test.each(targets)("%s", async (_name, target) => {
    const methods = methodsOf(target).filter(([name]) => !["awaitAnyTermination", "stop", "stopAll"].includes(name));
    expect(methods.length + Number(target === t.long)).toBeGreaterThan(0);
    expect(await walk(methods)).toEqual([]);
  });

  test("the functions", async () => {
    expect(await walk(Object.entries(functions) as [string, Call][])).toEqual([]);
  });

  test("what else is exported", async () => {
    const others = Object.entries(api).filter(
      ([name, value]) => typeof value === "function" && !/^[A-Z]/.test(name) && !(name in functions),
    );
    expect(others.map(([name]) => name)).toEqual(["postgresBatches", "transactional", "udaf", "udf", "schema"]);
    expect(await walk([...(others as [string, Call][]), ["Session.create", (...args) => Session.create(args[0] as object)]])).toEqual([]);
  });

  test("StreamingQuery, and triggers", async () => {
    const query = await session.readStream
      .format("rate")
      .load()
      .where("value < 0")
      .writeStream.format("memory")
      .queryName("door")
      .trigger({ once: true })
      .start();
    await query.awaitTermination();
    expect(
      await walk([
        ...methodsOf(query).filter(([name]) => ["awaitTermination", "explain", "stop", "processAllAvailable"].includes(name)),
        ["awaitAnyTermination", session.streams.awaitAnyTermination.bind(session.streams) as Call],
      ]),
    ).toEqual([]);
    expect(await walk(methodsOf(stream.writeStream).filter(([name]) => name === "trigger"))).toEqual([]);
  });

  test("what a lambda or a step gives back, and what a user's code throws, is no raw error either", async () => {
    const calls: [string, Call][] = wrong.flatMap(([what, value]): [string, Call][] => [
      [`transform gives ${what}`, () => frame.transform(() => value as typeof frame)],
      [`a lambda gives ${what}`, () => functions.transform(functions.array("n"), () => value as Column)],
    ]);
    const found = await Promise.all(calls.map(async ([name, call]) => [name, await outcome(call, () => null)] as const));
    expect(found.filter(([, said]) => said !== null)).toEqual([]);
  });

  test("a seed of rand is a whole number, or an expression of them, as in Spark", async () => {
    const refused = ["rand(1.5)", "rand('a')", "rand(1.5D)"].map((sql) => outcomeOf(() => frame.selectExpr(sql)));
    expect(refused).toEqual(Array.from({ length: 3 }, () => "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"));
    const rows = await frame.selectExpr("rand(7) a", "rand(7L) b", "rand(3 + 4) c", "rand(null) d", "rand(10000000000000L) e").collect();
    expect(Object.values(rows[0]!).every((value) => typeof value === "number")).toBe(true);
  });

  test("says what it takes, and what it got", () => {
    const anyFrame = frame as unknown as Record<string, Call>;
    const expected = "a Column, or the name of one";
    expect(refusalIn(() => anyFrame["withColumn"]!("x", 3))).toEqual({
      condition: "NOT_EXPECTED_TYPE",
      argument: "2",
      owner: "DataFrame.withColumn",
      expected: "a Column, or a function of the row",
      given: "the number 3",
      suggestion: "Give it one.",
    });
    expect(refusalIn(() => anyFrame["select"]!(["k", "n"]))).toEqual({
      condition: "NOT_EXPECTED_TYPE",
      argument: "1",
      owner: "DataFrame.select",
      expected: `${expected}, or a function of the row`,
      given: 'the array ["k","n"]',
      suggestion: "Give them one by one: DataFrame.select(...list).",
    });
    expect(refusalIn(() => functions.upper(undefined as never))).toMatchObject({ owner: "upper", expected, given: "undefined" });
    expect(refusalIn(() => (session.read.json as unknown as Call).call(session.read, ["a", "b"]))).toMatchObject({
      owner: "DataFrameReader.json",
      given: 'the array ["a","b"]',
    });
    expect(refusalIn(() => session.read.schema(new Map() as never))).toMatchObject({ owner: "a schema", given: "a Map" });
    expect(refusalIn(() => Session.create({ config: {} } as never))).toMatchObject({ owner: "Session.create" });
  });
});

function descriptorOf(target: object, name: string): PropertyDescriptor {
  for (let p: object | null = target; p !== null; p = Object.getPrototypeOf(p) as object | null) {
    const found = Object.getOwnPropertyDescriptor(p, name);
    if (found) return found;
  }
  return {};
}

describe("kind: a method of Spark's that we lack", () => {
  /** Every public name of Spark's classes, in camel case. */
  const spark = JSON.parse(readFileSync(new URL("sparkMethods.json", import.meta.url), "utf8")) as Record<string, string[]>;
  const session = Session.create({ runtime: new World(77_001).runtime("door"), warn: () => {} });
  const frame = session.createDataFrame([{ k: "a" }], "k STRING");
  const stream = session.readStream.format("rate").load();
  const lacking: Record<string, [object, lackingOf.Lacking]> = {
    DataFrame: [frame, lackingOf.lackingOfFrame],
    Session: [session, lackingOf.lackingOfSession],
    Column: [col("k"), lackingOf.lackingOfColumn],
    GroupedData: [frame.groupBy("k"), lackingOf.lackingOfGroups],
    DataFrameReader: [session.read, lackingOf.lackingOfReader],
    DataFrameWriter: [frame.write, lackingOf.lackingOfWriter],
    DataStreamWriter: [stream.writeStream, lackingOf.lackingOfStreamWriter],
    Conf: [session.conf, lackingOf.lackingOfConf],
    Catalog: [session.catalog, lackingOf.lackingOfCatalog],
    DataFrameWriterV2: [frame.writeTo("t"), lackingOf.lackingOfTableWriter],
    TableValuedFunctions: [session.tvf, lackingOf.lackingOfTableFunctions],
  };
  const targets: Record<string, object> = {
    DataFrame: frame,
    Column: col("k"),
    SparkSession: session,
    GroupedData: frame.groupBy("k"),
    DataFrameReader: session.read,
    DataFrameWriter: frame.write,
    DataStreamReader: session.readStream,
    DataStreamWriter: stream.writeStream,
    StreamingQueryManager: session.streams,
    RuntimeConfig: session.conf,
    Catalog: session.catalog,
    DataFrameWriterV2: frame.writeTo("t"),
    TableValuedFunction: session.tvf,
  };

  test("has its line only as long as it is lacking", () => {
    const built = Object.entries(lacking).flatMap(([name, [target, names]]) =>
      Object.keys(names)
        .filter(
          (method) => !Object.values(descriptorOf(target, method)).some((call) => typeof call === "function" && call.name === "refuse"),
        )
        .map((method) => `${name}.${method}`),
    );
    expect(built).toEqual([]);
  });

  test("names only what is there: statements of what it says run", async () => {
    session.createDataFrame([{ k: "a", n: 1 }], "k STRING, n INT").createOrReplaceTempView("v");
    const texts = [
      "SELECT k, sum(n) FROM v GROUP BY ROLLUP (k)",
      "SELECT k, sum(n) FROM v GROUP BY CUBE (k)",
      "SELECT k, sum(n) FROM v GROUP BY GROUPING SETS ((k), ())",
      "SELECT * FROM v EXCEPT ALL SELECT * FROM v",
      "SELECT * FROM v INTERSECT ALL SELECT * FROM v",
      "SELECT * FROM v, LATERAL (SELECT n + 1 AS m)",
      "SELECT * FROM v UNPIVOT (x FOR c IN (n))",
      "SELECT * FROM v PIVOT (sum(n) FOR k IN ('a'))",
      "SELECT * FROM explode(array(1, 2))",
      "SHOW FUNCTIONS",
    ];
    for (const text of texts) expect(Array.isArray(await (await session.sql(text)).collect())).toBe(true);
    for (const text of ["n > (SELECT max(n) - 1 FROM v)", "EXISTS (SELECT * FROM v AS w WHERE w.k = k)"])
      expect(
        await session
          .createDataFrame([{ k: "a", n: 1 }], "k STRING, n INT")
          .where(text)
          .count(),
      ).toBe(1);
    expect([...sourceFormats.names, ...sinkFormats.names].every((name) => lackingOf.lackingOfReader["orc"]!.includes(name))).toBe(true);
  });

  test.each(Object.keys(targets))("%s says what to do instead", (name) => {
    const target = targets[name]! as Record<string, unknown>;
    const silent = spark[name]!.filter((method) => !(method in target));
    expect(silent).toEqual([]);
    for (const method of spark[name]!) {
      const refuse = Object.values(descriptorOf(target, method)).find(
        (call): call is Call => typeof call === "function" && call.name === "refuse",
      );
      if (!refuse) continue;
      const attribute = expect.stringMatching(new RegExp(`\\.${method}$`)) as string;
      expect(refuse).toThrow(
        expect.objectContaining({
          condition: "ATTRIBUTE_NOT_SUPPORTED",
          parameters: { attribute, instead: expect.stringMatching(/\.$/) as string },
        }),
      );
    }
  });
});
