import { expect, test } from "vitest";
import { QueryWorld, refusalOf, type Start } from "./queryWorld.js";

// kind: paths that somebody else wrote: a checkpoint may come from anywhere, and names no file outside of itself.

const query: Start = { build: (input) => input.groupBy("v").count(), schema: "v INT", sink: "memory", outputMode: "update" };

test.each([["../../elsewhere.delta"], ["../state/elsewhere"], ["/data/elsewhere.delta"], ["x/../1.a.delta"], [""]])(
  "a commit that names the state file %j is refused, and no such file is opened",
  async (name) => {
    const machine = new QueryWorld();
    try {
      await machine.file("0.json", [{ v: 1 }]);
      await machine.run(query);
      const path = "/data/checkpoint/commits/0";
      const commit = (await machine.text(path))!;
      const own = /"stateFile":"([^"]+)"/.exec(commit)![1]!;
      const { files } = machine.world;
      await files.addNew("/data/elsewhere.delta", (await files.read(`/data/checkpoint/state/${own}`))!);
      // As an older release wrote it: without a checksum.
      const forged = commit.replace(JSON.stringify(own), JSON.stringify(name)).replace(/,"crc32":\d+/, "");
      await machine.overwrite(path, forged);
      await machine.file("1.json", [{ v: 1 }]);
      const { condition, message } = await refusalOf(machine.run(query));
      expect(condition).toBe("CHECKPOINT_CORRUPT");
      expect(message).toContain("is no state file of batch 0");
      expect(machine.rows()).toEqual([[1, 1n]]);
    } finally {
      machine.close();
    }
  },
);
