import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { manifestText, parseManifest, readManifest } from "../../../connectors/files/manifest.js";
import { batchFromRows } from "../../../engine/arrow/columns.js";
import { field, types, windowType, type Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import type { FileSystem } from "../../../engine/contract/fileSystem.js";
import type { SinkContext } from "../../../engine/contract/provider.js";
import type { OutputBatchInfo, Sink } from "../../../engine/contract/sink.js";
import { localFileSystem } from "../../../runtime/localFileSystem.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";
import { jsonSinkProvider, parquetSinkProvider } from "../../../sinks/files/sink.js";
import { sinkIdentity } from "../../contracts/sinkContract.js";
import { temporaryFolder } from "../sources/support.js";

const schema = types.struct([field("a", types.int)]);

function contextOf(options: Record<string, string>, parts: Partial<SinkContext> = {}): SinkContext {
  const base = {
    runtime: systemRuntime(),
    schema,
    outputMode: "append",
    streaming: true,
    partitionBy: [],
    conf: {},
    print: () => {},
    warn: () => {},
  } as const;
  return { ...base, options, ...parts };
}

async function write(sink: Sink, batchId: number, rows: Value[][], written: Schema = schema): Promise<void> {
  const info: OutputBatchInfo = {
    batchId,
    outputMode: "append",
    schema: written,
    keyColumns: null,
    changeColumn: null,
    batchTimeMs: 0,
    replay: false,
  };
  const batch = (await sink.open(info))!;
  await batch.write(batchFromRows(written, rows));
  await batch.prepare();
  await batch.commit();
}

describe("the manifest", () => {
  const spark = new URL("../../golden/spark-checkpoints/stateless-filesink-compaction/output/_spark_metadata/", import.meta.url);

  test("is Spark's, byte for byte", () => {
    for (const name of ["0", "9.compact", "19.compact", "22"]) {
      const bytes = readFileSync(new URL(name, spark));
      expect(manifestText(parseManifest(name, bytes))).toBe(bytes.toString());
    }
  });

  test("gets an entry a batch, every tenth with all files before it, and lists what Spark's does", async () => {
    const path = await temporaryFolder();
    const sink = parquetSinkProvider.create(contextOf({ path }));
    await sink.start(sinkIdentity);
    for (let batchId = 0; batchId < 23; batchId++) await write(sink, batchId, batchId === 4 ? [] : [[batchId]]);
    expect(readdirSync(join(path, "_spark_metadata")).toSorted()).toEqual(
      readdirSync(spark)
        .filter((name) => !name.endsWith(".crc"))
        .toSorted(),
    );
    const read = (name: string): string => readFileSync(join(path, "_spark_metadata", name), "utf8");
    expect(read("4")).toBe("v1");
    expect(parseManifest("19", Buffer.from(read("19.compact"))).length).toBe(19);
    const { entries, latest } = await readManifest(localFileSystem, join(path, "_spark_metadata"));
    expect([entries.length, latest]).toEqual([22, 22]);
    expect(Object.keys(entries[0]!)).toEqual(["path", "size", "isDir", "modificationTime", "blockReplication", "blockSize", "action"]);
    expect(entries[0]!.path).toMatch(/^file:\/\/\/.*\/part-00000-[0-9a-f-]{36}-c000\.snappy\.parquet$/);
    expect(entries.every((entry) => readFileSync(new URL(entry.path)).length === entry.size)).toBe(true);
  });

  test("has no gap when an output begins in the middle of a query", async () => {
    const path = await temporaryFolder();
    const sink = jsonSinkProvider.create(contextOf({ path }));
    await sink.start(sinkIdentity);
    await write(sink, 12, [[1]]);
    expect(readdirSync(join(path, "_spark_metadata")).toSorted()).toEqual(["10", "11", "12", "9.compact"]);
    expect((await readManifest(localFileSystem, join(path, "_spark_metadata"))).entries.length).toBe(1);
  });

  test("loses old entries that a compact one repeats, but not at once", async () => {
    const path = await temporaryFolder();
    let nowMs = Date.now();
    const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep: async () => {} };
    const sink = jsonSinkProvider.create(contextOf({ path }, { runtime: systemRuntime({ clock }) }));
    await sink.start(sinkIdentity);
    for (let batchId = 0; batchId < 19; batchId++) await write(sink, batchId, [[batchId]]);
    expect(readdirSync(join(path, "_spark_metadata")).length).toBe(19);
    nowMs += 11 * 60 * 1000;
    await write(sink, 19, [[19]]);
    expect(readdirSync(join(path, "_spark_metadata"))).toEqual(["19.compact"]);
    expect((await readManifest(localFileSystem, join(path, "_spark_metadata"))).entries.length).toBe(20);
  });

  test("is not written by two runs", async () => {
    const path = await temporaryFolder();
    const [stalled, current] = [jsonSinkProvider.create(contextOf({ path })), jsonSinkProvider.create(contextOf({ path }))];
    await stalled.start(sinkIdentity);
    await current.start({ ...sinkIdentity, runId: "run-2" });
    await write(current, 0, [[1]]);
    await expect(write(stalled, 0, [[2]])).rejects.toMatchObject({
      condition: "CONCURRENT_STREAM_LOG_UPDATE",
      parameters: { batchId: "0" },
    });
  });
});

const refused = (parts: Partial<SinkContext>, options: Record<string, string> = { path: "x" }): unknown => {
  try {
    parquetSinkProvider.create(contextOf(options, parts));
  } catch (error) {
    return error;
  }
  return null;
};

const systemError = (code: string): Error => Object.assign(new Error(`${code}: no`), { code });

const failingFiles = (code: string, operation: "create" | "addNew"): FileSystem => ({
  ...localFileSystem,
  create: (name) => (operation === "create" ? Promise.reject(systemError(code)) : localFileSystem.create(name)),
  addNew: (name, bytes) =>
    operation === "addNew" && name.includes("_spark_metadata") ? Promise.reject(systemError(code)) : localFileSystem.addNew(name, bytes),
});

describe("a file sink", () => {
  test("writes JSON lines as Spark does, windows and all", async () => {
    const path = await temporaryFolder();
    const wide = types.struct([field("w", windowType), field("d", types.double), field("s", types.string)]);
    const sink = jsonSinkProvider.create(contextOf({ path }, { schema: wide }));
    await sink.start(sinkIdentity);
    await write(
      sink,
      0,
      [
        [[0n, 600_000_000n], 1, 'a"b'],
        [null, 1e10, null],
      ],
      wide,
    );
    const name = readdirSync(path).find((file) => file.endsWith(".json"))!;
    expect(readFileSync(join(path, name), "utf8")).toBe(
      '{"w":{"start":"1970-01-01T00:00:00.000Z","end":"1970-01-01T00:10:00.000Z"},"d":1.0,"s":"a\\"b"}\n{"d":1.0E10}\n',
    );
  });

  test("of a batch write needs no manifest and says when it is done", async () => {
    const path = join(await temporaryFolder(), "out");
    const sink = jsonSinkProvider.create(contextOf({ path }, { streaming: false, outputMode: "complete" }));
    await sink.start(sinkIdentity);
    await write(sink, 0, [[1], [2]]);
    expect(readdirSync(path).toSorted()).toEqual(["_SUCCESS", expect.stringMatching(/^part-00000-.*-c000\.json$/)]);
  });

  test("of a batch write is refused where a stream writes", async () => {
    const path = await temporaryFolder();
    await jsonSinkProvider.create(contextOf({ path })).start(sinkIdentity);
    const batch = jsonSinkProvider.create(contextOf({ path }, { streaming: false }));
    await expect(batch.start(sinkIdentity)).rejects.toMatchObject({ condition: "SINK_BELONGS_TO_ANOTHER_QUERY" });
  });

  test("does not go on with what Spark wrote", async () => {
    const path = await temporaryFolder();
    await localFileSystem.addNew(join(path, "_spark_metadata", "0"), new TextEncoder().encode("v1"));
    await expect(jsonSinkProvider.create(contextOf({ path })).start(sinkIdentity)).rejects.toMatchObject({
      condition: "SINK_BELONGS_TO_ANOTHER_QUERY",
    });
  });

  test("refuses types and options that it has no form for", () => {
    expect(refused({ schema: types.struct([field("n", types.null)]) })).toMatchObject({
      condition: "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
      parameters: { format: "Parquet", columnName: "`n`", columnType: '"VOID"' },
    });
    expect(refused({ schema: types.struct([]) })).toMatchObject({ condition: "EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE" });
    expect(refused({ schema: types.struct([field("i", types.intervalDayTime)]) })).toMatchObject({ condition: "NOT_YET_SUPPORTED" });
    expect(refused({ partitionBy: ["nobody"] })).toMatchObject({ condition: "PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA" });
    expect(refused({}, {})).toMatchObject({ condition: "MISSING_OPTION", parameters: { option: "path" } });
    expect(refused({}, { path: "x", compresion: "gzip" })).toMatchObject({
      condition: "UNKNOWN_OPTION",
      parameters: { suggestion: "Did you mean `compression`?" },
    });
    expect(refused({}, { path: "x", compression: "rar" })).toMatchObject({ condition: "INVALID_OPTION_VALUE" });
  });

  test("names the path when the disk is full, and leaves nothing visible", async () => {
    const path = await temporaryFolder();
    for (const [code, operation, condition] of [
      ["ENOSPC", "create", "SINK_WRITE_FAILED.DISK_FULL"],
      ["EACCES", "create", "SINK_WRITE_FAILED.PERMISSION_DENIED"],
      ["EIO", "addNew", "SINK_WRITE_FAILED.IO"],
    ] as const) {
      const sink = jsonSinkProvider.create(contextOf({ path }, { runtime: systemRuntime({ files: failingFiles(code, operation) }) }));
      await sink.start(sinkIdentity);
      await expect(write(sink, 0, [[1]])).rejects.toMatchObject({ condition, parameters: { code } });
      expect((await readManifest(localFileSystem, join(path, "_spark_metadata"))).entries).toEqual([]);
    }
  });

  test("takes its files away when a batch is aborted", async () => {
    const path = await temporaryFolder();
    const sink = jsonSinkProvider.create(contextOf({ path, maxRecordsPerFile: "1" }));
    await sink.start(sinkIdentity);
    const info: OutputBatchInfo = {
      batchId: 0,
      outputMode: "append",
      schema,
      keyColumns: null,
      changeColumn: null,
      batchTimeMs: 0,
      replay: false,
    };
    const batch = (await sink.open(info))!;
    await batch.write(batchFromRows(schema, [[1], [2], [3]]));
    expect(readdirSync(path).filter((name) => name.startsWith("part-")).length).toBe(3);
    await batch.abort();
    expect(readdirSync(path).filter((name) => name.startsWith("part-"))).toEqual([]);
    expect(existsSync(join(path, "_spark_metadata", "0"))).toBe(false);
  });
});
