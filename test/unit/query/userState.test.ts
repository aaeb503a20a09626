import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  StatefulProcessor,
  type ListState,
  type StatefulProcessorHandle,
  type TimerValues,
  type ValueState,
} from "../../../dataframe/statefulProcessor.js";
import type { UserRow } from "../../../engine/contract/groupFunction.js";
import type { TimeMode } from "../../../engine/plan/nodes/groupState.js";
import type { StreamingQuery } from "../../../engine/query/streamingQuery.js";
import type { Trigger } from "../../../engine/query/trigger.js";
import { QueryWorld, refusalOf, type Frame } from "./queryWorld.js";

function twice(handle: StatefulProcessorHandle): void {
  handle.getValueState("n", "n BIGINT");
  handle.getListState("n", "n BIGINT");
}

const ttl = (handle: StatefulProcessorHandle, ttlMs: number): void => void handle.getListState("last", "n BIGINT", { ttlMs });

let machine: QueryWorld;
let events: string[];

beforeEach(() => {
  machine = new QueryWorld();
  events = [];
});

afterEach(() => machine.close());

/** Says when rows of a key came, and when a minute has passed since the first of them. */
class Reminder extends StatefulProcessor {
  #handle: StatefulProcessorHandle | null = null;

  override init(handle: StatefulProcessorHandle): void {
    this.#handle = handle;
    handle.getValueState("seen", "n BIGINT");
    events.push("init");
  }

  override *handleInputRows(key: UserRow, rows: readonly UserRow[], times: TimerValues): Iterable<UserRow> {
    if (this.#handle!.listTimers().length === 0) this.#handle!.registerTimer(times.getCurrentProcessingTimeInMs() + 60_000);
    yield { ...key, what: `${rows.length} rows` };
  }

  override *handleExpiredTimer(key: UserRow, times: TimerValues, expiryTimestampMs: number): Iterable<UserRow> {
    yield { ...key, what: times.getCurrentProcessingTimeInMs() < expiryTimestampMs ? "too early" : "a minute" };
  }

  override close(): void {
    events.push("close");
  }
}

const start = (make: () => StatefulProcessor, timeMode: TimeMode, trigger: Trigger = { availableNow: true }): Promise<StreamingQuery> =>
  machine.start({
    outputMode: "update",
    trigger,
    build: (input: Frame) =>
      (timeMode === "eventTime" ? input.withWatermark("ts", "0 seconds") : input)
        .groupBy("k")
        .transformWithState(make, { outputSchema: "k STRING, what STRING", timeMode }),
  });

describe("timers by the clock", () => {
  it("fire in a run that has no new data, each once", async () => {
    await machine.file("0.json", [{ k: "a" }, { k: "a" }, { k: "b" }]);
    for (const [pauseMs, expected] of [
      [0, ["a|2 rows", "b|1 rows"]],
      [30_000, []],
      [31_000, ["a|a minute", "b|a minute"]],
      [60_000, []],
    ] as const) {
      machine.world.clock.advance(pauseMs);
      const before = machine.rows().length;
      await (await start(() => new Reminder(), "processingTime")).awaitTermination();
      expect(
        machine
          .rows()
          .slice(before)
          .map(([k, what]) => `${k as string}|${what as string}`)
          .toSorted(),
      ).toEqual(expected);
    }
  });

  it("do not keep processAllAvailable waiting, and fire while the query waits for data", async () => {
    await machine.file("0.json", [{ k: "a" }]);
    const query = await start(() => new Reminder(), "processingTime", { processingTime: 0 });
    await query.processAllAvailable();
    expect(machine.rows()).toEqual([["a", "1 rows"]]);
    const startedMs = machine.world.clock.nowMs();
    while (machine.rows().length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(machine.rows()).toEqual([
      ["a", "1 rows"],
      ["a", "a minute"],
    ]);
    expect(machine.world.clock.nowMs() - startedMs).toBeLessThan(61_000);
    expect(query.recentProgress.length).toBe(2);
    await query.stop();
  });
});

describe("close", () => {
  it("is called once when the run ends, however it ends", async () => {
    await machine.file("0.json", [{ k: "a" }]);
    const query = await start(() => new Reminder(), "processingTime", { processingTime: 0 });
    await query.processAllAvailable();
    expect(events).toEqual(["init"]);
    await query.stop();
    expect(events).toEqual(["init", "close"]);

    class Failing extends Reminder {
      override *handleInputRows(): Iterable<UserRow> {
        yield { k: "a", what: "one row" };
        throw new Error("boom");
      }
    }
    await machine.file("1.json", [{ k: "a" }]);
    const failing = await start(() => new Failing(), "processingTime");
    expect((await refusalOf(failing.awaitTermination())).message).toContain("boom");
    expect(events).toEqual(["init", "close", "init", "close"]);
  });

  it("that fails is a warning", async () => {
    class Failing extends Reminder {
      override close(): void {
        throw new Error("boom");
      }
    }
    await machine.file("0.json", [{ k: "a" }]);
    await (await start(() => new Failing(), "processingTime")).awaitTermination();
    expect(machine.warnings.join()).toContain("boom");
  });
});

describe("initial state", () => {
  /** Counts rows, from what the key began with. */
  class Counter extends StatefulProcessor {
    #count: ValueState<{ n: number }> | null = null;

    override init(handle: StatefulProcessorHandle): void {
      this.#count = handle.getValueState<{ n: number }>("count", "n INT");
    }

    override handleInitialState(key: UserRow, row: UserRow): void {
      events.push(`${JSON.stringify(key)} ${JSON.stringify(row)}`);
      this.#count!.update({ n: (this.#count!.get()?.n ?? 0) + (row["n"] as number) });
    }

    override *handleInputRows(key: UserRow, rows: readonly UserRow[]): Iterable<UserRow> {
      const n = (this.#count!.get()?.n ?? 0) + rows.length;
      this.#count!.update({ n });
      yield { ...key, what: `${n} rows` };
    }
  }

  const counted = (grouped: (table: Frame) => ReturnType<Frame["groupBy"]>, table?: Frame): Promise<StreamingQuery> =>
    machine.start({
      outputMode: "update",
      build: (input, session) => {
        const rows = [
          { key: "a", n: 5 },
          { key: "z", n: 1 },
          { key: "a", n: 1 },
        ];
        const initial = table ?? session.createDataFrame(rows, "key STRING, n INT");
        const options = { outputSchema: "k STRING, what STRING", initialState: grouped(initial) };
        return input.groupBy("k").transformWithState(() => new Counter(), options);
      },
    });

  it("is given once, before the first batch of the query, key by key", async () => {
    await machine.file("0.json", [{ k: "a" }, { k: "b" }]);
    await (await counted((table) => table.groupBy("key"))).awaitTermination();
    expect(machine.rows().map(String).toSorted()).toEqual(["a,7 rows", "b,1 rows"]);
    expect(events.toSorted()).toEqual(['{"k":"a"} {"key":"a","n":1}', '{"k":"a"} {"key":"a","n":5}', '{"k":"z"} {"key":"z","n":1}']);
    await machine.file("1.json", [{ k: "a" }, { k: "z" }]);
    await (await counted((table) => table.groupBy("key"))).awaitTermination();
    expect(machine.rows().slice(2).map(String).toSorted()).toEqual(["a,8 rows", "z,2 rows"]);
    expect(events.length).toBe(3);
  });

  it("has keys of the types that the rows have", async () => {
    await machine.file("0.json", [{ k: "a" }]);
    expect(await refusalOf(counted((table) => table.groupBy("n")))).toMatchObject({
      condition: "GROUP_STATE_INITIAL_KEYS",
      parameters: { found: "(INT)", expected: "(STRING)" },
    });
    expect(await refusalOf(counted((table) => table.groupBy("key", "n")))).toMatchObject({ condition: "GROUP_STATE_INITIAL_KEYS" });
  });

  it("is no stream", async () => {
    const session = machine.session();
    const stream = session.readStream.schema("key STRING").json("/data/in");
    await machine.file("0.json", [{ k: "a" }]);
    expect(await refusalOf(counted((table) => table.groupBy("key"), stream))).toMatchObject({ condition: "GROUP_STATE_INITIAL_STREAM" });
  });
});

describe("what a processor may ask for", () => {
  const asked: readonly (readonly [
    what: string,
    timeMode: TimeMode,
    init: (handle: StatefulProcessorHandle) => void,
    condition: string,
  ])[] = [
    ["two states of one name", "none", twice, "STATEFUL_PROCESSOR_DUPLICATE_STATE_VARIABLE_DEFINED"],
    [
      "a name of ours",
      "none",
      (h) => h.getValueState("$timers", "n BIGINT"),
      "STATE_STORE_CANNOT_CREATE_COLUMN_FAMILY_WITH_RESERVED_CHARS",
    ],
    ["no name", "none", (h) => h.getMapState("", "n BIGINT", "n BIGINT"), "STATE_STORE_CANNOT_CREATE_COLUMN_FAMILY_WITH_RESERVED_CHARS"],
    ["a time to live without a clock", "none", (h) => ttl(h, 1), "STATEFUL_PROCESSOR_INCORRECT_TIME_MODE_TO_ASSIGN_TTL"],
    ["a time to live by event time", "eventTime", (h) => ttl(h, 1), "STATEFUL_PROCESSOR_INCORRECT_TIME_MODE_TO_ASSIGN_TTL"],
    ["no time to live", "processingTime", (h) => ttl(h, 0), "STATEFUL_PROCESSOR_TTL_DURATION_MUST_BE_POSITIVE"],
    ["a time to live that is no number", "processingTime", (h) => ttl(h, NaN), "STATEFUL_PROCESSOR_TTL_DURATION_MUST_BE_POSITIVE"],
    ["timers without a clock", "none", (h) => h.registerTimer(1), "STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_TIME_MODE"],
    ["a list of none", "none", (h) => void h.listTimers(), "STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_TIME_MODE"],
    [
      "timers where there is no key",
      "processingTime",
      (h) => h.deleteTimer(1),
      "STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_HANDLE_STATE",
    ],
  ];

  it.each(asked)("%s in the time mode %s", async (_what, timeMode, init, condition) => {
    class Asking extends Reminder {
      override init(handle: StatefulProcessorHandle): void {
        init(handle);
      }
    }
    await machine.file("0.json", [{ k: "a" }]);
    expect(await refusalOf(start(() => new Asking(), timeMode))).toMatchObject({ condition });
  });

  it("state outside of init", async () => {
    class Late extends Reminder {
      #late: StatefulProcessorHandle | null = null;

      override init(handle: StatefulProcessorHandle): void {
        this.#late = handle;
      }

      override handleInputRows(): Iterable<UserRow> {
        this.#late!.getValueState("n", "n BIGINT");
        return [];
      }
    }
    await machine.file("0.json", [{ k: "a" }]);
    const query = await start(() => new Late(), "none");
    expect(await refusalOf(query.awaitTermination())).toMatchObject({
      condition: "STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_HANDLE_STATE",
    });
  });

  it.each(["put", "appendList"] as const)("a list of nothing (%s)", async (verb) => {
    class Empty extends StatefulProcessor {
      #list: ListState | null = null;

      override init(handle: StatefulProcessorHandle): void {
        this.#list = handle.getListState("list", "n BIGINT");
      }

      override handleInputRows(): Iterable<UserRow> {
        this.#list![verb]([]);
        return [];
      }
    }
    await machine.file("0.json", [{ k: "a" }]);
    const query = await start(() => new Empty(), "none");
    expect(await refusalOf(query.awaitTermination())).toMatchObject({
      condition: "ILLEGAL_STATE_STORE_VALUE.EMPTY_LIST_VALUE",
      parameters: { stateName: "list" },
    });
  });

  it.each([NaN, 1.5, Infinity, "tomorrow"])("a timer at %s", async (at) => {
    class Odd extends StatefulProcessor {
      #odd: StatefulProcessorHandle | null = null;

      override init(handle: StatefulProcessorHandle): void {
        this.#odd = handle;
      }

      override handleInputRows(): Iterable<UserRow> {
        this.#odd!.registerTimer(at as number);
        return [];
      }
    }
    await machine.file("0.json", [{ k: "a" }]);
    const query = await start(() => new Odd(), "processingTime");
    expect(await refusalOf(query.awaitTermination())).toMatchObject({ condition: "INVALID_TIMEOUT" });
  });
});
