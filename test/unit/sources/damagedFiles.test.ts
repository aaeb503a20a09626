import { execFileSync } from "node:child_process";
import { mkdir, rm, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { encodeParquet } from "../../../connectors/parquet/write.js";
import { batchFromRows } from "../../../engine/arrow/columns.js";
import { field, types } from "../../../engine/arrow/types.js";
import type { SourceProvider } from "../../../engine/contract/provider.js";
import { localFileSystem } from "../../../runtime/localFileSystem.js";
import { jsonProvider, parquetProvider, textProvider } from "../../../sources/files/source.js";
import { readRange } from "../../contracts/sourceContract.js";
import { drain, open, put, temporaryFolder } from "./support.js";

const schema = types.struct([field("a", types.int)]);
const row = (a: number): string => `{"a":${a}}`;

const parquetOf = (values: readonly number[]): Promise<Uint8Array> =>
  encodeParquet(
    [
      batchFromRows(
        schema,
        values.map((value) => [value]),
      ),
    ],
    schema,
    { codec: "snappy", dictionary: true },
  );

const refusal = (condition: string, path: string): object => ({ condition, parameters: expect.objectContaining({ path }) as object });

/** What the source says to the user, each text once as in a run. */
function listener(): { said: string[]; warn: (message: string) => void } {
  const said: string[] = [];
  return { said, warn: (message) => void (said.includes(message) || said.push(message)) };
}

describe("kind: inputs that stop a query for ever: inputs that hold nothing are skipped", () => {
  test.each<[string, SourceProvider, Record<string, string>]>([
    ["x.json", jsonProvider, {}],
    ["x.json.gz", jsonProvider, {}],
    ["x.deflate", jsonProvider, {}],
    ["x.txt.gz", textProvider, { wholetext: "true" }],
    ["x.parquet", parquetProvider, {}],
  ])("%s", async (name, provider, options) => {
    const folder = await temporaryFolder();
    await put(join(folder, name), "", 100);
    const source = await open(provider, { path: folder, ...options }, provider === textProvider ? null : schema);
    expect(await drain(source)).toEqual([[]]);
  });

  test("also where a schema is inferred", async () => {
    const folder = await temporaryFolder();
    await put(join(folder, "0.parquet"), "", 100);
    await put(join(folder, "1.parquet"), await parquetOf([1]), 100);
    const { systemRuntime } = await import("../../../runtime/systemRuntime.js");
    expect(await parquetProvider.inferSchema!({ path: folder }, systemRuntime(), {})).toEqual(schema);
  });
});

describe("kind: inputs that stop a query for ever: files that go", () => {
  test("a file that was taken for a batch and is removed before it is read is left out, and the user is told", async () => {
    const folder = await temporaryFolder();
    await put(join(folder, "bad.json.gz"), "this is not compressed", 100);
    await put(join(folder, "good.json"), row(2), 200);
    const { said, warn } = listener();
    const source = await open(jsonProvider, { path: folder }, schema, { warn });
    const end = (await source.latestOffset(null, {}))!;
    await expect(readRange(source, null, end)).rejects.toMatchObject(refusal("FAILED_READ_FILE.NO_HINT", `file:${folder}/bad.json.gz`));
    await rm(join(folder, "bad.json.gz"));
    expect(await readRange(source, null, end)).toEqual([row(2)]);
    expect(said).toEqual([expect.stringContaining(`${folder}/bad.json.gz`)]);
  });

  test("one that goes between the listing of a batch and its reading is refused, or left out where that is said", async () => {
    const folder = await temporaryFolder();
    await put(join(folder, "gone.json"), row(1), 100);
    for (const conf of [{}, { "spark.sql.files.ignoreMissingFiles": "true" }]) {
      await put(join(folder, "gone.json"), row(1), 100);
      const source = await open(jsonProvider, { path: folder }, schema, { conf });
      const scan = source.scan({ schema, filters: [] });
      const [partition] = await scan.partitions(null, (await source.latestOffset(null, {}))!);
      await rm(join(folder, "gone.json"));
      const opened = scan.open(partition!).then(async (reader) => (reader.kind === "bytes" ? reader.read(new Uint8Array(9)) : null));
      if (Object.keys(conf).length > 0) expect(await opened).toBe(0);
      else await expect(opened).rejects.toMatchObject(refusal("FAILED_READ_FILE.FILE_NOT_EXIST", `file:${folder}/gone.json`));
    }
  });

  test("the folder of a stream goes and comes back: the stream waits for it", async () => {
    const folder = join(await temporaryFolder(), "in");
    await put(join(folder, "1.json"), row(1), 100);
    const { said, warn } = listener();
    const source = await open(jsonProvider, { path: folder }, schema, { warn });
    expect(await drain(source)).toEqual([[row(1)]]);
    await rm(folder, { recursive: true });
    expect(await source.latestOffset('{"logOffset":0}', {})).toBe('{"logOffset":0}');
    expect(said).toEqual([expect.stringContaining(folder)]);
    await put(join(folder, "2.json"), row(2), 200);
    expect(await drain(source, '{"logOffset":0}')).toEqual([[row(2)]]);
    // A new start finds no folder and says so.
    await rm(folder, { recursive: true });
    await expect(open(jsonProvider, { path: folder }, schema)).rejects.toMatchObject(refusal("PATH_NOT_FOUND", `file:${folder}`));
  });

  test("a file that became shorter than it was listed is not read in part", async () => {
    const folder = await temporaryFolder();
    const contents: [string, SourceProvider, string | Uint8Array][] = [
      ["x.json", jsonProvider, `${row(1)}\n${row(2)}`],
      ["x.json.gz", jsonProvider, gzipSync(row(1))],
      ["x.parquet", parquetProvider, await parquetOf([1, 2])],
    ];
    for (const [name, provider, content] of contents) {
      await put(join(folder, name), content, 100);
      const source = await open(provider, { path: join(folder, name) }, schema);
      const end = (await source.latestOffset(null, {}))!;
      await truncate(join(folder, name), 8);
      await expect(readRange(source, null, end)).rejects.toMatchObject(refusal("FAILED_READ_FILE.NO_HINT", `file:${folder}/${name}`));
      await truncate(join(folder, name), 0);
      await expect(readRange(source, null, end)).rejects.toMatchObject(refusal("FAILED_READ_FILE.NO_HINT", `file:${folder}/${name}`));
    }
  });

  test("a part file that is smaller than the manifest says is refused, after a restart too", async () => {
    const folder = await temporaryFolder();
    const bytes = await parquetOf([1, 2]);
    const blocks = { blockReplication: 1, blockSize: 33_554_432 };
    await put(join(folder, "part.parquet"), bytes, 100);
    const entry = {
      path: `file://${folder}/part.parquet`,
      size: bytes.length + 1,
      isDir: false,
      modificationTime: 100_000,
      ...blocks,
      action: "add",
    };
    await put(join(folder, "_spark_metadata/0"), `v1\n${JSON.stringify(entry)}`, 100);
    const { memoryLog } = await import("../../../sources/files/seenFilesLog.js");
    const log = memoryLog();
    await (await open(parquetProvider, { path: folder }, schema, { log })).latestOffset(null, {});
    const restarted = await open(parquetProvider, { path: folder }, schema, { log });
    await expect(readRange(restarted, null, '{"logOffset":0}')).rejects.toMatchObject(
      refusal("FAILED_READ_FILE.NO_HINT", `file:${folder}/part.parquet`),
    );
  });

  test("a file that shrinks while it is read is refused", async () => {
    const folder = await temporaryFolder();
    await put(join(folder, "x.txt"), "a\nb\nc\n", 100);
    const source = await open(textProvider, { path: folder }, null);
    const scan = source.scan({ schema: source.schema, filters: [] });
    const [partition] = await scan.partitions(null, (await source.latestOffset(null, {}))!);
    const reader = await scan.open(partition!);
    if (reader.kind !== "bytes") throw new Error("text is bytes");
    expect(await reader.read(new Uint8Array(2))).toBe(2);
    await truncate(join(folder, "x.txt"), 2);
    await expect(reader.read(new Uint8Array(2))).rejects.toMatchObject(refusal("FAILED_READ_FILE.FILE_SHRANK", `file:${folder}/x.txt`));
    await reader.close();
  });
});

describe("kind: inputs that stop a query for ever: ignoreCorruptFiles", () => {
  test("keeps the whole lines before the damage, in the order of a batch, and tells of each file", async () => {
    const folder = await temporaryFolder();
    const lines = Array.from({ length: 20_000 }, (_, i) => row(i));
    const packed = gzipSync(lines.join("\n"));
    await put(join(folder, "1.json.gz"), packed.subarray(0, packed.length / 2), 100);
    await put(join(folder, "2.json"), row(7), 200);
    await put(join(folder, "3.json.gz"), "no gzip", 300);
    await put(join(folder, "4.json.deflate"), deflateSync(row(8)), 400);
    const { said, warn } = listener();
    const [rows] = await drain(await open(jsonProvider, { path: folder, ignoreCorruptFiles: "true" }, schema, { warn }));
    const before = rows!.length - 2;
    expect(before).toBeGreaterThan(1000);
    expect(rows).toEqual([...lines.slice(0, before), row(7), row(8)]);
    expect(said).toEqual([expect.stringContaining("1.json.gz"), expect.stringContaining("3.json.gz")]);
  });

  test("leaves damaged Parquet files out; the option goes before the configuration", async () => {
    const folder = await temporaryFolder();
    const damaged = await parquetOf([1, 2, 3]);
    damaged[20]! ^= 1;
    await put(join(folder, "1.parquet"), damaged, 100);
    await put(join(folder, "2.parquet"), "no Parquet file", 200);
    await put(join(folder, "3.parquet"), await parquetOf([4]), 300);
    const conf = { "spark.sql.files.ignoreCorruptFiles": "true" };
    expect(await drain(await open(parquetProvider, { path: folder }, schema, { conf }))).toEqual([["[4]"]]);
    const strict = await open(parquetProvider, { path: folder, ignoreCorruptFiles: "false" }, schema, { conf });
    await expect(drain(strict)).rejects.toMatchObject(refusal("FAILED_READ_FILE.NO_HINT", `file:${folder}/1.parquet`));
  });
});

describe("kind: what blocks the process: entries that nobody can read to an end", () => {
  test("pipes and sockets in a folder are left out by name, and none is waited for", async () => {
    const folder = await temporaryFolder();
    execFileSync("mkfifo", [join(folder, "pipe.json")]);
    const server = createServer().listen(join(folder, "socket.json"));
    await new Promise((done) => server.once("listening", done));
    onTestFinished(() => new Promise<void>((done) => server.close(() => done())));
    await put(join(folder, "1.json"), row(1), 100);
    const { said, warn } = listener();
    const source = await open(jsonProvider, { path: folder }, schema, { warn });
    expect(await drain(source)).toEqual([[row(1)]]);
    expect(said.toSorted()).toEqual([expect.stringContaining("pipe.json"), expect.stringContaining("socket.json")]);
    const pattern = await open(jsonProvider, { path: `${folder}/*.json` }, schema);
    expect(await drain(pattern)).toEqual([[row(1)]]);
  });

  test.each(["pipe", "device"])("a %s as the path itself is refused", async (kind) => {
    const path = kind === "pipe" ? join(await temporaryFolder(), "p") : "/dev/zero";
    if (kind === "pipe") execFileSync("mkfifo", [path]);
    await expect(open(jsonProvider, { path }, schema)).rejects.toMatchObject(refusal("NOT_A_REGULAR_FILE", `file:${path}`));
    await expect(localFileSystem.read(path)).rejects.toMatchObject(refusal("NOT_A_REGULAR_FILE", path));
    await expect(localFileSystem.open(path)).rejects.toMatchObject(refusal("NOT_A_REGULAR_FILE", path));
  });

  test("a name that is no UTF-8 is told of", async () => {
    const folder = await temporaryFolder();
    await writeFile(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from(".json")]), row(1));
    await put(join(folder, "caf\uFFFD-this-one-is.json"), row(2), 100);
    await mkdir(join(folder, "x"));
    const { said, warn } = listener();
    expect(await drain(await open(jsonProvider, { path: folder }, schema, { warn }))).toEqual([[row(2)]]);
    expect(said).toEqual([expect.stringContaining("caf\uFFFD.json")]);
    const ofPattern = listener();
    expect(await drain(await open(jsonProvider, { path: `${folder}/*.json` }, schema, { warn: ofPattern.warn }))).toEqual([[row(2)]]);
    expect(ofPattern.said).toEqual(said);
  });
});
