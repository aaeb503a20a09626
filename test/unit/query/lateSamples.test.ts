import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { col, count, expr, sessionWindow, sum, window } from "../../../dataframe/functions.js";
import type { StreamingQueryProgress } from "../../../engine/query/progress.js";
import { QueryWorld, type Frame, type Start } from "./queryWorld.js";

let machine: QueryWorld;

beforeEach(() => {
  machine = new QueryWorld();
});

afterEach(() => machine.close());

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1, 12, 0, seconds)).toISOString();
const row = (seconds: number, v: number): object => ({ ts: at(seconds), k: "a", v });

/** The first file raises the watermark to 12:00:50, which judges from the batch after the next; four of the rows of the last file are late. */
async function run(build: (input: Frame) => Frame, start: Start = {}): Promise<StreamingQueryProgress> {
  await machine.file("0.json", [row(50, 0)]);
  await machine.file("1.json", [row(50, 0)]);
  await machine.file("2.json", [row(51, 1), row(7, 2), row(8, 3), row(9, 4), row(6, 5)]);
  const query = await machine.run({
    readOptions: { maxFilesPerTrigger: "1" },
    build: (input) => build(input.withWatermark("ts", "0 seconds")),
    ...start,
  });
  const progress = query.recentProgress.toSorted((a, b) => b.numInputRows - a.numInputRows)[0]!;
  for (const other of query.recentProgress) if (other !== progress) expect(other.lateSamples).toBeUndefined();
  return progress;
}

const sumsOfWindows = (input: Frame): Frame => input.groupBy(window("ts", "5 seconds")).agg(sum("v").as("v"));
const late = ["2", "3", "4"];
const values = ({ lateSamples }: StreamingQueryProgress): readonly (string | null)[] => lateSamples![0]!.rows.map(({ v }) => v!);

describe("a sample of late rows is kept in the progress", () => {
  const queries: readonly (readonly [operatorId: string, build: (input: Frame) => Frame])[] = [
    ["aggregate-0", sumsOfWindows],
    ["aggregate-0", (input) => input.groupBy(window("ts", "10 seconds", "5 seconds"), "k").agg(sum("v").as("v"))],
    ["aggregate-0", (input) => input.groupBy(sessionWindow("ts", "1 second"), "k").agg(sum("v").as("v"))],
    ["aggregate-0", (input) => input.groupBy("ts").agg(sum("v").as("v"))],
    ["deduplicate-0", (input) => input.dropDuplicates("ts", "v")],
    ["deduplicate-0", (input) => input.dropDuplicatesWithinWatermark("v")],
    [
      "groupState-0",
      (input) =>
        input.groupBy("k").flatMapGroupsWithState((key) => [key], { outputSchema: "k STRING", stateSchema: "n INT", outputMode: "append" }),
    ],
  ];

  it.each(queries)("by %s: the first of the batch, and the watermark that they were behind (%#)", async (operatorId, build) => {
    const progress = await run(build);
    expect(progress.lateSamples).toMatchObject([{ operatorId, watermark: at(50) }]);
    expect(values(progress)).toEqual(late);
    expect(progress.stateOperators[0]!.customMetrics).toMatchObject({ lateRows: 4 });
  });

  it("of the side of a join that they came on", async () => {
    const progress = await run((input) => {
      const left = input.as("l");
      const right = input.select(col("ts").as("ts2"), col("k").as("k2"), col("v").as("v2"));
      return left.join(right, expr("k = k2 AND ts2 BETWEEN ts AND ts + INTERVAL 5 SECONDS"), "inner");
    });
    expect(progress.lateSamples![0]).toMatchObject({ operatorId: "join-0", rows: [{ v: "2" }, { v: "3" }, { v: "4" }] });
  });

  it("with the columns that the query reads, and rows without an event time among them", async () => {
    await machine.file("0.json", [row(50, 0)]);
    await machine.file("1.json", [row(50, 0)]);
    await machine.file("2.json", [{ k: "a", v: 1 }, row(3, 2)]);
    const query = await machine.run({
      readOptions: { maxFilesPerTrigger: "1" },
      build: (input) => input.withWatermark("ts", "0 seconds").groupBy(window("ts", "5 seconds")).agg(count().as("n")),
    });
    const found = query.recentProgress.flatMap(({ lateSamples }) => lateSamples ?? []);
    expect(found.map(({ rows }) => rows)).toEqual([[{ ts: null }, { ts: "2026-01-01 12:00:03" }]]);
  });

  it("but not in complete mode, where none is lost", async () => {
    expect((await run(sumsOfWindows, { outputMode: "complete" })).lateSamples).toBeUndefined();
  });

  it("nor where the query says that they are dropped: then the sample has whole rows", async () => {
    const start: Start = {
      build: (input) => ({ writeStream: sumsOfWindows(input.withWatermark("ts", "0 seconds")).writeStream.onLate("drop") }),
    };
    const progress = await run((input) => input, start);
    expect(progress.lateSamples).toBeUndefined();
    expect(progress.sideOutputs).toMatchObject([{ id: "late", numOutputRows: 4, sample: [{ v: "2", k: "a" }, { v: "3" }, { v: "4" }] }]);
  });
});
