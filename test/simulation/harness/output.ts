import { deepStrictEqual, equal } from "node:assert/strict";
import { manifestFolder, parseManifest, type ManifestEntry } from "../../../connectors/files/manifest.js";
import { pathOfUri } from "../../../connectors/files/uri.js";
import { openParquet, parquetSchema } from "../../../connectors/parquet/read.js";
import { rowsOf } from "../../../engine/arrow/columns.js";
import { assert } from "../../../engine/errors/assert.js";
import type { FileSystem } from "../../../engine/contract/fileSystem.js";
import type { ColumnsReader } from "../../../engine/contract/source.js";
import { textOf, type BatchRows } from "./text.js";

/** The ids of a log's entries, ascending. */
export async function logIds(files: FileSystem, folder: string): Promise<number[]> {
  const names = (await files.list(folder)).map(({ name }) => name).filter((name) => /^\d+$/.test(name));
  return names.map(Number).toSorted((a, b) => a - b);
}

/** The logs of a checkpoint whose query has ended: no gap in them, everything planned is committed, and what commits name is there. */
export async function checkLogs(files: FileSystem, checkpoint: string, retained: number): Promise<void> {
  const planned = await logIds(files, `${checkpoint}/offsets`);
  const committed = await logIds(files, `${checkpoint}/commits`);
  equal(committed.at(-1), planned.at(-1), "the last batch that was planned is committed");
  for (const ids of [planned, committed]) {
    // A purge that a crash cut short leaves holes at the low end, which nobody reads.
    const kept = ids.slice(-retained);
    deepStrictEqual(
      kept,
      kept.map((_, i) => kept[0]! + i),
    );
  }
  for (const id of committed.slice(-retained)) {
    const lines = new TextDecoder().decode(await files.read(`${checkpoint}/commits/${id}`)).split("\n");
    const { stateFile } = JSON.parse(lines[1]!) as { stateFile?: string };
    assert(stateFile === undefined || (await files.status(`${checkpoint}/state/${stateFile}`)) !== null, `${stateFile} is not there`);
  }
}

/** The rows that the manifest of a file sink lists, by batch. Every listed file must be there, once, with the size that is listed. */
export async function fileOutput(files: FileSystem, folder: string, format: string): Promise<Map<number, BatchRows>> {
  const output = new Map<number, BatchRows>();
  const seen = new Set<string>();
  const names = (await files.list(`${folder}/${manifestFolder}`)).map(({ name }) => name).filter((name) => /^\d+(\.compact)?$/.test(name));
  const ids = names.map((name) => Number.parseInt(name, 10));
  equal(new Set(ids).size, ids.length, "an entry of the manifest is there twice");
  for (const name of names.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))) {
    const path = `${folder}/${manifestFolder}/${name}`;
    const entries = parseManifest(path, (await files.read(path))!);
    equal(new Set(entries.map((entry) => entry.path)).size, entries.length, `${path} lists a file twice`);
    const isNew = (entry: ManifestEntry): boolean => !name.endsWith(".compact") || !seen.has(entry.path);
    const rows: string[] = [];
    for (const entry of entries.filter(isNew)) {
      assert(!seen.has(entry.path), `${entry.path} is listed by two batches`);
      seen.add(entry.path);
      rows.push(...(await rowsOfFile(files, entry, format)));
    }
    output.set(Number.parseInt(name, 10), rows);
  }
  return output;
}

async function rowsOfFile(files: FileSystem, entry: ManifestEntry, format: string): Promise<string[]> {
  const path = pathOfUri(entry.path);
  const bytes = await files.read(path);
  assert(bytes !== null, `the listed file ${path} is not there`);
  equal(bytes.length, entry.size, `the size of ${path}`);
  if (format === "json")
    return new TextDecoder()
      .decode(bytes)
      .split("\n")
      .filter((line) => line !== "");
  const schema = await parquetSchema((await files.open(path))!, path);
  return readAll(await openParquet((await files.open(path))!, path, schema, 1000));
}

async function readAll(reader: ColumnsReader): Promise<string[]> {
  const rows: string[] = [];
  for (let batch = await reader.next(); batch !== null; batch = await reader.next()) rows.push(...rowsOf(batch).map(textOf));
  await reader.close();
  return rows;
}
