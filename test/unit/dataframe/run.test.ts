import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  avg,
  col,
  count,
  max,
  schema,
  Session,
  struct,
  sum,
  t,
  Timestamp,
  window,
  type DataFrame,
  type RowOf,
  type StreamingQueryProgress,
} from "../../../index.js";
import { writeBatch } from "../../../dataframe/batchWrite.js";
import { schemaInput } from "../../../dataframe/schema.js";
import { MemoryStream } from "../../../sources/memory/source.js";

const Reading = schema({ sensorId: t.string, at: t.timestamp, celsius: t.double });
type Reading = RowOf<typeof Reading>;
const second = 1_000_000n;

let folder: string;
let lines: string[];
let session: Session;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidemark-run-"));
  lines = [];
  session = Session.create({ print: (line) => lines.push(line) });
});

afterEach(async () => {
  await session.stop();
  await rm(folder, { recursive: true });
});

function stream(): { readonly source: MemoryStream; readonly frame: DataFrame<Reading> } {
  const source = new MemoryStream(schemaInput(Reading));
  const frame = session.readStream.format("memory").schema(Reading).option("stream", source.id).load();
  return { source, frame };
}

describe("a bounded DataFrame", () => {
  it("gives rows as users see them", async () => {
    const All = schema({
      n: t.long,
      big: t.bigint,
      d: t.decimal(5, 2),
      day: t.date,
      at: t.timestamp,
      tags: t.array(t.int),
      m: t.map(t.string, t.long),
    });
    const row = {
      n: 2 ** 53 - 1,
      big: 2n ** 60n,
      d: "1.50",
      day: "2024-02-29",
      at: Timestamp.of("2024-05-01T12:00:00.000001Z"),
      tags: [1, null],
      m: new Map([["a", 1]]),
    };
    const frame = session.createDataFrame([row], All);
    expect(await frame.collect()).toEqual([row]);
    expect(await frame.select("big", col("at")).first()).toEqual({ big: 2n ** 60n, at: row.at });
  });

  it("refuses a long that no number holds, by column, and gives it as bigint when asked", async () => {
    const long = session.createDataFrame([[2n ** 60n]], schema({ n: t.long }));
    await expect(long.collect()).rejects.toMatchObject({ condition: "LONG_BEYOND_SAFE_INTEGER", parameters: { column: "n" } });
    const big = session.createDataFrame([[2n ** 60n]], schema({ n: t.bigint }));
    expect(await big.select("n", col("n").plus(1).as("next"), struct("n").as("s")).collect()).toEqual([
      { n: 2n ** 60n, next: 2n ** 60n + 1n, s: { n: 2n ** 60n } },
    ]);
  });

  it("counts, takes, shows and groups", async () => {
    const frame = session.range(0, 100).withColumn("even", col("id").mod(2).eq(0));
    expect(await frame.count()).toBe(100);
    expect(await frame.where(col("id").gt(1000)).first()).toBeNull();
    expect(await frame.take(2)).toEqual([
      { id: 0, even: true },
      { id: 1, even: false },
    ]);
    const groups = frame.groupBy("even").agg(sum("id").as("total"), max("id").as("last"), count().as("n")).orderBy("even");
    expect(await groups.collect()).toEqual([
      { even: false, total: 2500, last: 99, n: 50 },
      { even: true, total: 2450, last: 98, n: 50 },
    ]);
    await frame.show(1);
    expect(lines).toEqual(["+---+----+\n| id|even|\n+---+----+\n|  0|true|\n+---+----+\nonly showing top 1 row"]);
  });

  it("becomes an Arrow table, with its schema when it is empty", async () => {
    const frame = session.range(0, 3);
    expect((await frame.toArrow()).numRows).toBe(3);
    const empty = await frame.where(col("id").lt(0)).toArrow();
    expect([empty.numRows, empty.schema.fields.map(({ name }) => name)]).toEqual([0, ["id"]]);
  });
});

describe("a bounded write", () => {
  const rows = [
    { sensorId: "a", at: Timestamp.of("2024-05-01T12:00:00.000001Z"), celsius: 1.5 },
    { sensorId: null, at: null, celsius: null },
  ];

  it.each(["json", "parquet"] as const)("as %s reads back, and says when there is something already", async (format) => {
    const path = join(folder, "out");
    const frame = session.createDataFrame(rows, Reading);
    await frame.write.format(format).save(path);
    expect(await session.read.format(format).schema(Reading).load(path).orderBy(col("sensorId").ascNullsLast()).collect()).toEqual(rows);
    await expect(frame.write.format(format).save(path)).rejects.toMatchObject({ condition: "PATH_ALREADY_EXISTS" });
    await frame.write.format(format).mode("ignore").save(path);
    await frame.write.format(format).mode("append").save(path);
    expect(await session.read.format(format).schema(Reading).load(path).count()).toBe(4);
    await frame.limit(1).write.format(format).mode("overwrite").save(path);
    expect(await session.read.format(format).schema(Reading).load(path).count()).toBe(1);
  });

  it("that is stopped leaves nothing to see, and gives the reason", async () => {
    const { definition } = session.createDataFrame(rows, Reading).write.format("json").option("path", join(folder, "out"));
    const stopped = new AbortController();
    stopped.abort(new Error("stopped"));
    await expect(writeBatch(session, definition, stopped.signal)).rejects.toThrow("stopped");
    const left = await readdir(folder, { recursive: true }).catch(() => []);
    expect(left.filter((name) => /(^|\/)[^._/]+$/.test(name) && name !== "out")).toEqual([]);
  });

  it("infers the schema of what is there", async () => {
    const path = join(folder, "out");
    await session.createDataFrame([{ id: 1, name: "one" }], schema({ id: t.long, name: t.string })).write.json(path);
    const reader = await session.read.format("json").inferSchema(path);
    expect(reader.load().dtypes).toEqual([
      ["id", "bigint"],
      ["name", "string"],
    ]);
  });
});

describe("a streaming query", () => {
  it("shows what the memory sink has as a table of its name", async () => {
    const { source, frame } = stream();
    const query = await frame.groupBy("sensorId").count().writeStream.queryName("counts").outputMode("complete").format("memory").start();
    expect(await session.table("counts").isEmpty()).toBe(true);
    source.addData([
      ["a", 0n, 1],
      ["a", 0n, 2],
    ]);
    await query.processAllAvailable();
    expect(await session.table("counts").collect()).toEqual([{ sensorId: "a", count: 2 }]);
    source.addData([["a", 0n, 3]]);
    await query.processAllAvailable();
    expect(await session.table("counts").collect()).toEqual([{ sensorId: "a", count: 3 }]);
  });

  it("hands each batch to foreachBatch as a DataFrame, and tells listeners", async () => {
    const { source, frame } = stream();
    const seen: [number, unknown][] = [];
    const progress: StreamingQueryProgress[] = [];
    session.streams.addListener({ onQueryProgress: (event) => void progress.push(event.progress) });
    const query = await frame
      .withWatermark("at", "10 seconds")
      .groupBy(window("at", "10 seconds"), "sensorId")
      .agg(avg("celsius").as("mean"), count().as("n"))
      .select("sensorId", "mean", "n")
      .writeStream.queryName("averages")
      .option("checkpointLocation", join(folder, "checkpoint"))
      .foreachBatch(async (batch, batchId) => {
        const rows = await batch.collect();
        if (rows.length > 0) seen.push([batchId, rows]);
      })
      .start();
    expect(session.streams.active.map(({ name }) => name)).toEqual(["averages"]);
    expect(session.streams.get(query.id)).toBe(query);
    source.addData([
      ["a", second, 1],
      ["a", 2n * second, 3],
      ["b", 3n * second, 5],
    ]);
    await query.processAllAvailable();
    source.addData([["a", 30n * second, 7]]);
    await query.processAllAvailable();
    const closed = [
      { sensorId: "b", mean: 5, n: 1 },
      { sensorId: "a", mean: 2, n: 2 },
    ];
    expect(seen.map(([, rows]) => rows)).toEqual([closed]);
    expect(progress.map(({ numInputRows }) => numInputRows).filter((rows) => rows > 0)).toEqual([3, 1]);
    await query.stop();
    expect(session.streams.active).toEqual([]);
    expect(await session.streams.awaitAnyTermination()).toBe(true);
  });

  it("hands each row to foreach, and fails with what the writer failed of", async () => {
    const { source, frame } = stream();
    const calls: string[] = [];
    source.addData([
      ["a", 0n, 1],
      ["bad", 0n, 2],
    ]);
    const query = await frame.writeStream
      .foreach({
        open: (partition, batchId) => calls.push(`open ${partition} ${batchId}`) > 0,
        process: ({ sensorId }) => {
          calls.push(`row ${sensorId}`);
          if (sensorId === "bad") throw new Error("no more");
        },
        close: (error) => void calls.push(`close ${error instanceof Error ? error.message : "well"}`),
      })
      .trigger({ availableNow: true })
      .start();
    await expect(query.awaitTermination()).rejects.toThrow("no more");
    expect(calls).toEqual(["open 0 0", "row a", "row bad", "close no more"]);
    await expect(session.streams.awaitAnyTermination()).rejects.toBe(query.exception);
  });
});
