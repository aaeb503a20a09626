import { describe, expect, test } from "vitest";
import { col, count, expr, sum, window } from "../../../dataframe/functions.js";
import type { Session } from "../../../dataframe/session.js";
import type { Value } from "../../../engine/arrow/value.js";
import { byText } from "../../contracts/byText.js";
import { memory } from "../../memory.js";
import { QueryWorld, refusalOf, type Frame } from "./queryWorld.js";

const counts = (input: Frame) => input.groupBy("k").agg(count("*").as("n"));
const small = (input: Frame) => counts(input).filter(col("n").lt(3));

const inputOf = (session: Session): Frame => session.readStream.schema("ts TIMESTAMP, k STRING, v BIGINT").json("/data/in");

interface Upserts {
  readonly rows: Value[][];
  readonly keyColumns: readonly string[] | null;
}

/** What a function gets of three batches by key. */
async function received(build: (input: Frame) => Frame): Promise<Upserts[]> {
  const world = new QueryWorld();
  const seen: Upserts[] = [];
  for (const [i, rows] of [
    [{ k: "a" }, { k: "b" }],
    [{ k: "a" }, { k: "c" }],
    [{ k: "a" }, { k: "c" }, { k: "c" }],
  ].entries()) {
    await world.file(`${i}.json`, rows);
    await world.runWriter((session) =>
      build(inputOf(session))
        .writeStream.outputMode("changes")
        .option("changes", "upserts")
        .foreachBatch(async (batch, _, { keyColumns }) => {
          seen.push({ rows: (await batch.collect()).map((row) => Object.values(row as Record<string, Value>)), keyColumns });
        }),
    );
  }
  world.close();
  return seen;
}

describe("changes by key", () => {
  test("a function gets at most one row a key: what is there now, or that nothing is", async () => {
    const seen = await received(small);
    const sorted = seen.map(({ rows }) => rows.toSorted(byText));
    expect(sorted).toEqual([
      [
        ["a", 1, "insert"],
        ["b", 1, "insert"],
      ],
      [
        ["a", 2, "update_postimage"],
        ["c", 1, "insert"],
      ],
      [
        ["a", 2, "delete"],
        ["c", 1, "delete"],
      ],
    ]);
    expect(new Set(seen.map(({ keyColumns }) => String(keyColumns)))).toEqual(new Set(["k"]));
  });

  test("the memory table has what is there now, without the column of changes", async () => {
    const world = new QueryWorld();
    const session = world.session();
    await world.file("0.json", [{ k: "a" }, { k: "b" }, { k: "c" }]);
    const writer = small(inputOf(session))
      .writeStream.format("memory")
      .queryName("by-key")
      .outputMode("changes")
      .option("changes", "upserts");
    const query = await writer.option("checkpointLocation", "/data/checkpoint").trigger({ processingTime: 0 }).start();
    await query.processAllAvailable();
    await world.file("1.json", [{ k: "a" }, { k: "b" }, { k: "b" }]);
    await query.processAllAvailable();
    await query.stop();
    const rows = await session.table("`by-key`").orderBy("k").collect();
    expect(rows).toEqual([
      { k: "a", n: 2 },
      { k: "c", n: 1 },
    ]);
    expect(memory.table("by-key").rows().length).toBe(2);
    memory.drop("by-key");
    world.close();
  });

  test("explain says that the rows before are left out", async () => {
    const world = new QueryWorld();
    await world.file("0.json", [{ k: "a" }]);
    const query = await world.runWriter((session) =>
      counts(inputOf(session)).writeStream.format("noop").outputMode("changes").option("changes", "UPSERTS"),
    );
    expect(query.explain()).toContain("ChangeRows insert, update_postimage, delete by [k]");
    world.close();
  });
});

const byWindow = (input: Frame) => input.groupBy(window("ts", "5 seconds").as("w"), "k").agg(sum("v").as("s"));

/** The columns by which the rows of a query are known. */
const keyed: readonly (readonly [name: string, build: (input: Frame) => Frame, keys: string])[] = [
  ["a column under another name", (input) => counts(input).selectExpr("n", "k AS key"), "key"],
  ["its text", (input) => input.groupBy("v").count().selectExpr("CAST(v AS STRING) AS key", "count"), "key"],
  ["JSON of all", (input) => input.groupBy("k", "v").count().selectExpr("to_json(struct(v, k)) AS key", "count AS value"), "key"],
  ["JSON of one, the other as it is", (input) => input.groupBy("k", "v").count().selectExpr("v", "to_json(struct(k)) AS key"), "key,v"],
  ["a struct", (input) => input.groupBy("k", "v").count().selectExpr("struct(k, v) AS key"), "key"],
  ["the start of a window", (input) => byWindow(input).selectExpr("w.start AS start", "k", "s"), "start,k"],
  ["the end of a window in JSON", (input) => byWindow(input).selectExpr("to_json(struct(w.end AS e, k)) AS key", "s"), "key"],
  ["the text of the start of a window", (input) => byWindow(input).selectExpr("CAST(w.start AS STRING) AS at", "k"), "at,k"],
];

const unkeyed: readonly (readonly [name: string, build: (input: Frame) => Frame])[] = [
  ["half of the key", (input) => input.groupBy("k", "v").count().select("k", "count")],
  ["texts put together", (input) => input.groupBy("k", "v").count().selectExpr("concat(k, v) AS key")],
  ["a number cut", (input) => input.groupBy("v").count().selectExpr("CAST(v AS INT) AS key")],
  ["JSON of equal names", (input) => input.groupBy("k", "v").count().selectExpr("to_json(struct(k AS a, v AS a)) AS key")],
  [
    "JSON that leaves out what it is told to",
    (input) => input.groupBy("k").count().selectExpr("to_json(struct(k), map('ignoreNullFields', 'false')) AS key"),
  ],
  ["a key with something else", (input) => counts(input).selectExpr("to_json(struct(k, n)) AS key")],
  ["half of a struct", (input) => input.groupBy(expr("struct(v, k)").as("s")).count().selectExpr("s.v AS v")],
  [
    "JSON of a window of microseconds",
    (input) => input.groupBy(window("ts", "1500 microseconds").as("w")).count().selectExpr("to_json(struct(w.start)) AS key"),
  ],
];

describe("the key of a result", () => {
  test.each(keyed)("%s", async (_, build, keys) => {
    expect((await received(build))[0]!.keyColumns?.join(",")).toBe(keys);
  });

  test.each(unkeyed)("none: %s", async (_, build) => {
    const world = new QueryWorld();
    const refusal = await refusalOf(
      world.runWriter((session) => build(inputOf(session)).writeStream.format("noop").outputMode("changes").option("changes", "upserts")),
    );
    expect([refusal.condition, refusal.parameters["reason"]]).toEqual([
      "CHANGES_KEY_REQUIRED",
      "no columns of the result say which row is which",
    ]);
    world.close();
  });

  test("none: the text of a time where clocks are changed", async () => {
    const world = new QueryWorld();
    const session = world.session({ conf: { "spark.sql.session.timeZone": "Europe/Berlin" } });
    const writer = byWindow(inputOf(session))
      .selectExpr("CAST(w.start AS STRING) AS at", "k")
      .writeStream.format("noop")
      .outputMode("changes");
    expect((await refusalOf(writer.option("changes", "upserts").start())).condition).toBe("CHANGES_KEY_REQUIRED");
    world.close();
  });
});

describe("what does not fit by key is refused before the first batch", () => {
  test.each([
    ["rows that are all new", "noop", (input: Frame) => input.select("k"), {}, "CHANGES_KEY_REQUIRED", { sink: "noop" }],
    ["files", "parquet", counts, { path: "/data/out" }, "SINK_TAKES_NO_UPSERTS", { sink: "parquet" }],
    ["another word", "noop", counts, { changes: "rovs" }, "INVALID_OPTION_VALUE", { option: "changes", value: "rovs" }],
    ["columns of one name", "noop", (input: Frame) => counts(input).selectExpr("k", "n", "n + 1 AS n"), {}, "COLUMN_ALREADY_EXISTS", {}],
    [
      "Kafka without a key",
      "kafka",
      (input: Frame) => counts(input).selectExpr("k", "CAST(n AS STRING) AS value"),
      { topic: "t", "kafka.bootstrap.servers": "localhost:1" },
      "KAFKA_SINK_KEY_REQUIRED",
      { columns: "k" },
    ],
    [
      "Kafka with a key that is not all of it",
      "kafka",
      (input: Frame) => input.groupBy("k", "v").count().selectExpr("k AS key", "v", "CAST(count AS STRING) AS value"),
      { topic: "t", "kafka.bootstrap.servers": "localhost:1" },
      "KAFKA_SINK_KEY_REQUIRED",
      { columns: "key, v" },
    ],
  ] as const)("%s", async (_, format, build, options, condition, parameters) => {
    const world = new QueryWorld();
    const writer = build(inputOf(world.session()))
      .writeStream.format(format)
      .outputMode("changes")
      .options({ changes: "upserts", ...options });
    const refusal = await refusalOf(writer.option("checkpointLocation", "/data/checkpoint").start());
    expect(refusal.condition).toBe(condition);
    expect(refusal.parameters).toMatchObject(parameters);
    expect(await world.world.files.list("/data/checkpoint").catch(() => [])).toEqual([]);
    world.close();
  });
});
