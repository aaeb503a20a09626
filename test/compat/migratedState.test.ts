import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expr } from "../../dataframe/functions.js";
import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { QueryWorld, type Frame, type Start } from "../unit/query/queryWorld.js";

/*
 * A checkpoint whose state was migrated: layouts that commits name, and a delta of all of the state. What is here was written by
 *
 *     FREEZE_MIGRATED=1 npx vitest run test/compat/migratedState.test.ts
 */
const frozen = join(import.meta.dirname, "migrated");

const start = (...aggregates: readonly string[]): Start => ({
  outputMode: "update",
  build: (input: Frame) => input.groupBy("k").agg(...aggregates.map((text) => expr(text).as(text))),
});
const before = start("sum(v)");
const now = start("max(v)", "sum(v)");

async function filesIn(files: FileSystem, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name, directory } of await files.list(folder)) {
    const path = `${folder}/${name}`;
    found.push(...(directory ? await filesIn(files, path) : [path]));
  }
  return found;
}

if (process.env["FREEZE_MIGRATED"] !== undefined) {
  const today = new QueryWorld();
  for (const [i, query] of [before, before, now, now].entries()) {
    await today.file(`${i}.json`, [
      { k: "a", v: i },
      { k: i % 2 === 0 ? null : "b", v: 10 * i },
    ]);
    await today.run(query);
  }
  for (const path of await filesIn(today.world.files, "/data")) {
    const target = join(frozen, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, (await today.world.files.read(path))!, { flag: "wx" });
  }
  today.close();
}

let world: QueryWorld;

beforeEach(async () => {
  world = new QueryWorld();
  for (const entry of await readdir(frozen, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const path = source.slice(frozen.length);
    await world.world.files.makeDirectory(dirname(path));
    await world.world.files.addNew(path, await readFile(source));
  }
});

afterEach(() => world.close());

describe("a frozen checkpoint of migrated state", () => {
  it("goes on, and is read on both sides of the migration", async () => {
    await world.file("4.json", [{ k: "a", v: 1 }]);
    await world.run(now);
    expect(world.rows()).toEqual([["a", 3n, 7n]]);
    const session = world.session();
    const sums = async (batchId: number): Promise<unknown[]> => {
      const state = await session.read.format("statestore").option("batchId", batchId).load("/data/checkpoint");
      return (await state.selectExpr("to_json(value) AS v").orderBy("v").collect()).map((row) => row["v"]);
    };
    expect(await sums(1)).toEqual(['{"0.sum":0}', '{"0.sum":10}', '{"0.sum":1}']);
    expect(await sums(2)).toEqual(['{"0.max":2,"1.sum":3}', '{"0.max":20,"1.sum":20}', '{"1.sum":10}']);
    await session.stop();
  });
});
