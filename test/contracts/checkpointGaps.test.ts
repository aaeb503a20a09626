import { afterEach, describe, expect, it, vi } from "vitest";
import { expr } from "../../dataframe/functions.js";
import { fileOutput } from "../simulation/harness/output.js";
import { QueryWorld, refusalOf, type Start } from "../unit/query/queryWorld.js";

// Many runs a test, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

// Logs of one checkpoint are held against each other at every start: what is missing, or is not what was committed, is refused by its name.

let machine: QueryWorld;

afterEach(() => machine.close());

const windows: NonNullable<Start["build"]> = (input) =>
  input.withWatermark("ts", "1 second").groupBy(expr("window(ts, '10 seconds')").as("w")).agg(expr("sum(v)").as("total"));

/** Batches of one file each, with state and an exactly-once sink: a window closes with each. */
const query: Start = {
  build: windows,
  sink: "json",
  readOptions: { maxFilesPerTrigger: "1" },
  conf: { "spark.sql.streaming.noDataMicroBatches.enabled": "false", "spark.sql.streaming.stateStore.minDeltasForSnapshot": "4" },
};

/** The i-th file: one row, ten seconds behind the one before. */
async function addFile(i: number): Promise<void> {
  const ts = new Date(Date.UTC(2026, 0, 1) + 10_000 * i).toISOString();
  await machine.file(`${String(i).padStart(3, "0")}.json`, [{ ts, k: "a", v: i }]);
}

/** Runs so many batches, does something to the disk, adds a file and starts again. */
async function startAgain(batches: number, damage: (machine: QueryWorld) => Promise<unknown>): Promise<unknown> {
  machine = new QueryWorld();
  for (let i = 0; i < batches; i++) await addFile(i);
  await machine.run(query);
  await damage(machine);
  await addFile(batches);
  return machine.run(query);
}

const checkpoint = "/data/checkpoint";
const manifest = "/data/out/_spark_metadata";

const remove =
  (path: string) =>
  ({ world }: QueryWorld): Promise<unknown> =>
    world.files.remove(path);
const removeTree =
  (path: string) =>
  ({ world }: QueryWorld): Promise<unknown> =>
    world.files.removeTree(path);
const copy =
  (from: string, to: string) =>
  async (world: QueryWorld): Promise<void> =>
    world.overwrite(to, (await world.text(from))!);
const edit =
  (path: string, change: (text: string) => string) =>
  async (world: QueryWorld): Promise<void> => {
    const text = (await world.text(path))!;
    const edited = change(text);
    expect(edited).not.toBe(text);
    await world.overwrite(path, edited);
  };

/** The one state file of a kind and version. */
const stateFile =
  (version: number, then: (path: string) => (world: QueryWorld) => Promise<unknown>) =>
  async (world: QueryWorld): Promise<void> => {
    const { path } = (await world.world.files.list(`${checkpoint}/state`)).find(
      ({ name }) => name.startsWith(`${version}.`) && name.endsWith("delta"),
    )!;
    await then(path)(world);
  };

describe("kind: logs that are not held against each other: what is missing is refused by name", () => {
  it.each([
    ["an entry of the offset log", 5, remove(`${checkpoint}/offsets/2`), "CHECKPOINT_FILE_MISSING", `${checkpoint}/offsets/2`],
    ["the first entry of the offset log", 5, remove(`${checkpoint}/offsets/0`), "CHECKPOINT_FILE_MISSING", `${checkpoint}/offsets/0`],
    ["the last entry of the offset log", 5, remove(`${checkpoint}/offsets/4`), "CHECKPOINT_INCONSISTENT", "batch 4 is committed"],
    ["the offset log", 5, removeTree(`${checkpoint}/offsets`), "CHECKPOINT_INCONSISTENT", "no batch was ever planned"],
    ["an entry of the commit log", 5, remove(`${checkpoint}/commits/1`), "CHECKPOINT_FILE_MISSING", `${checkpoint}/commits/1`],
    ["the commit log", 5, removeTree(`${checkpoint}/commits`), "CHECKPOINT_INCONSISTENT", "batch 4 was planned before batch 3"],
    ["an entry of a source's log", 5, remove(`${checkpoint}/sources/0/1`), "CHECKPOINT_FILE_MISSING", `${checkpoint}/sources/0/1`],
    ["the first entry of a source's log", 5, remove(`${checkpoint}/sources/0/0`), "CHECKPOINT_FILE_MISSING", `${checkpoint}/sources/0/0`],
    ["the last entry of a source's log", 5, remove(`${checkpoint}/sources/0/4`), "CHECKPOINT_FILE_MISSING", `${checkpoint}/sources/0/4`],
    ["a source's log", 5, removeTree(`${checkpoint}/sources/0`), "CHECKPOINT_FILE_MISSING", `${checkpoint}/sources/0/0`],
    ["all logs of sources", 5, removeTree(`${checkpoint}/sources`), "CHECKPOINT_FILE_MISSING", `${checkpoint}/sources/0/0`],
    [
      "a compact entry of a source's log",
      12,
      remove(`${checkpoint}/sources/0/9.compact`),
      "CHECKPOINT_FILE_MISSING",
      `${checkpoint}/sources/0/9.compact`,
    ],
    ["an entry behind a compact one", 13, remove(`${checkpoint}/sources/0/11`), "CHECKPOINT_FILE_MISSING", `${checkpoint}/sources/0/11`],
    ["a delta of the state", 5, stateFile(2, remove), "CHECKPOINT_FILE_MISSING", "delta"],
    ["the state", 5, removeTree(`${checkpoint}/state`), "CHECKPOINT_FILE_MISSING", "delta"],
    [
      "the schema of the state",
      5,
      remove(`${checkpoint}/state/schema-0.json`),
      "CHECKPOINT_FILE_MISSING",
      `${checkpoint}/state/schema-0.json`,
    ],
    ["the query's kind", 5, remove(`${checkpoint}/query.json`), "CHECKPOINT_FILE_MISSING", `${checkpoint}/query.json`],
    ["the query's id", 5, remove(`${checkpoint}/metadata`), "CHECKPOINT_FILE_MISSING", `${checkpoint}/metadata`],
    ["an entry of the manifest", 5, remove(`${manifest}/2`), "MANIFEST_INCOMPLETE", "2"],
    ["the last entry of the manifest", 5, remove(`${manifest}/4`), "MANIFEST_BEHIND_QUERY", "4"],
    ["the manifest", 5, removeTree(manifest), "MANIFEST_BEHIND_QUERY", "4"],
    ["the output", 5, removeTree("/data/out"), "MANIFEST_BEHIND_QUERY", "4"],
    ["a compact entry of the manifest", 12, remove(`${manifest}/9.compact`), "MANIFEST_INCOMPLETE", "9"],
  ])("%s", async (_what, batches, damage, condition, named) => {
    const refusal = await refusalOf(startAgain(batches, damage));
    expect(refusal.condition).toBe(condition);
    expect(JSON.stringify(refusal.parameters)).toContain(named);
  });
});

describe("kind: what is redundant and not compared: what is not what was committed is refused by name", () => {
  it.each([
    [
      "an entry of a source's log in place of another",
      copy(`${checkpoint}/sources/0/2`, `${checkpoint}/sources/0/3`),
      `${checkpoint}/sources/0/3`,
    ],
    [
      "a digit of a path in a source's log",
      edit(`${checkpoint}/sources/0/3`, (text) => text.replace("003.json", "002.json")),
      `${checkpoint}/sources/0/3`,
    ],
    ["a watermark that was raised in a commit", edit(`${checkpoint}/commits/4`, raised("nextBatchWatermarkMs")), `${checkpoint}/commits/4`],
    [
      "a watermark that was raised in an offset entry",
      edit(`${checkpoint}/offsets/4`, raised("batchWatermarkMs")),
      `${checkpoint}/offsets/4`,
    ],
    [
      "an offset that was moved back",
      edit(`${checkpoint}/offsets/4`, (text) => text.replace('{"logOffset":4}', '{"logOffset":2}')),
      `${checkpoint}/offsets/4`,
    ],
    ["an offset entry in place of another", copy(`${checkpoint}/offsets/2`, `${checkpoint}/offsets/3`), `${checkpoint}/offsets/3`],
    ["a commit in place of another", copy(`${checkpoint}/commits/2`, `${checkpoint}/commits/3`), `${checkpoint}/commits/3`],
    ["an entry of the manifest in place of another", copy(`${manifest}/2`, `${manifest}/3`), `${manifest}/3`],
    ["the owner of the output without its members", edit("/data/out/_tidemark_owner", () => '{"id":1}'), "/data/out/_tidemark_owner"],
    ["the owner of the output cut off", edit("/data/out/_tidemark_owner", (text) => text.slice(0, 9)), "/data/out/_tidemark_owner"],
    ["a size in the manifest", edit(`${manifest}/3`, (text) => text.replace(/"size":(\d+)/, '"size":1$1')), `${manifest}/3`],
  ])("%s", async (_what, damage, named) => {
    const refusal = await refusalOf(startAgain(5, damage));
    expect(refusal.condition).toMatch(/^(CHECKPOINT_CORRUPT|MANIFEST_CORRUPT)$/);
    expect(refusal.message).toContain(named);
  });
});

function raised(name: string): (text: string) => string {
  return (text) => text.replace(new RegExp(`"${name}":(\\d+)`), `"${name}":1$1`);
}

describe("what is redundant, or somebody's own affair, is not refused", () => {
  it("a commit that was taken back runs its batch again, into what has its rows already", async () => {
    await startAgain(5, remove(`${checkpoint}/commits/4`));
    expect(await output()).toEqual([0, 1, 2]);
  });

  it("entries that a compact one repeats may be gone", async () => {
    await startAgain(12, async (world) => {
      for (const path of [`${checkpoint}/sources/0/3`, `${manifest}/3`]) await world.world.files.remove(path);
    });
    expect((await output()).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, i) => i));
  });

  it("a data file of the last batches that is gone is a warning with its name", async () => {
    let gone = "";
    await startAgain(5, async ({ world }) => {
      gone = (await world.files.list("/data/out")).find(({ name }) => name.startsWith("part-"))!.path;
      await world.files.remove(gone);
    });
    expect(machine.warnings.filter((message) => message.includes(gone))).toHaveLength(1);
  });

  it("a data file that was cut is refused", async () => {
    const refusal = await refusalOf(
      startAgain(5, async ({ world }) => {
        const { path } = (await world.files.list("/data/out")).find(({ name }) => name.startsWith("part-"))!;
        await world.files.replace(path, (await world.files.read(path))!.subarray(0, 5));
      }),
    );
    expect(refusal).toMatchObject({ condition: "OUTPUT_FILE_CHANGED", parameters: { found: "5", path: expect.stringContaining("part-") } });
  });
});

/** The totals that the manifest lists. */
async function output(folder = "/data/out"): Promise<number[]> {
  const batches = await fileOutput(machine.world.files, folder, "json");
  return [...batches.values()].flat().map((line) => (JSON.parse(line) as { total: number }).total);
}
