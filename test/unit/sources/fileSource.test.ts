import { readdirSync, readFileSync } from "node:fs";
import { rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { field, types } from "../../../engine/arrow/types.js";
import type { FileSystem } from "../../../engine/contract/fileSystem.js";
import { localFileSystem } from "../../../runtime/localFileSystem.js";
import { jsonProvider, textProvider } from "../../../sources/files/source.js";
import { memoryLog } from "../../../sources/files/seenFilesLog.js";
import { readRange } from "../../contracts/sourceContract.js";
import { drain, open, put, temporaryFolder } from "./support.js";

const schema = types.struct([field("a", types.int)]);
const row = (a: number): string => `{"a":${a}}`;

interface GoldenCase {
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
  readonly files: readonly { file: string; mtime: number; text: string; gzip?: boolean }[];
  readonly batches: readonly { rows: readonly { a: number }[] }[];
}

describe("Spark's own file source took", () => {
  test.each(["filename-only", "gzip", "hidden-skipped", "maxbytes", "order-mtime"])(
    "the same files in the same batches: %s",
    async (name) => {
      const golden = JSON.parse(
        readFileSync(new URL(`../../golden/cases/source-file-${name}.json`, import.meta.url), "utf8"),
      ) as GoldenCase;
      const folder = await temporaryFolder();
      for (const { file, mtime, text, gzip } of golden.files) await put(join(folder, file), gzip ? gzipSync(text) : text, mtime);
      const { trigger: _, ...options } = golden.options;
      const source = await open(jsonProvider, { ...options, path: folder }, schema);
      await source.prepareForAvailableNow();
      const batches = await drain(source);
      expect(batches).toEqual(golden.batches.map((batch) => batch.rows.map((value) => JSON.stringify(value))));
    },
  );

  test("the files that its log of a checkpoint lists, compact entries included", async () => {
    const checkpoint = new URL("../../golden/spark-checkpoints/stateless-filesink-compaction/checkpoint/sources/0/", import.meta.url);
    const read = (name: string): string => readFileSync(new URL(name, checkpoint), "utf8");
    const log = memoryLog();
    const kept: string[] = [];
    const folder = await temporaryFolder();
    await put(join(folder, "t", "batch-0000.json"), row(0), 1_700_000_000);
    // Our own run over the same files must write the same log, byte for byte but for the folder.
    const source = await open(jsonProvider, { path: join(folder, "t"), maxFilesPerTrigger: "1" }, schema, { log });
    for (let i = 0; i <= 22; i++) {
      const name = `batch-${String(i).padStart(4, "0")}.json`;
      await put(join(folder, "t", name), row(i), 1_700_000_000 + i * 10);
      kept.push(name);
    }
    expect((await drain(source)).map((batch) => batch.length)).toEqual(kept.map(() => 1));
    const theirs = (text: string): string => text.replaceAll("file:///data/spark/stateless-filesink-compaction/input", `file://${folder}`);
    expect(await log.getCompact(19)).toBe(theirs(read("19.compact")));
    expect(await log.getCompact(9)).toBe(theirs(read("9.compact")));
    for (const id of [10, 18, 20, 22]) expect(await log.get(id)).toBe(theirs(read(String(id))));
    // A new run goes on behind it, and can still read what the old one took.
    const next = await open(jsonProvider, { path: join(folder, "t") }, schema, { log });
    expect(await drain(next, '{"logOffset":22}')).toEqual([]);
    expect(await readRange(next, '{"logOffset":17}', '{"logOffset":20}')).toEqual([row(18), row(19), row(20)]);
  });
});

const readSorted = async (options: Record<string, string>): Promise<string[]> =>
  (await drain(await open(textProvider, options, null))).flat().toSorted();

const manifestEntry = (name: string): string =>
  JSON.stringify({
    path: `file:///elsewhere/${name}`,
    size: 6,
    isDir: false,
    modificationTime: 100_000,
    blockReplication: 1,
    blockSize: 33_554_432,
    action: "add",
  });

describe("the file source", () => {
  test("takes files of one time by path, the newest first when asked", async () => {
    const folder = await temporaryFolder();
    for (const [name, seconds] of [
      ["b", 5],
      ["a", 5],
      ["c", 4],
      ["d", 6],
    ] as const)
      await put(join(folder, `${name}.txt`), name, seconds);
    expect(await drain(await open(textProvider, { path: folder, maxFilesPerTrigger: "3" }, null))).toEqual([["c", "a", "b"], ["d"]]);
    expect(await drain(await open(textProvider, { path: folder, maxFilesPerTrigger: "3", latestFirst: "true" }, null))).toEqual([
      ["d", "a", "b"],
      ["c"],
    ]);
    const bounded = await open(textProvider, { path: folder }, null, { bounded: true });
    expect(await drain(bounded)).toEqual([["a", "b", "c", "d"]]);
    await put(join(folder, "e.txt"), "e", 7);
    expect(await bounded.latestOffset('{"logOffset":0}', {})).toBe('{"logOffset":0}');
  });

  test("leaves out files much older than the newest, unless the newest come first", async () => {
    const folder = await temporaryFolder();
    await put(join(folder, "new.txt"), "new", 2_000_000);
    const options = { path: folder, maxFileAge: "1d", maxFilesPerTrigger: "9" };
    for (const [latestFirst, expected] of [
      ["false", [["new"], ["day"]]],
      ["true", [["new"], ["day", "old"]]],
    ] as const) {
      const source = await open(textProvider, { ...options, latestFirst }, null);
      const first = await drain(source);
      await put(join(folder, "old.txt"), "old", 2_000_000 - 86_401);
      await put(join(folder, "day.txt"), "day", 2_000_000 - 86_400);
      expect([...first, ...(await drain(source, '{"logOffset":0}'))]).toEqual(expected);
      await rm(join(folder, "old.txt"));
      await rm(join(folder, "day.txt"));
    }
  });

  test("lists the folder again only when the files it knows of run out", async () => {
    const folder = await temporaryFolder();
    for (let i = 0; i < 20; i++) await put(join(folder, `${10 + i}.txt`), String(i), 100 + i);
    let lists = 0;
    const files = { ...localFileSystem, list: (path: string) => (lists++, localFileSystem.list(path)) };
    const source = await open(textProvider, { path: folder, maxFilesPerTrigger: "1" }, null, { files });
    expect((await drain(source)).flat()).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
    expect(lists).toBeLessThanOrEqual(3);
  });

  test("looks only at files it does not know, where the file system gives names alone", async () => {
    const folder = await temporaryFolder();
    const looked: string[] = [];
    const files = {
      ...localFileSystem,
      listNames: async (path: string) => readdirSync(path),
      list: () => Promise.reject(new Error("a listing of everything")),
      status: (path: string) => (looked.push(path), localFileSystem.status(path)),
    };
    const source = await open(textProvider, { path: folder }, null, { files });
    for (const name of ["1.txt", "2.txt", "3.txt"]) {
      await put(join(folder, name), name, 100);
      await drain(source, looked.some((path) => path.endsWith("1.txt")) ? '{"logOffset":0}' : null);
    }
    // Once when it is found, and once for each batch that reads it: the second file is in two.
    const expected = ["1.txt", "1.txt", "2.txt", "2.txt", "3.txt", "2.txt", "3.txt"];
    expect(looked.filter((path) => path.endsWith(".txt")).toSorted()).toEqual(expected.map((name) => join(folder, name)).toSorted());
  });

  test("finds files by pattern, in folders below, by name", async () => {
    const folder = await temporaryFolder();
    for (const name of ["x/1.txt", "x/2.log", "y/3.txt", "y/z/4.txt", "_h/5.txt", "w [1]/6.txt"]) await put(join(folder, name), name, 100);
    expect(await readSorted({ path: `${folder}/*` })).toEqual(["w [1]/6.txt", "x/1.txt", "x/2.log", "y/3.txt"]);
    expect(await readSorted({ path: `${folder}/{x,y}/*.txt` })).toEqual(["x/1.txt", "y/3.txt"]);
    expect(await readSorted({ path: `${folder}/[xy]/?.log` })).toEqual(["x/2.log"]);
    expect(await readSorted({ path: `${folder}/nothing*` })).toEqual([]);
    expect(await readSorted({ path: folder, recursiveFileLookup: "true", pathGlobFilter: "*.txt" })).toEqual([
      "w [1]/6.txt",
      "x/1.txt",
      "y/3.txt",
      "y/z/4.txt",
    ]);
    expect(await readSorted({ path: `file://${folder}/x/1.txt` })).toEqual(["x/1.txt"]);
    expect(await readSorted({ path: folder })).toEqual([]);
  });

  test("keeps names with spaces, percent signs and umlauts through its log", async () => {
    const folder = await temporaryFolder();
    await put(join(folder, "a b%20ü#?.txt"), "x", 100);
    const log = memoryLog();
    await (await open(textProvider, { path: folder }, null, { log })).latestOffset(null, {});
    expect(await drain(await open(textProvider, { path: folder }, null, { log }))).toEqual([["x"]]);
  });

  test("runs first what a run planned that died before it said so", async () => {
    const folder = await temporaryFolder();
    await put(join(folder, "1.txt"), "1", 100);
    const log = memoryLog();
    await (await open(textProvider, { path: folder }, null, { log })).latestOffset(null, {});
    await put(join(folder, "2.txt"), "2", 200);
    expect(await drain(await open(textProvider, { path: folder }, null, { log }))).toEqual([["1"], ["2"]]);
  });

  test("reads only what a streaming sink's manifest lists", async () => {
    const folder = await temporaryFolder();
    await put(join(folder, "listed.txt"), "listed", 100);
    await put(join(folder, "leftover.txt"), "leftover", 100);
    await put(join(folder, "_spark_metadata/0"), `v1\n${manifestEntry("listed.txt")}`, 100);
    const source = await open(textProvider, { path: folder }, null);
    expect(await drain(source)).toEqual([["listed"]]);
    await put(join(folder, "second.txt"), "second", 100);
    await put(join(folder, "_spark_metadata/1"), `v1\n${manifestEntry("second.txt")}`, 100);
    await put(join(folder, "_spark_metadata/.2.tmp"), "v1", 100);
    expect(await drain(source, '{"logOffset":0}')).toEqual([["second"]]);
    await put(join(folder, "_spark_metadata/3"), "v1", 100);
    await expect(source.latestOffset('{"logOffset":1}', {})).rejects.toMatchObject({
      condition: "MANIFEST_INCOMPLETE",
      parameters: { batchId: "2" },
    });
  });

  test("gives whole files as rows", async () => {
    const folder = await temporaryFolder();
    await put(join(folder, "1.txt"), "a\nb\n", 100);
    await put(join(folder, "2.txt"), "", 200);
    expect(await drain(await open(textProvider, { path: folder, wholetext: "true", maxFilesPerTrigger: "1" }, null))).toEqual([
      ['["a\\nb\\n"]'],
      [],
    ]);
  });
});

const refusal = (condition: string, parameters: Record<string, string> = {}): object => ({
  condition,
  parameters: expect.objectContaining(parameters) as object,
});

describe("the file source refuses", () => {
  test("what it is not told, or told wrongly", () => {
    const cases: [Record<string, string>, string, Record<string, string>][] = [
      [{}, "MISSING_OPTION", { option: "path" }],
      [{ path: "x", maxFilesPerTriger: "1" }, "UNKNOWN_OPTION", { suggestion: "Did you mean `maxFilesPerTrigger`?" }],
      [{ path: "x", maxFilesPerTrigger: "0" }, "INVALID_OPTION_VALUE", { option: "maxFilesPerTrigger" }],
      [{ path: "x", discardCachedInputRatio: "2" }, "INVALID_OPTION_VALUE", { option: "discardCachedInputRatio" }],
      [{ path: "x", modifiedAfter: "soon" }, "INVALID_OPTION_VALUE", { option: "modifiedAfter" }],
      [{ path: "x", cleanSource: "delete" }, "NOT_YET_SUPPORTED", {}],
    ];
    for (const [options, condition, parameters] of cases) {
      expect(() => jsonProvider.schema(options, schema)).toThrow(expect.objectContaining(refusal(condition, parameters)));
    }
    expect(() => jsonProvider.schema({ path: "x" }, null)).toThrow(
      expect.objectContaining(refusal("STREAMING_SOURCE_NEEDS_SCHEMA", { format: "json" })),
    );
    expect(() => textProvider.schema({ path: "x" }, schema)).toThrow(expect.objectContaining(refusal("INVALID_TEXT_SCHEMA")));
  });

  test("paths, folders and files that it cannot read", async () => {
    const folder = await temporaryFolder();
    await expect(open(textProvider, { path: join(folder, "no") }, null)).rejects.toMatchObject(
      refusal("PATH_NOT_FOUND", { path: `file:${folder}/no` }),
    );
    for (const name of ["x.gz", "x.deflate", "x.bz2", "x.zst", "x.lz4", "x.snappy", "x.xz"]) {
      await put(join(folder, name), "this is not compressed", 100);
      const condition = name === "x.xz" ? "NOT_YET_SUPPORTED" : "FAILED_READ_FILE.NO_HINT";
      await expect(drain(await open(textProvider, { path: join(folder, name) }, null))).rejects.toMatchObject(refusal(condition));
    }
  });

  test.each([
    ["a file", "x.txt", {}],
    ["a file that is one row", "x.txt", { wholetext: "true" }],
    ["a compressed file, where it could end", "x.txt.gz", {}],
  ])("%s that has become shorter since it was opened", async (_what, name, options) => {
    const folder = await temporaryFolder();
    const path = join(folder, name);
    const half = name.endsWith(".gz") ? gzipSync("one\n") : Buffer.from("one\n");
    await put(path, Buffer.concat([half, half]), 100);
    const files: FileSystem = {
      ...localFileSystem,
      async open(file) {
        const opened = await localFileSystem.open(file);
        await truncate(path, half.length);
        return opened;
      },
    };
    const source = await open(textProvider, { path: folder, ...options }, null, { files });
    const parameters = { path: `file:${path}`, size: String(2 * half.length), read: String(half.length) };
    await expect(drain(source)).rejects.toMatchObject(refusal("FAILED_READ_FILE.FILE_SHRANK", parameters));
  });

  test("a log of seen files that is damaged or written by two", async () => {
    const folder = await temporaryFolder();
    await put(join(folder, "1.txt"), "1", 100);
    for (const [text, condition] of [
      ["", "CHECKPOINT_CORRUPT"],
      ["x", "MALFORMED_LOG_FILE"],
      ["v2\n{}", "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION"],
      ['v1\n{"path"', "CHECKPOINT_CORRUPT"],
      ['v1\n{"pith":"file:///x","timestamp":1,"batchId":0}', "CHECKPOINT_CORRUPT"],
      ['v1\n{"path":"file:///x","timestamp":1,"batchId":1}', "CHECKPOINT_CORRUPT"],
    ] as const) {
      const log = memoryLog();
      await log.add(0, text);
      await expect(open(textProvider, { path: folder }, null, { log })).rejects.toMatchObject(refusal(condition));
    }
    const log = memoryLog();
    const [one, two] = [
      await open(textProvider, { path: folder }, null, { log }),
      await open(textProvider, { path: folder }, null, { log }),
    ];
    await one.latestOffset(null, {});
    await expect(two.latestOffset(null, {})).rejects.toMatchObject(refusal("CONCURRENT_STREAM_LOG_UPDATE", { batchId: "0" }));
  });
});
