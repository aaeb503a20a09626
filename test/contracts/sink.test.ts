import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Batch } from "../../engine/arrow/batch.js";
import { retainBatch } from "../../engine/arrow/columns.js";
import type { SinkContext, SinkProvider } from "../../engine/contract/provider.js";
import { readAll } from "../../engine/contract/source.js";
import { systemRuntime } from "../../runtime/systemRuntime.js";
import { consoleSinkProvider } from "../../sinks/console/sink.js";
import { jsonSinkProvider, parquetSinkProvider } from "../../sinks/files/sink.js";
import { foreachBatchSinkProvider } from "../../sinks/foreach/sink.js";
import { memorySinkProvider } from "../../sinks/memory/sink.js";
import { memory } from "../memory.js";
import { jsonProvider, parquetProvider } from "../../sources/files/source.js";
import { readRange } from "./sourceContract.js";
import { sinkContract, sinkSchema, textRows } from "./sinkContract.js";

const runtime = systemRuntime();

function contextOf(options: Record<string, string>, print: (line: string) => void = () => {}): SinkContext {
  return { runtime, options, schema: sinkSchema, outputMode: "append", streaming: true, partitionBy: [], conf: {}, print, warn: () => {} };
}

sinkContract("memory", async () => {
  memory.drop("sink-contract");
  return {
    open: () => memorySinkProvider(memory).create(contextOf({ queryName: "sink-contract" })),
    visible: async () => textRows([memory.table("sink-contract").content(sinkSchema)]),
    exactlyOnce: true,
    close: async () => memory.drop("sink-contract"),
  };
});

sinkContract("foreachBatch", async () => {
  const batches: Batch[] = [];
  return {
    open: () => foreachBatchSinkProvider((rows) => void batches.push(rows)).create(contextOf({})),
    visible: async () => textRows(batches),
    exactlyOnce: false,
    close: async () => {},
  };
});

sinkContract("console", async () => {
  const lines: string[] = [];
  return {
    open: () => consoleSinkProvider.create(contextOf({ truncate: "false" }, (line) => lines.push(line))),
    visible: async () =>
      lines
        .filter((line) => line.startsWith("|k") && !line.startsWith("|key"))
        .map((line) =>
          line
            .split("|")
            .slice(1, -1)
            .map((cell) => cell.trim()),
        ),
    exactlyOnce: false,
    close: async () => {},
  };
});

/** What a reader of the folder finds: our own source, which reads only what the manifest lists. */
async function readFolder(provider: typeof parquetProvider, path: string): Promise<string[][]> {
  const source = await provider.create({
    runtime,
    options: { path },
    schema: sinkSchema,
    log: null,
    bounded: true,
    conf: {},
    warn: () => {},
  });
  const end = await source.latestOffset(null, readAll);
  if (end === null) return [];
  const scan = source.scan({ schema: sinkSchema, filters: [] });
  if (scan.decode?.format === "json") {
    const lines = await readRange(source, null, end);
    return lines.map((line) => JSON.parse(line) as { key: string; value: string }).map(({ key, value }) => [key, value]);
  }
  const batches: Batch[] = [];
  for (const partition of await scan.partitions(null, end)) {
    const reader = await scan.open(partition);
    if (reader.kind !== "columns") throw new Error("a reader of columns");
    for (let batch = await reader.next(); batch !== null; batch = await reader.next()) batches.push(retainBatch(batch));
    await reader.close();
  }
  return textRows(batches);
}

function fileSinkContract(
  name: string,
  provider: SinkProvider,
  read: (path: string) => Promise<string[][]>,
  options: Record<string, string>,
): void {
  sinkContract(name, async () => {
    const folder = await mkdtemp(join(tmpdir(), "sink-"));
    const path = join(folder, "out");
    return {
      open: () => provider.create(contextOf({ path, ...options })),
      visible: async () => ((await runtime.files.status(path)) ? read(path) : []),
      exactlyOnce: true,
      close: () => rm(folder, { recursive: true, force: true }),
    };
  });
}

fileSinkContract("parquet files", parquetSinkProvider, (path) => readFolder(parquetProvider, path), {});
fileSinkContract("parquet files of two rows", parquetSinkProvider, (path) => readFolder(parquetProvider, path), { maxRecordsPerFile: "2" });
fileSinkContract("json files", jsonSinkProvider, (path) => readFolder(jsonProvider, path), {});
fileSinkContract("gzipped json files", jsonSinkProvider, (path) => readFolder(jsonProvider, path), { compression: "gzip" });
