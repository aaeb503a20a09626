import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DataStreamWriter } from "../../../dataframe/streamWriter.js";
import { Session } from "../../../dataframe/session.js";
import { memory } from "../../memory.js";
import { temporaryFolder } from "../../contracts/temporaryFolder.js";
import { refusalOf } from "../query/queryWorld.js";

// A folder is known by where it lies, not by how a query writes it.

const home = process.cwd();
let root: string;
let table: string;
let number = 0;

beforeEach(async () => {
  root = await temporaryFolder();
  table = `places-${++number}`;
  for (const folder of ["a/in", "a/lookup", "b/in", "b/lookup", "a/x"]) await mkdir(join(root, folder), { recursive: true });
  await symlink(join(root, "a/in"), join(root, "link"));
  await symlink(join(root, "a"), join(root, "c"));
  await put("a/in/0.json", { k: "a0" });
  await put("b/in/0.json", { k: "b0" });
  for (const folder of ["a", "b"]) await put(`${folder}/lookup/0.json`, { k: "a0", place: folder });
  process.chdir(join(root, "a"));
});

afterEach(() => {
  process.chdir(home);
  memory.drop(table);
});

async function put(path: string, row: object): Promise<void> {
  await writeFile(join(root, path), `${JSON.stringify(row)}\n`);
}

interface Start {
  readonly input?: string;
  readonly output?: string;
  readonly lookup?: string;
  readonly checkpoint?: string;
  readonly readOptions?: Readonly<Record<string, string>>;
}

function writerOf({ input = "in", output, lookup, checkpoint = join(root, "checkpoint"), readOptions = {} }: Start): DataStreamWriter {
  const session = Session.create({ memoryTables: memory, print: () => {}, warn: () => {} });
  const stream = session.readStream.schema("k STRING").options(readOptions).json(input);
  const frame = lookup === undefined ? stream : stream.join(session.read.schema("k STRING, place STRING").json(lookup), "k");
  const writer =
    output === undefined ? frame.writeStream.format("memory").queryName(table) : frame.writeStream.format("json").option("path", output);
  return writer.option("checkpointLocation", checkpoint).trigger({ availableNow: true });
}

async function run(start: Start = {}): Promise<void> {
  const query = await writerOf(start).start();
  await query.awaitTermination();
}

const rows = (): unknown[] => memory.table(table).rows().flat();

describe("kind: known by its name, not its identity: a source", () => {
  const spellings: Readonly<Record<string, () => string>> = {
    absolute: () => join(root, "a/in"),
    "with a slash behind": () => "in/",
    "with dots": () => "./x/../in/.",
    "a file: URI": () => pathToFileURL(join(root, "a/in")).href,
    "Spark's file: URI": () => `file:${join(root, "a/in")}`,
    "through a link": () => join(root, "link"),
    "through a link to a folder above": () => join(root, "c/in"),
    "relative from above": () => `../${relative(root, join(root, "a/in"))}`,
  };

  it.each(Object.keys(spellings))("written %s is the same", async (spelling) => {
    await run();
    await put("a/in/1.json", { k: "a1" });
    await run({ input: spellings[spelling]!() });
    expect(rows()).toEqual(["a0", "a1"]);
  });

  it("of a pattern is the same in any spelling of its folder", async () => {
    await run({ input: "in/*.json" });
    await put("a/in/1.json", { k: "a1" });
    await run({ input: join(root, "link/*.json") });
    expect(rows()).toEqual(["a0", "a1"]);
    expect(await refusalOf(run({ input: "in/1*.json" }))).toMatchObject({ condition: "QUERY_CHANGED" });
  });

  it("of the same name in another working directory is refused, naming both places, and nothing is made", async () => {
    await run();
    const before = await readdir(root, { recursive: true });
    process.chdir(join(root, "b"));
    expect(await refusalOf(run())).toMatchObject({
      condition: "QUERY_CHANGED",
      parameters: {
        change: `source 0 was json[file:${root}/a/in] and is json[file:${root}/b/in]: a path that is not absolute is one of the working directory`,
      },
    });
    expect((await readdir(root, { recursive: true })).toSorted()).toEqual(before.toSorted());
    expect(rows()).toEqual(["a0"]);
  });

  it("that is not there from this working directory is refused before anything is made", async () => {
    await mkdir(join(root, "empty"));
    process.chdir(join(root, "empty"));
    const failure = await refusalOf(run({ checkpoint: "checkpoint", output: "out" }));
    expect(failure).toMatchObject({ condition: "PATH_NOT_FOUND", parameters: { path: `file:${root}/empty/in` } });
    expect(await readdir(".")).toEqual([]);
  });

  it("whose link points elsewhere now is another one", async () => {
    await run({ input: join(root, "link") });
    await rm(join(root, "link"));
    await symlink(join(root, "b/in"), join(root, "link"));
    expect(await refusalOf(run({ input: join(root, "link") }))).toMatchObject({ condition: "QUERY_CHANGED" });
  });

  it("of which a checkpoint knows the name only goes on, by name or by place, and has its place from then on", async () => {
    for (const input of ["in", join(root, "c/in")]) {
      const checkpoint = join(root, `checkpoint-${input.length}`);
      await run({ checkpoint });
      const path = join(checkpoint, "query.json");
      const { version, shape } = JSON.parse(await readFile(path, "utf8")) as { version: number; shape: Record<string, unknown> };
      const { sources, operators, outputMode, sink } = shape;
      await writeFile(path, JSON.stringify({ version, shape: { sources, operators, outputMode, sink } }));
      expect(await refusalOf(run({ checkpoint, input: "x" }))).toMatchObject({ condition: "QUERY_CHANGED" });
      await run({ checkpoint, input });
      expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ shape: { places: [`file:${root}/a/in`] } });
      memory.drop(table);
    }
  });
});

describe("kind: known by its name, not its identity: the folder of a sink", () => {
  it("is the same in any spelling", async () => {
    await run({ output: "out" });
    await put("a/in/1.json", { k: "a1" });
    await run({ output: join(root, "c/./out/") });
    expect(existsSync(join(root, "a/out/_spark_metadata/1"))).toBe(true);
  });

  it("of the same name in another working directory is refused, naming both, and nothing is made", async () => {
    const input = join(root, "a/in");
    await run({ input, output: "out" });
    process.chdir(join(root, "b"));
    expect(await refusalOf(run({ input, output: "out" }))).toMatchObject({
      condition: "QUERY_CHANGED",
      parameters: { change: `it wrote to file:${root}/a/out and the query writes to file:${root}/b/out` },
    });
    expect(existsSync(join(root, "b/out"))).toBe(false);
  });

  const same: Readonly<Record<string, () => Start>> = {
    "as it is": () => ({ output: "in" }),
    absolute: () => ({ output: join(root, "a/in/") }),
    "through a link": () => ({ output: join(root, "link") }),
    "through a link of the input": () => ({ input: join(root, "link"), output: "in" }),
    "as a URI": () => ({ output: pathToFileURL(join(root, "a/in")).href }),
    "by a pattern of folders": () => ({ input: join(root, "*/in"), output: "in" }),
    "by a pattern of files": () => ({ input: "in/*", output: "in" }),
    "by a pattern of files with their ending": () => ({ input: "in/*.json", output: "in" }),
    "by a pattern of both": () => ({ input: join(root, "*/in/*.json"), output: "in" }),
    "below an input that is read with all that is in it": () => ({
      input: root,
      output: "out",
      readOptions: { recursiveFileLookup: "true" },
    }),
  };

  it.each(Object.keys(same))("that is the input, written %s, is refused, and nothing is made", async (spelling) => {
    const before = await readdir(root, { recursive: true });
    expect(await refusalOf(run(same[spelling]!()))).toMatchObject({ condition: "OUTPUT_IS_INPUT" });
    expect(await readdir(root, { recursive: true })).toEqual(before);
  });

  const apart: Readonly<Record<string, () => Start>> = {
    "beside the input": () => ({ output: "out" }),
    "below the input": () => ({ output: "in/out" }),
    "above the input": () => ({ output: root }),
    "beside what a pattern means": () => ({ input: "in/*.json", output: "in/out" }),
    "in a folder whose files a pattern leaves out": () => ({ input: "in/[0-9]*.json", output: "in" }),
  };

  it.each(Object.keys(apart))("%s is none", async (place) => {
    await run(apart[place]!());
    const { output } = apart[place]!();
    expect(existsSync(join(output!, "_spark_metadata/0"))).toBe(true);
  });
});

describe("kind: known by its name, not its identity: a bounded table", () => {
  it("of the same name in another working directory is refused, naming both", async () => {
    const input = join(root, "a/in");
    await run({ input, lookup: "lookup" });
    expect(rows()).toEqual(["a0", "a"]);
    process.chdir(join(root, "b"));
    expect(await refusalOf(run({ input, lookup: "lookup" }))).toMatchObject({
      condition: "QUERY_CHANGED",
      parameters: { change: expect.stringMatching(/^the table json\[lookup\] was file:.*\/a\/lookup and is file:.*\/b\/lookup/) as string },
    });
  });

  it("may be another one when the query says so", async () => {
    const input = join(root, "a/in");
    await run({ input, lookup: "lookup" });
    await put("a/in/1.json", { k: "a0" });
    await run({ input, lookup: join(root, "b/lookup") });
    expect(rows()).toEqual(["a0", "a", "a0", "b"]);
  });

  it("is not overwritten with what is read from it, in any spelling", async () => {
    const frame = Session.create().read.schema("k STRING").json("in");
    for (const target of ["in", join(root, "link"), ".", join(root, "c")]) {
      expect(await refusalOf(frame.write.mode("overwrite").json(target))).toMatchObject({ condition: "UNSUPPORTED_OVERWRITE.PATH" });
    }
    expect(await frame.collect()).toEqual([{ k: "a0" }]);
  });
});

describe("kind: a name that leads elsewhere: the name of a query", () => {
  it.each(["../../x", "..", ".", "a/b", "/x", "a\\b", "", "a\0b"])(
    "%j does not lead out of the session's checkpoint location",
    async (name) => {
      const session = Session.create({
        memoryTables: memory,
        conf: { "spark.sql.streaming.checkpointLocation": join(root, "checkpoints") },
        warn: () => {},
      });
      const stream = session.readStream.schema("k STRING").json("in").writeStream;
      const before = await readdir(root, { recursive: true });
      const failure = await refusalOf(stream.queryName(name).format("json").trigger({ availableNow: true }).start(join(root, "out")));
      expect(failure).toMatchObject({ condition: "INVALID_OPTION_VALUE", parameters: { option: "queryName" } });
      expect(await readdir(root, { recursive: true })).toEqual(before);
    },
  );

  it.each(["x", "..x", "a b", "é", "moving-average"])("%j is a folder there", async (name) => {
    const session = Session.create({
      memoryTables: memory,
      conf: { "spark.sql.streaming.checkpointLocation": `${join(root, "checkpoints")}/` },
      warn: () => {},
    });
    const stream = session.readStream.schema("k STRING").json("in").writeStream;
    const query = await stream.queryName(name).format("json").trigger({ availableNow: true }).start(join(root, "out"));
    await query.awaitTermination();
    expect(await readdir(join(root, "checkpoints"))).toEqual([name]);
  });
});
