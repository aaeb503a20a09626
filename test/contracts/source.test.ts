import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { encodeParquet } from "../../connectors/parquet/write.js";
import { batchFromRows } from "../../engine/arrow/columns.js";
import { field, types, type Schema } from "../../engine/arrow/types.js";
import type { SourceProvider } from "../../engine/contract/provider.js";
import type { Clock } from "../../engine/contract/clock.js";
import type { SourceLog } from "../../engine/contract/source.js";
import { systemRuntime } from "../../runtime/systemRuntime.js";
import { jsonProvider, parquetProvider, textProvider } from "../../sources/files/source.js";
import { memoryLog } from "../../sources/files/seenFilesLog.js";
import { generatorProvider } from "../../sources/generator/source.js";
import { memoryProvider, MemoryStream } from "../../sources/memory/source.js";
import { rateProvider } from "../../sources/rate/source.js";
import { sourceContract, type SourceFixture } from "./sourceContract.js";

const numbers = types.struct([field("a", types.int), field("b", types.string)]);

function opener(
  provider: SourceProvider,
  options: Record<string, string>,
  userSchema: Schema | null,
  log: SourceLog,
  clock?: Clock,
): SourceFixture["open"] {
  const runtime = systemRuntime(clock ? { clock } : {});
  const schema = provider.schema(options, userSchema);
  return () => provider.create({ runtime, options, schema, log, bounded: false, conf: {}, warn: () => {} });
}

/** A clock that only the test moves. */
function steppedClock(): Clock & { step(ms: number): void } {
  let ms = 1_700_000_000_000;
  return { nowMs: () => ms, monotonicMs: () => ms, sleep: async () => {}, step: (by) => void (ms += by) };
}

sourceContract("memory", async () => {
  const stream = new MemoryStream(numbers);
  let next = 0;
  return {
    schema: numbers,
    open: opener(memoryProvider, { stream: stream.id }, null, memoryLog()),
    addData: async () =>
      void stream.addData([
        [next++, "x"],
        [next++, null],
      ]),
    close: async () => stream.close(),
  };
});

sourceContract("rate", async () => {
  const clock = steppedClock();
  return {
    schema: rateProvider.schema({}, null),
    open: opener(rateProvider, { rowsPerSecond: "7", numPartitions: "2" }, null, memoryLog(), clock),
    addData: async () => clock.step(1000),
    close: async () => {},
  };
});

sourceContract("generator", async () => {
  const clock = steppedClock();
  const options = { rowsPerSecond: "20" };
  return {
    schema: generatorProvider.schema(options, null),
    open: opener(generatorProvider, { ...options, rows: "100" }, null, memoryLog(), clock),
    addData: async () => clock.step(1000),
    close: async () => {},
  };
});

type Write = (path: string, first: number) => Promise<void>;

const jsonLines = (first: number): string => `{"a":${first},"b":"x"}\n{"a":${first + 1}}`;

const formats: readonly [name: string, provider: SourceProvider, schema: Schema, write: Write][] = [
  ["json files", jsonProvider, numbers, (path, first) => writeFile(`${path}.json`, jsonLines(first))],
  ["gzipped json files", jsonProvider, numbers, (path, first) => writeFile(`${path}.json.gz`, gzipSync(jsonLines(first)))],
  [
    "text files",
    textProvider,
    types.struct([field("value", types.string)]),
    (path, first) => writeFile(`${path}.txt`, `line ${first}\nline ü\n`),
  ],
  [
    "parquet files",
    parquetProvider,
    numbers,
    async (path, first) => {
      const batch = batchFromRows(numbers, [
        [first, "x"],
        [first + 1, null],
      ]);
      await writeFile(`${path}.parquet`, await encodeParquet([batch], numbers, { codec: "snappy", dictionary: true }));
    },
  ],
];

for (const [name, provider, schema, write] of formats) {
  sourceContract(name, async () => {
    const folder = await mkdtemp(join(tmpdir(), "source-"));
    let next = 0;
    return {
      schema,
      open: opener(provider, { path: folder }, schema, memoryLog()),
      async addData() {
        const path = join(folder, `f${String(next).padStart(3, "0")}`);
        await write(path, next++);
      },
      close: () => rm(folder, { recursive: true, force: true }),
    };
  });
}
