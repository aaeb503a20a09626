import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { col, count, max, min, sum, window } from "../../index.js";
import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { show } from "../unit/physical/aggregateFixture.js";
import { QueryWorld, type Frame, type Start } from "../unit/query/queryWorld.js";

/*
 * State of hopping windows as earlier versions laid it out: by window (`panes`), and by slice (`slices`). A query goes on in the layout that its checkpoint has.
 * What is here was written by
 *
 *     FREEZE_HOPPING=slices npx vitest run test/compat/hoppingWindows.test.ts
 */
const frozen = join(import.meta.dirname, "hopping");
const layouts = ["panes", "slices"];

const row = (second: number, k: string | null, v: number): object => ({ ts: new Date(second * 1000).toISOString(), k, v });
const before = [
  [row(3, "a", 1), row(9, "b", 2), row(4, null, 3)],
  [row(14, "a", 4), row(8, "a", 5)],
  [row(21, "b", 6), row(12, "a", 7)],
];
const after = [
  [row(18, "a", 8), row(7, "a", 9), row(31, "c", 10)],
  [row(26, "a", 11), row(60, "b", 12)],
];

const start: Start = {
  build: (input: Frame) =>
    input
      .withWatermark("ts", "5 seconds")
      .groupBy(window("ts", "10 seconds", "4 seconds", "1 second"), "k")
      .agg(count().as("n"), sum("v").as("s"), min("v").as("lo"), max(col("v")).as("hi")),
  readOptions: { maxFilesPerTrigger: "1" },
};

async function feed(world: QueryWorld, files: readonly (readonly object[])[], from: number): Promise<void> {
  for (const [i, rows] of files.entries()) await world.file(`${from + i}.json`, rows);
  await world.run(start);
}

async function filesIn(files: FileSystem, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name, directory } of await files.list(folder)) {
    const path = `${folder}/${name}`;
    found.push(...(directory ? await filesIn(files, path) : [path]));
  }
  return found;
}

const freezeAs = process.env["FREEZE_HOPPING"];
if (freezeAs !== undefined) {
  const today = new QueryWorld();
  await feed(today, before, 0);
  for (const path of await filesIn(today.world.files, "/data")) {
    const target = join(frozen, freezeAs, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, (await today.world.files.read(path))!, { flag: "wx" });
  }
  today.close();
}

let world: QueryWorld;

beforeEach(() => {
  world = new QueryWorld();
});

afterEach(() => world.close());

async function thaw(layout: string): Promise<void> {
  const root = join(frozen, layout);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const path = source.slice(root.length);
    await world.world.files.makeDirectory(dirname(path));
    await world.world.files.addNew(path, await readFile(source));
  }
}

describe("hopping windows go on from a frozen checkpoint", () => {
  it.each(layouts)("of layout %s: in that layout, with the rows of a query that never stopped", async (layout) => {
    const steady = new QueryWorld();
    await feed(steady, [...before, ...after], 0);
    await thaw(layout);
    await feed(world, after, before.length);
    const firstNew = Math.min(...world.batches().keys());
    const expected = [...steady.batches()].flatMap(([batch, rows]) => (batch < firstNew ? [] : rows));
    expect(world.rows().map(show)).toEqual(expected.map(show));
    expect(expected.length).toBeGreaterThan(10);
    steady.close();
    expect(await world.text("/data/checkpoint/state/schema-0.json")).toContain(`"layout":"${layout}"`);
    // And again, from what was written just now.
    const rows = world.rows().length;
    await world.file("9.json", [row(100, "d", 1)]);
    await world.run(start);
    expect(world.rows().slice(rows).map(show)).toContain('[[53000000n, 63000000n], "b", 1n, 12n, 12n, 12n]');
  });
});
