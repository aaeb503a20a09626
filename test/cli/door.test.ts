import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run } from "../servers/processes.js";
import { inFolder } from "./command.js";
import { writeFiles } from "./readings.js";

const library = fileURLToPath(new URL("../../dist/index.js", import.meta.url));

const script = `import { Session, col } from ${JSON.stringify(library)};
const session = Session.create();
const query = await session.readStream.format("rate").load().writeStream.format("console").option("numRows", 0).trigger({ availableNow: true }).start();
const calls = {
  column: () => session.range(0, 1).withColumn("x", 3),
  group: () => session.range(0, 1).groupBy().sum(3),
  reader: () => session.read.json(["a", "b"]),
  session: () => Session.create({ config: {} }),
  like: () => col("id").like(3),
  query: () => query.awaitTermination("soon"),
  property: () => session.range(0, 1).rdd,
  method: () => session.range(0, 1).mergeInto(),
};
const said = {};
for (const [name, call] of Object.entries(calls)) said[name] = await Promise.resolve().then(call).then(() => "legal", (error) => error.condition ?? error.stack);
await session.stop();
console.log(JSON.stringify(said));
`;

test("kind: what the build leaves out: the built package checks arguments as its sources do", async () => {
  await inFolder(async (folder) => {
    writeFiles(folder, { "script.mjs": script });
    const printed = await run(process.execPath, ["script.mjs"], { cwd: folder });
    const { property, method, ...checked } = JSON.parse(printed.trim().split("\n").at(-1)!) as Record<string, string>;
    expect(new Set(Object.values(checked))).toEqual(new Set(["NOT_EXPECTED_TYPE"]));
    expect([property, method]).toEqual(["ATTRIBUTE_NOT_SUPPORTED", "ATTRIBUTE_NOT_SUPPORTED"]);
  });
});
