import { afterEach, beforeEach, expect, it } from "vitest";
import type { StreamingQuery } from "../../../index.js";
import { isCrash } from "../../simulation/harness/simulation.js";
import { QueryWorld } from "./queryWorld.js";

// A table that a stream is joined with is read once a run, or anew when its files have changed; what a batch saw of it, it sees when it runs again.

let world: QueryWorld;

beforeEach(async () => {
  world = new QueryWorld();
  await world.world.files.makeDirectory("/data/in");
  await world.file("a.json", [{ k: "a", name: "ada" }], "/data/names");
});

afterEach(() => world.close());

const start = (isRefreshed: boolean, isLasting = false): Promise<StreamingQuery> =>
  world.start({
    trigger: isLasting ? { processingTime: 0 } : { availableNow: true },
    build: (rows, session) => {
      const names = session.read.schema("k STRING, name STRING").json("/data/names");
      return { writeStream: rows.join(names, ["k"], "left").select("k", "v", "name").writeStream.staticRefresh(isRefreshed) };
    },
  });

const both = [
  { k: "a", v: 1 },
  { k: "b", v: 2 },
];

it.each([
  [true, ["a,1,ada|b,2,", "a,1,ada|b,2,bob", "a,1,ada|b,2,bob"]],
  [false, ["a,1,ada|b,2,", "a,1,ada|b,2,", "a,1,ada|b,2,"]],
])("is read anew between batches where it is to be (%s)", async (isRefreshed, expected) => {
  const query = await start(isRefreshed, true);
  const batches: string[] = [];
  for (const step of [0, 1, 2]) {
    if (step === 1) await world.file("b.json", [{ k: "b", name: "bob" }], "/data/names");
    const before = world.rows().length;
    await world.file(`${step}.json`, both);
    await query.processAllAvailable();
    batches.push(world.rows().slice(before).map(String).join("|"));
  }
  await query.stop();
  expect(batches).toEqual(expected);
});

it("is seen by a batch that runs again as the batch saw it, and as it is by the next", async () => {
  await world.file("0.json", both);
  world.world.crashAtPoint("afterExecution", 0, "kill");
  const died = await start(true)
    .then(
      (query) => query.awaitTermination(),
      (error: unknown) => error,
    )
    .catch((error: unknown) => error);
  expect(isCrash(died)).toBe(true);
  await world.file("b.json", [{ k: "b", name: "bob" }], "/data/names");
  await (await start(true)).awaitTermination();
  expect(world.rows().map(String)).toEqual(["a,1,ada", "b,2,"]);
  await world.file("1.json", both);
  await (await start(true)).awaitTermination();
  expect(world.rows().map(String).slice(2)).toEqual(["a,1,ada", "b,2,bob"]);
});

it("keeps of its log what the retained batches see", async () => {
  const query = await start(true, true);
  for (let step = 0; step < 110; step++) {
    if (step === 2) await world.file("b.json", [{ k: "b", name: "bob" }], "/data/names");
    await world.file(`${step}.json`, both);
    await query.processAllAvailable();
  }
  await query.stop();
  const names = (await world.world.files.list("/data/checkpoint/sources/1")).map(({ name }) => name);
  expect(names).toEqual(["1"]);
});
