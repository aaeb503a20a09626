import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  StatefulProcessor,
  type StatefulProcessorHandle,
  type TimerValues,
  type ValueState,
} from "../../../dataframe/statefulProcessor.js";
import type { UserRow } from "../../../engine/contract/groupFunction.js";
import { crashPoints } from "../../../engine/contract/runtime.js";
import { QueryWorld, refusalOf, type Frame, type Start } from "./queryWorld.js";

// Functions over groups that ask the outside world: several keys wait at once, rows keep their order, and what was learnt is not asked again.

let machine: QueryWorld;
/** What the world answers; another in every attempt. */
let epoch = 1;
let waiting = 0;
let most = 0;
let asked: string[] = [];

beforeEach(() => {
  machine = new QueryWorld();
  [epoch, waiting, most, asked] = [1, 0, 0, []];
});

afterEach(() => machine.close());

async function outside(key: unknown): Promise<number> {
  asked.push(String(key));
  most = Math.max(most, ++waiting);
  for (let i = 0; i < 1 + ((String(key).charCodeAt(0) * 7) % 5); i++) await setImmediate();
  waiting--;
  return epoch;
}

/** Counts the rows of a key, remembers in which epochs it asked, and says both again when a timer fires. */
class Asking extends StatefulProcessor {
  #handle: StatefulProcessorHandle | null = null;
  #count: ValueState<{ n: number }> | null = null;

  override init(handle: StatefulProcessorHandle): void {
    this.#handle = handle;
    this.#count = handle.getValueState<{ n: number }>("count", "n INT");
    handle.getListState("epochs", "n INT");
    handle.getMapState("seen", "v BIGINT", "n INT");
  }

  override async handleInitialState(_key: UserRow, row: UserRow): Promise<void> {
    await outside(row["k"]);
    this.#count!.update({ n: (this.#count!.get()?.n ?? 0) + (row["n"] as number) });
  }

  override async *handleInputRows(key: UserRow, rows: readonly UserRow[], times: TimerValues): AsyncIterable<UserRow> {
    for (const row of rows) {
      const learnt = await outside(key["k"]);
      const n = (this.#count!.get()?.n ?? 0) + 1;
      this.#count!.update({ n });
      yield { ...key, n, learnt, v: row["v"] };
    }
    if (this.#handle!.listTimers().length === 0) this.#handle!.registerTimer(times.getCurrentWatermarkInMs() + 5000);
  }

  override async *handleExpiredTimer(key: UserRow): AsyncIterable<UserRow> {
    yield { ...key, n: -this.#count!.get()!.n, learnt: await outside(key["k"]), v: null };
    this.#count!.clear();
  }
}

const outputSchema = "k STRING, n INT, learnt INT, v BIGINT";
const processor: NonNullable<Start["build"]> = (input: Frame, session) => {
  const initialState = session
    .createDataFrame(
      [
        { k: "a", n: 10 },
        { k: "q", n: 5 },
      ],
      "k STRING, n INT",
    )
    .groupBy("k");
  return input
    .withWatermark("ts", "0 seconds")
    .groupBy("k")
    .transformWithState(() => new Asking(), { outputSchema, timeMode: "eventTime", concurrency: 3, initialState });
};
const flatMap: NonNullable<Start["build"]> = (input) =>
  input
    .withWatermark("ts", "0 seconds")
    .groupBy("k")
    .flatMapGroupsWithState(
      async function* (key, rows, state) {
        const learnt = await outside(key["k"]);
        const before = (state.getOption()?.["n"] ?? 0) as number;
        if (state.hasTimedOut) {
          yield { ...key, n: -before, learnt, v: null };
          state.remove();
          return;
        }
        state.update({ n: before + rows.length });
        state.setTimeoutTimestamp(state.getCurrentWatermarkMs() + 5000);
        for (const [i, { v }] of rows.entries()) yield { ...key, n: before + i + 1, learnt, v };
      },
      { outputSchema, stateSchema: "n INT", outputMode: "append", timeout: "eventTime" },
    );
const map: NonNullable<Start["build"]> = (input) =>
  input.groupBy("k").mapGroupsWithState(
    async (key, rows, state) => {
      const n = ((state.getOption()?.["n"] ?? 0) as number) + rows.length;
      state.update({ n });
      return { ...key, n, learnt: await outside(key["k"]), v: null };
    },
    { outputSchema, stateSchema: "n INT", concurrency: 2 },
  );

const kinds = [
  ["transformWithState", processor, "append"],
  ["flatMapGroupsWithState", flatMap, "append"],
  ["mapGroupsWithState", map, "update"],
] as const;

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();
const files = [
  ["a", "b", "c", "d", "a"].map((k, v) => ({ ts: at(1), k, v })),
  [{ ts: at(20), k: "b", v: 7 }],
  [{ ts: at(40), k: "e", v: 8 }],
];
const texts = (): string[] => machine.rows().map(String);

const counts = (world: QueryWorld): string[] =>
  world
    .rows()
    .map(([k, n]) => `${k as string},${n as number}`)
    .toSorted();

async function allFiles(): Promise<void> {
  for (const [i, rows] of files.entries()) await machine.file(`${i}.json`, rows);
}

const failing: Start["build"] = (input) =>
  input.groupBy("k").mapGroupsWithState(
    async (key) => {
      await outside(key["k"]);
      throw new Error("no answer");
    },
    { outputSchema, stateSchema: "n INT" },
  );

describe.each(kinds)("%s", (verb, build, outputMode) => {
  const start: Start = { build, outputMode, readOptions: { maxFilesPerTrigger: "1" } };

  it("waits for several keys at once, and rows come in the order of the keys", async () => {
    await allFiles();
    await machine.run(start);
    const rows = texts();
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(verb === "transformWithState" ? 3 : verb === "mapGroupsWithState" ? 2 : 16);
    expect(rows.every((row) => row.split(",")[2] === "1")).toBe(true);
    if (verb === "transformWithState") {
      // Keys begin with what they were given; the timer of b fired at 20, and at 40 its second one.
      expect(rows.filter((row) => row.startsWith("a"))).toEqual(["a,11,1,0", "a,12,1,4", "a,-12,1,"]);
      expect(rows.filter((row) => row.startsWith("b"))).toEqual(["b,1,1,1", "b,2,1,7", "b,-2,1,"]);
    }
    const order = rows.slice(0, 4).map((row) => row[0]);
    machine.close();
    asked = [];
    await machine.run({ ...start, checkpoint: "/data/again" });
    expect(
      texts()
        .slice(0, 4)
        .map((row) => row[0]),
    ).toEqual(order);
  });

  it.each(crashPoints)("a crash %s: all rows of a batch, and its state, are of one attempt", async (point) => {
    await allFiles();
    machine.world.crashAtPoint(point, 1);
    await machine.run(start).catch(() => null);
    const { files: disk } = machine.world;
    const known = (await disk.read("/data/checkpoint/answers/1")) !== null;
    const committed = (await disk.read("/data/checkpoint/commits/1")) !== null;
    machine.world.cancelCrash();
    [epoch, asked] = [2, []];
    await machine.run(start);
    const rows = machine.rows();
    const ofSecond = rows.filter(([k]) => k === "b").map(([, n, learnt]) => [n, learnt]);
    // What the first attempt learnt for b in batch 1, if it was written down; counts go on from the state that it left.
    expect(ofSecond).toContainEqual([2, known || committed ? 1 : 2]);
    if (known && !committed && verb === "mapGroupsWithState") expect(asked).toEqual(["e"]);
    const undisturbed = new QueryWorld();
    for (const [i, some] of files.entries()) await undisturbed.file(`${i}.json`, some);
    await undisturbed.run(start);
    expect(counts(machine)).toEqual(counts(undisturbed));
    undisturbed.close();
  });

  it("one that fails ends the batch, with its error", async () => {
    await allFiles();
    expect((await refusalOf(machine.run({ build: failing, outputMode: "update" }))).message).toContain("no answer");
  });
});

const refused = async (run: (...args: never[]) => unknown, single = false): Promise<string> => {
  await machine.file("0.json", [{ k: "a" }]);
  const options = { outputSchema, stateSchema: "n INT", outputMode: "update" } as const;
  const build = (input: Frame) => {
    const grouped = input.groupBy("k");
    return single ? grouped.mapGroupsWithState(run as never, options) : grouped.flatMapGroupsWithState(run as never, options);
  };
  return (await refusalOf(machine.run({ build, outputMode: "update" }))).condition;
};

describe("what functions over groups give", () => {
  it("is rows; anything else is refused by name", async () => {
    expect(await refused(() => undefined)).toBe("UDF_RESULT_MISMATCH");
    expect(await refused(() => [1])).toBe("UDF_RESULT_MISMATCH");
    expect(await refused(() => undefined, true)).toBe("UDF_RESULT_MISMATCH");
    expect(await refused(async () => undefined)).toBe("UDF_RESULT_MISMATCH");
    expect(await refused(async () => 5, true)).toBe("UDF_RESULT_MISMATCH");
  });

  it("is no promise, unless the function was declared so", async () => {
    expect(await refused(() => Promise.resolve([]))).toBe("UDF_RETURNED_PROMISE");
    expect(await refused(() => Promise.resolve({}), true)).toBe("UDF_RETURNED_PROMISE");
  });

  it("and concurrency is a whole number", async () => {
    await machine.file("0.json", [{ k: "a" }]);
    const options = { outputSchema, stateSchema: "n INT", outputMode: "update", concurrency: 0 } as const;
    const build = (input: Frame) => input.groupBy("k").flatMapGroupsWithState(async () => [], options);
    expect((await refusalOf(machine.run({ build, outputMode: "update" }))).condition).toBe("INVALID_OPTION_VALUE");
  });
});
