import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { count, Session } from "../../../index.js";

it.each([
  [{}, 4],
  [{ "spark.sql.shuffle.partitions": "2" }, 2],
])("the progress says how many state partitions an operator has: %j", async (conf, partitions) => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-partitions-"));
  try {
    writeFileSync(join(folder, "1.json"), '{"k":"a"}\n{"k":"b"}\n');
    const rows = Session.create({ conf }).readStream.schema("k STRING").json(folder);
    const frames = { groups: rows.groupBy("k").agg(count().as("n")), seen: rows.dropDuplicates("k") };
    for (const [name, frame] of Object.entries(frames)) {
      const query = await frame.writeStream
        .format("memory")
        .queryName(`${name} in ${partitions}`)
        .outputMode("update")
        .trigger({ availableNow: true })
        .start();
      await query.awaitTermination();
      const { numShufflePartitions, numStateStoreInstances } = query.lastProgress!.stateOperators[0]!;
      expect([numShufflePartitions, numStateStoreInstances]).toEqual([partitions, partitions]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
