import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { col, count, expr, fromJson, window, type StreamingQuery } from "../../../index.js";
import { QueryWorld, refusalOf, type Frame, type Start } from "./queryWorld.js";
import { at, files, linesIn, oneFile } from "./sideOutputRows.js";

// What comes too late, or is malformed, goes to outputs of its own, with the batch.

let world: QueryWorld;

beforeEach(() => {
  world = new QueryWorld();
});

afterEach(() => world.close());

const lines = (folder: string): Promise<Record<string, unknown>[]> => linesIn(world, folder);

const toFolder = (name: string) => (rows: Frame) => rows.writeStream.format("json").option("path", `/data/${name}`);

const inLambda = (rows: Frame) => ({
  writeStream: rows.selectExpr("transform(array(k), x -> from_json(x, 'v INT').v) AS vs").writeStream.onMalformed("drop"),
});
const windowed = (rows: Frame): Frame => rows.withWatermark("ts", "5 seconds").groupBy(window("ts", "10 seconds")).agg(count().as("n"));
const writerOf = (rows: Frame) => windowed(rows).writeStream;
const chain = (rows: Frame): Frame =>
  rows
    .withWatermark("ts", "5 seconds")
    .dropDuplicates("k", "ts")
    .selectExpr("ts", "v * 10 AS ten")
    .groupBy(window("ts", "10 seconds"))
    .agg(count().as("n"));

describe("malformed records", () => {
  const bad = '{"k":"b","v":';
  const worse = '{"k":"c","v":"many"}';
  const input = ['{"k":"a","v":1}', bad, worse, '{"k":"d","v":4}', ""].join("\n");

  const of = async (policy: "null" | "drop" | "fail" | "sideOutput", build: (rows: Frame) => Frame = (rows) => rows): Promise<unknown> => {
    const checkpoint = `/data/checkpoint-${policy}`;
    const sinkPath = `/data/out-${policy}`;
    const query = await world.run({
      schema: "k STRING, v BIGINT",
      checkpoint,
      sink: "json",
      sinkPath,
      build: (rows) => {
        const writer = build(rows).writeStream.onMalformed(policy);
        return { writeStream: policy === "sideOutput" ? writer.sideOutput("malformed", toFolder("bad")) : writer };
      },
    });
    expect(query.recentProgress[0]!.sources[0]!.metrics).toMatchObject({
      malformedRows: "2",
      malformedSample: JSON.stringify([bad, worse]),
    });
    return lines(sinkPath);
  };

  it("of a file are null, or dropped, or end the query, or go to their output", async () => {
    await world.file("0.json", input);
    const good = [
      { k: "a", v: 1 },
      { k: "d", v: 4 },
    ];
    expect(await of("null")).toEqual([good[0], {}, { k: "c" }, good[1]]);
    expect(await of("drop")).toEqual(good);
    expect(await of("sideOutput")).toEqual(good);
    expect(await lines("/data/bad")).toEqual([bad, worse].map((record) => ({ source: "json[/data/in]", record })));
    expect((await refusalOf(of("fail"))).condition).toBe("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION");
  });

  it("of texts that from_json reads go where those of files go, whichever columns and conditions ask for them", async () => {
    const texts = [`{"k":"a","v":1}`, bad, worse, null, "", `{"k":"e","v":5}`];
    await world.file(
      "0.json",
      texts.map((value, v) => ({ value, id: v })),
    );
    const decoded = fromJson(col("value"), "k STRING, v BIGINT");
    for (const [i, build] of [
      (rows: Frame) => rows.select(decoded.as("r"), "id").select("r.*", "id"),
      (rows: Frame) => rows.where(expr("from_json(value, 'k STRING, v BIGINT').v >= 0")).select(decoded.getField("k").as("k"), "id"),
      (rows: Frame) => rows.select(expr("CASE WHEN id < 2 THEN from_json(value, 'k STRING, v BIGINT').k ELSE 'z' END AS k"), "id"),
    ].entries()) {
      const run = async (policy: "drop" | "sideOutput"): Promise<unknown[]> => {
        const folder = `out-${i}-${policy}`;
        await world.run({
          schema: "value STRING, id INT",
          checkpoint: `/data/checkpoint-${folder}`,
          sink: "json",
          sinkPath: `/data/${folder}`,
          build: (rows) => {
            const writer = build(rows).writeStream.onMalformed(policy);
            return { writeStream: policy === "sideOutput" ? writer.sideOutput("malformed", toFolder(`bad-${i}`)) : writer };
          },
        });
        return (await lines(`/data/${folder}`)).map(({ id }) => id);
      };
      const kept = [
        [0, 3, 4, 5],
        [0, 5],
        [0, 2, 3, 4, 5],
      ][i];
      expect(await run("drop")).toEqual(kept);
      expect(await run("sideOutput")).toEqual(kept);
      const records = (await lines(`/data/bad-${i}`)).map(({ record }) => record);
      expect(records).toEqual(i === 2 ? [bad] : [bad, worse]);
    }
  });

  it("are left to a reader, or a call, that says what becomes of them", async () => {
    await world.file("0.json", input);
    const start: Start = { schema: "k STRING, v BIGINT", readOptions: { mode: "PERMISSIVE" }, sink: "json" };
    const refusal = await refusalOf(world.run({ ...start, build: (rows) => ({ writeStream: rows.writeStream.onMalformed("drop") }) }));
    expect(refusal).toMatchObject({ condition: "SIDE_OUTPUT_WITHOUT_ROWS", parameters: { output: "malformed" } });
  });

  it("cannot be told apart in a lambda function, which is said at the start", async () => {
    const refusal = await refusalOf(world.run({ readOptions: { mode: "PERMISSIVE" }, build: inLambda }));
    expect(refusal.condition).toBe("MALFORMED_RECORDS_NOT_TOLD_APART");
  });

  it("of CSV go to their output", async () => {
    const session = world.session();
    await world.file("0.csv", "a,1\nb,two\nc,3\n");
    const query = await session.readStream
      .schema("k STRING, v INT")
      .csv("/data/in")
      .writeStream.onMalformed("sideOutput")
      .sideOutput("malformed", (rows) => rows.select(expr("upper(record) AS value")).writeStream.format("json").option("path", "/data/bad"))
      .format("json")
      .option("checkpointLocation", "/data/checkpoint")
      .trigger({ availableNow: true })
      .start("/data/out");
    await query.awaitTermination();
    expect(await lines("/data/out")).toEqual([
      { k: "a", v: 1 },
      { k: "c", v: 3 },
    ]);
    expect(await lines("/data/bad")).toEqual([{ value: "B,TWO" }]);
  });
});

const refused = async (write: (rows: Frame) => ReturnType<typeof writerOf>, start: Start = {}) => {
  const { condition, parameters } = await refusalOf(world.run({ ...start, build: (rows) => ({ writeStream: write(rows) }) }));
  return [condition, parameters["output"] ?? parameters["option"]];
};

describe("side outputs", () => {
  it("fit together and the query, or are refused before anything is made", async () => {
    const late = toFolder("late");
    expect(await refused((rows) => writerOf(rows).onLate("sideOutput"))).toEqual(["SIDE_OUTPUT_WITHOUT_SINK", "late"]);
    expect(await refused((rows) => writerOf(rows).sideOutput("late", late))).toEqual(["SIDE_OUTPUT_UNUSED", "late"]);
    expect(await refused((rows) => writerOf(rows).onLate("drop").sideOutput("late", late))).toEqual(["SIDE_OUTPUT_UNUSED", "late"]);
    expect(await refused((rows) => rows.writeStream.onLate("fail"))).toEqual(["SIDE_OUTPUT_WITHOUT_ROWS", "late"]);
    expect(await refused((rows) => writerOf(rows).onLate("fail"), { outputMode: "complete" })).toEqual([
      "SIDE_OUTPUT_WITHOUT_ROWS",
      "late",
    ]);
    expect(await refused((rows) => writerOf(rows).sideOutput("bad" as "late", late))).toEqual(["SIDE_OUTPUT_UNKNOWN", "bad"]);
    expect(await refused((rows) => writerOf(rows).onLate("keep" as "drop"))).toEqual(["INVALID_OPTION_VALUE", "onLate"]);
    for (const write of [
      (rows: Frame) => rows.groupBy("k").agg(count().as("n")),
      (rows: Frame) => rows.dropDuplicates("k"),
      (rows: Frame) => rows.limit(3),
      (rows: Frame) => rows.join(rows, "k"),
      (rows: Frame) => rows.withWatermark("ts", "1 second"),
    ])
      expect(await refused((rows) => writerOf(rows).sideOutput("late", (side) => write(side).writeStream))).toEqual([
        "SIDE_OUTPUT_OPERATION",
        "late",
      ]);
    const other = world.session().readStream.schema("a INT").json("/data/other");
    expect(await refused((rows) => writerOf(rows).sideOutput("late", () => other.writeStream))).toEqual(["SIDE_OUTPUT_WRITER", "late"]);
    expect(await refused((rows) => writerOf(rows).sideOutput("late", (side) => late(side).trigger({ once: true })))).toEqual([
      "SIDE_OUTPUT_SETTING",
      "late",
    ]);
    const own = await refused((rows) =>
      writerOf(rows)
        .onLate("sideOutput")
        .sideOutput("late", (side) => side.writeStream.format("json").option("path", "/data/in")),
    );
    expect(own).toEqual(["OUTPUT_IS_INPUT", "file:/data/in"]);
  });

  it("are two of one query, in any format, in the same batch; and one may come later", async () => {
    for (const [i, rows] of files.entries())
      await world.file(`${i}.json`, [...rows.map((row) => JSON.stringify(row)), "not JSON", ""].join("\n"));
    const batches: [number, unknown[]][] = [];
    const start = (both: boolean): Promise<StreamingQuery> =>
      world.run({
        readOptions: { maxFilesPerTrigger: "1" },
        sink: "json",
        build: (rows) => {
          const writer = writerOf(rows)
            .onMalformed("sideOutput")
            .sideOutput("malformed", (side) =>
              side.writeStream.foreachBatch(
                async (batch, id) => void batches.push([id, (await batch.collect()).map((row) => row["record"])]),
              ),
            );
          return { writeStream: both ? writer.onLate("sideOutput").sideOutput("late", toFolder("late")) : writer };
        },
      });
    await start(false);
    expect(batches.filter(([, rows]) => rows.length > 0)).toEqual([0, 1, 2, 3, 4].map((id) => [id, ["not JSON"]]));
    await world.file("9.json", [{ ts: at("01:00"), k: "late", v: 99 }]);
    const query = await start(true);
    expect((await lines("/data/late")).map(({ v }) => v)).toEqual([99]);
    expect(query.lastProgress?.sideOutputs?.map(({ id, numOutputRows }) => [id, numOutputRows])).toEqual([
      ["malformed", 0],
      ["late", 1],
    ]);
    expect(query.lastProgress?.sideOutputs?.[1]!.sample).toMatchObject([{ v: "99", _reason: "LATE", _operator: "aggregate-0" }]);
  });

  it("are not needed for a sample: late rows that are dropped, as the query says, are counted and seen in the progress", async () => {
    for (const [i, rows] of files.entries()) await world.file(`${i}.json`, rows);
    const start: Start = { readOptions: oneFile, sink: "json", build: (rows) => ({ writeStream: writerOf(rows).onLate("drop") }) };
    await world.run(start);
    const result = await lines("/data/out");
    await world.file("9.json", [{ ts: at("01:00"), k: "late", v: 99 }]);
    const query = await world.run(start);
    expect(query.lastProgress?.stateOperators[0]!.customMetrics["lateRows"]).toBe(1);
    expect(query.lastProgress?.sideOutputs).toMatchObject([{ id: "late", numOutputRows: 1, sample: [{ v: "99", _reason: "LATE" }] }]);
    expect(await lines("/data/out")).toEqual(result);
    // Nothing can be late here, and nothing is said.
    const plain: Start = {
      sink: "json",
      checkpoint: "/data/other",
      sinkPath: "/data/plain",
      build: (rows) => ({ writeStream: rows.writeStream.onLate("drop") }),
    };
    expect((await world.run(plain)).lastProgress?.sideOutputs).toBeUndefined();
  });

  it("tell the late rows of all operators of a chain, each with the columns that it has there", async () => {
    for (const [i, rows] of files.entries()) await world.file(`${i}.json`, rows);
    await world.run({
      readOptions: oneFile,
      sink: "json",
      build: (rows) => ({ writeStream: chain(rows).writeStream.onLate("sideOutput").sideOutput("late", toFolder("late")) }),
    });
    const late = (await lines("/data/late")).map(({ _operator, v, ten, _reason }) => [_operator, v ?? null, ten ?? null, _reason]);
    // Rows without a time are kept by neither: the optimizer filters them below the deduplication, as Spark does.
    expect(late.filter(([operator]) => operator === "deduplicate-0").map(([, v]) => v)).toEqual([3, 8, 9, 10, 13, 15]);
    expect(late.filter(([operator]) => operator === "aggregate-0")).toEqual([]);
  });
});
