import { afterEach, beforeEach, expect, it } from "vitest";
import { defaultChunkSizes } from "../../../engine/contract/chunkSizes.js";
import { expr } from "../../../dataframe/functions.js";
import { fileOutput } from "../../simulation/harness/output.js";
import { QueryWorld, refusalOf, type Start } from "./queryWorld.js";

// An operator may emit many batches in one go; the sink gets them one after the other, each when it is done with the one before.

let machine: QueryWorld;

beforeEach(() => {
  machine = new QueryWorld();
});

afterEach(() => machine.close());

const groups = 5_000;
const chunks = { ...defaultChunkSizes, emittedRows: 700 };
const start = (): Start => ({
  runtime: { ...machine.process(), chunks },
  schema: "ts TIMESTAMP, v BIGINT",
  sink: "json",
  build: (input) => ({
    writeStream: input
      .withWatermark("ts", "1 second")
      .groupBy(expr("window(ts, '1 second')").as("w"), expr("v").as("v"))
      .agg(expr("count(*)").as("n"))
      .select("v", "n")
      .writeStream.option("maxRecordsPerFile", groups / 2),
  }),
});

async function fill(): Promise<void> {
  const lines = Array.from({ length: groups }, (_, v) => `{"ts":"2026-01-01T00:00:00Z","v":${v}}\n`);
  await machine.file("0.json", lines.join(""));
  await machine.file("1.json", '{"ts":"2026-01-01T00:01:00Z","v":-1}\n');
}

it("every row of a large result is written, once", async () => {
  await fill();
  await machine.run(start());
  const rows = [...(await fileOutput(machine.world.files, "/data/out", "json")).values()].flat();
  expect(rows).toHaveLength(groups);
  expect(new Set(rows).size).toBe(groups);
});

it("a write that fails among them ends the query, and nothing of the batch is left", async () => {
  await fill();
  machine.world.fail({ code: "ENOSPC", operation: "write", path: /\/part-/, times: 1 });
  expect(await refusalOf(machine.run(start()))).toMatchObject({ condition: "SINK_WRITE_FAILED.DISK_FULL" });
  expect((await machine.world.files.list("/data/out")).filter(({ name }) => name.startsWith("part-"))).toEqual([]);
  await machine.run(start());
  expect([...(await fileOutput(machine.world.files, "/data/out", "json")).values()].flat()).toHaveLength(groups);
});
