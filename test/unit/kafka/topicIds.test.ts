import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { FileSourceLog } from "../../../checkpoints/sourceLog.js";
import { localFileSystem } from "../../../runtime/localFileSystem.js";
import { parseTopicIds, TopicIds } from "../../../sources/kafka/topicIds.js";
import { temporaryFolder } from "../sources/support.js";

function logIn(folder: string): FileSourceLog {
  return new FileSourceLog({ files: localFileSystem, location: folder, startedMs: 0, checkOwnership: async () => {} });
}

describe("kind: known by its name, not its identity: ids of topics", () => {
  test("are known again at the next start, and tell a topic from a later one of its name", async () => {
    const folder = await temporaryFolder();
    const first = new TopicIds(logIn(folder).identities);
    await first.record(new Map([["a", "1"]]));
    await first.record(new Map([["__proto__", "2"]]));
    const second = new TopicIds(logIn(folder).identities);
    expect(
      await second.changed(
        new Map([
          ["a", "1"],
          ["new", "3"],
        ]),
      ),
    ).toEqual([]);
    expect(
      await second.changed(
        new Map([
          ["a", "9"],
          ["__proto__", "8"],
        ]),
      ),
    ).toEqual(["a", "__proto__"]);
    expect([await second.idOf("a"), await second.idOf("__proto__"), await second.idOf("new")]).toEqual(["1", "2", null]);
  });

  test("leave two entries, beside whatever Spark has there", async () => {
    const folder = await temporaryFolder();
    const log = logIn(folder);
    await log.add(0, "Spark's");
    const ids = new TopicIds(log.identities);
    for (let i = 0; i < 5; i++) await ids.record(new Map([["a", String(i)]]));
    await ids.record(new Map([["a", "4"]]));
    expect((await readdir(folder)).toSorted()).toEqual(["0", "3.identity", "4.identity"]);
    expect(await new TopicIds(logIn(folder).identities).idOf("a")).toBe("4");
    expect([await log.list(), await log.get(0)]).toEqual([[0], "Spark's"]);
  });

  test.each(["", "v1", "v2\n{}", "v1\n{}", "v1\nnull", 'v1\n{"topics":[]}', 'v1\n{"topics":{"a":1}}', 'v1\n{"topics":{"a":"1"}'])(
    "that cannot be read name their file: %j",
    (text) => {
      expect(() => parseTopicIds(text, "sources/0/3.identity")).toThrow(
        expect.objectContaining({ condition: "CHECKPOINT_CORRUPT", parameters: expect.objectContaining({ path: "sources/0/3.identity" }) }),
      );
    },
  );
});
