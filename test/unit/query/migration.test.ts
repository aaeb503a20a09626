import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expr } from "../../../dataframe/functions.js";
import type { StateHook } from "../../../engine/contract/stateHook.js";
import { QueryWorld, refusalOf, type Frame, type Start } from "./queryWorld.js";

// State that a changed query keeps in another way: what is made anew by itself, what by a function, and that it is one thing with the first batch.

let machine: QueryWorld;

beforeEach(async () => {
  machine = new QueryWorld();
  await machine.file("0.json", [
    { ts: "2026-01-01T00:00:01Z", k: "a", v: 1, n: 10 },
    { ts: "2026-01-01T00:00:02Z", k: "b", v: 5, n: 20 },
  ]);
});

afterEach(() => machine.close());

type Build = NonNullable<Start["build"]>;

const schema = "ts TIMESTAMP, k STRING, v INT, n INT";

const byKey =
  (...aggregates: readonly string[]) =>
  (input: Frame): Frame =>
    input.groupBy("k").agg(...aggregates.map((text, i) => expr(text).as(`r${i}`)));

const byNumber = (input: Frame): Frame =>
  input.groupBy("n").agg(expr("sum(v)").as("s"), expr("max(v)").as("m"), expr("sum(d)").as("d"), expr("min(f)").as("f"));

const join =
  (columns: string) =>
  (input: Frame): Frame => {
    const keyed = input.selectExpr("ts", "k", "v", "n").withWatermark("ts", "1 hour");
    const right = keyed.selectExpr("k AS rk", "n AS rn", "ts AS rts");
    return keyed.join(right, expr("k = rk AND rts > ts AND rts <= ts + INTERVAL 1 minute")).selectExpr(...columns.split(", "));
  };

const byTwo = (input: Frame): Frame => input.groupBy("k", "n").agg(expr("sum(v)").as("s"));

const update = (build: Build, more: Start = {}): Start => ({ schema, outputMode: "update", build, ...more });

/** One more row of key a. */
async function moreOfA(name: string, row: object = {}): Promise<void> {
  await machine.file(name, [{ ts: "2026-01-01T00:00:03Z", k: "a", v: 7, n: 30, ...row }]);
}

/** The rows of the newest batch. */
function newest(): unknown[][] {
  return [...machine.batches().values()].at(-1)!;
}

/** In the order of their texts. */
function sorted<T>(rows: readonly T[]): T[] {
  return rows.toSorted((a, b) => (String(a) < String(b) ? -1 : 1));
}

function withHook(build: (input: Frame) => Frame, operator: string, hook: StateHook): Build {
  return (input) => ({ writeStream: build(input).writeStream.migrateState(operator, hook) });
}

describe("state that changes by itself", () => {
  it("begins a new aggregate now, wherever it stands, and says so", async () => {
    await machine.run(update(byKey("sum(v)", "count(*)")));
    await moreOfA("1.json");
    await machine.run(update(byKey("max(n)", "sum(v)", "min(v)", "count(*)", "collect_list(v)")));
    expect(newest()).toEqual([["a", 30, 8n, 7, 2n, [7]]]);
    expect(machine.warnings.join("\n")).toMatch(
      /aggregate-0: migrate with batch 1: max\(n\) begins now: groups that are there count from here on; min\(v\) begins now/,
    );
    await moreOfA("2.json", { v: 2 });
    await machine.run(update(byKey("max(n)", "sum(v)", "min(v)", "count(*)", "collect_list(v)")));
    expect(newest()).toEqual([["a", 30, 10n, 2, 3n, [7, 2]]]);
  });

  it.each([
    ["windows", "window(ts, '10 seconds')"],
    ["hopping windows", "window(ts, '10 seconds', '5 seconds')"],
    ["sessions", "session_window(ts, '5 seconds')"],
  ])("of %s closes as ever", async (_name, window) => {
    const build =
      (...aggregates: string[]) =>
      (input: Frame): Frame =>
        input
          .withWatermark("ts", "0 seconds")
          .groupBy(expr(window).as("w"), expr("k"))
          .agg(...aggregates.map((text, i) => expr(text).as(`r${i}`)));
    await machine.run({ schema, build: build("sum(v)") });
    await machine.file("1.json", [
      { ts: "2026-01-01T00:00:03Z", k: "a", v: 2, n: 3 },
      { ts: "2026-01-01T00:01:00Z", k: "z", v: 0, n: 0 },
    ]);
    await machine.run({ schema, build: build("sum(v)", "avg(n)") });
    const rows = machine.rows().map((row) => row.slice(1));
    expect(rows).toContainEqual(["a", 3n, 3]);
    expect(rows).toContainEqual(["b", 5n, null]);
  });

  it("takes wider types, of keys too", async () => {
    const row = { v: 1, n: 10, d: "1.50", f: 0.5 };
    await machine.file("1.json", [row, { ...row, n: 300 }]);
    await machine.run({ schema: "n SMALLINT, v INT, d DECIMAL(5,2), f FLOAT", outputMode: "update", build: byNumber });
    await machine.file("2.json", [{ v: 2147483648, n: 10, d: "10000.25", f: 0.25 }]);
    const wider = { schema: "n BIGINT, v BIGINT, d DECIMAL(8,2), f DOUBLE", outputMode: "update", build: byNumber } as const;
    await machine.run(wider);
    expect(newest()).toEqual([[10n, 2147483650n, 2147483648n, 1000175n, 0.25]]);
    await machine.file("3.json", [{ v: 1, n: 300, d: "1", f: 1 }]);
    await machine.run(wider);
    expect(newest()).toEqual([[300n, 2n, 1n, 250n, 0.5]]);
    expect(machine.warnings.join("\n")).toContain("`n` smallint becomes bigint");
  });

  it("keeps aggregates their own that change places", async () => {
    await machine.run(update(byKey("sum(v)", "sum(n)")));
    await moreOfA("1.json");
    await machine.run(update(byKey("sum(n)", "sum(v)")));
    expect(newest()).toEqual([["a", 40n, 8n]]);
  });

  it("gives the rows of a join new columns", async () => {
    await machine.run({ schema, build: join("k, rn") });
    await moreOfA("1.json", { v: 99 });
    const wider = join("k, v, rn");
    await machine.run({ schema: schema.replace("n INT", "n BIGINT"), build: wider });
    expect(machine.rows()).toEqual([["a", null, 30n]]);
    await moreOfA("2.json", { ts: "2026-01-01T00:00:04Z", v: 100 });
    await machine.run({ schema: schema.replace("n INT", "n BIGINT"), build: wider });
    expect(machine.rows().slice(1)).toHaveLength(2);
    expect(machine.rows().slice(1)).toEqual(
      expect.arrayContaining([
        ["a", null, 30n],
        ["a", 99, 30n],
      ]),
    );
  });

  it("takes an id of the query's own", async () => {
    await machine.run(update(byKey("sum(v)")));
    await moreOfA("1.json");
    await machine.run(update((input) => byKey("sum(v)")(input).id("totals")));
    expect(newest()).toEqual([["a", 8n]]);
    await moreOfA("2.json");
    await machine.run(update((input) => byKey("sum(v)")(input).id("totals")));
    expect(newest()).toEqual([["a", 15n]]);
    expect(await refusalOf(machine.start(update(byKey("sum(v)"))))).toMatchObject({ condition: "QUERY_CHANGED" });
  });
});

describe("state that does not", () => {
  const refused: Record<string, readonly [Build, string, RegExp]> = {
    "an aggregate less": [byKey("sum(v)"), "QUERY_CHANGED", /functions .* was \["sum\(int\)","sum\(int\)"\] and is \["sum\(int\)"\]$/],
    "another in the place of one": [
      byKey("sum(n)", "sum(v + 1)"),
      "QUERY_CHANGED",
      /of the aggregates of the stateful operator aggregate-0, sum\(v\) is gone/,
    ],
    "a narrower type": [byKey("sum(v)", "sum(CAST(n AS SMALLINT))", "count(*)"), "QUERY_CHANGED", /sum\(n\) is gone/],
    "another key": [(input) => input.groupBy("v").agg(expr("sum(v)"), expr("sum(n)")), "STATE_SCHEMA_CHANGED", /`k` string and is `v` int/],
  };

  it.each(Object.keys(refused))("with %s is refused by name, and the query goes on as it was", async (name) => {
    const [build, condition, change] = refused[name]!;
    await machine.run(update(byKey("sum(v)", "sum(n)")));
    const failure = await refusalOf(machine.start(update(build)));
    expect(failure.condition).toBe(condition);
    expect(failure.parameters["change"]).toMatch(change);
    await moreOfA("1.json");
    await machine.run(update(byKey("sum(v)", "sum(n)")));
    expect(newest()).toEqual([["a", 8n, 40n]]);
  });

  it("is not guessed where an older checkpoint does not tell two aggregates apart", async () => {
    await machine.run(update(byKey("sum(v)")));
    const shape = (await machine.text("/data/checkpoint/query.json"))!;
    await machine.overwrite("/data/checkpoint/query.json", shape.replace(/,"labels":\[[^\]]*\]/, ""));
    expect(await refusalOf(machine.start(update(byKey("sum(n)", "sum(v)"))))).toMatchObject({
      condition: "QUERY_CHANGED",
      parameters: { change: expect.stringContaining("which of the aggregates sum(int) was cannot be told") as string },
    });
    await moreOfA("1.json");
    await machine.run(update(byKey("max(n)", "sum(v)")));
    expect(newest()).toEqual([["a", 30, 8n]]);
  });
});

const failing = (input: Frame): Frame => input.groupBy("k", "n").agg(expr("sum(v / 0)").as("s"));
const toThirty: StateHook = ({ key }) => ({ key: { ...key, n: 30 }, value: { "0.sum": 1 } });

describe("migrateState", () => {
  it("makes the rows of the state, once", async () => {
    await machine.run(update(byKey("sum(v)")));
    const seen: unknown[] = [];
    const hook: StateHook = ({ key, value }, store) => {
      seen.push([store, key, value]);
      return key["k"] === "b" ? null : { key: { ...key, n: 30 }, value };
    };
    await moreOfA("1.json");
    await machine.file("1b.json", [{ ts: "2026-01-01T00:00:03Z", k: "b", v: 1, n: 30 }]);
    const changed = update(withHook(byTwo, "aggregate-0", hook));
    await machine.run(changed);
    expect(sorted(newest())).toEqual([
      ["a", 30, 8n],
      ["b", 30, 1n],
    ]);
    expect(seen).toEqual([
      ["default", { k: "b" }, { "0.sum": 5 }],
      ["default", { k: "a" }, { "0.sum": 1 }],
    ]);
    await moreOfA("2.json");
    await machine.run(changed);
    expect(newest()).toEqual([["a", 30, 15n]]);
    expect(seen).toHaveLength(2);
  });

  it("counts for nothing until the first batch is committed", async () => {
    await machine.run(update(byKey("sum(v)")));
    await moreOfA("1.json");
    expect((await refusalOf(machine.run(update(withHook(failing, "aggregate-0", toThirty))))).condition).toBe("DIVIDE_BY_ZERO");
    await machine.run(update(byKey("sum(v)")));
    expect(newest()).toEqual([["a", 8n]]);
  });

  it.each<[string, StateHook, RegExp]>([
    ["lacks a column", ({ key, value }) => ({ key, value }), /key lacks n; the columns are k, n/],
    ["has a column too many", ({ key, value }) => ({ key: { ...key, n: 1, x: 2 }, value }), /key has x, which is no column/],
    ["has a value of another type", ({ key, value }) => ({ key: { ...key, n: "x" }, value }), /key\.n/],
    [
      "throws",
      () => {
        throw new Error("no idea");
      },
      /for the row \{"key":\{"k":"."\},"value":\{"0\.sum":.\}\}: .*no idea/,
    ],
    ["gives one key twice", ({ value }) => ({ key: { k: "same", n: 1 }, value }), /some have the same key: there are 1/],
    ["is asynchronous", (async () => null) as unknown as StateHook, /gives an object of a key and a value, or null/],
  ])("is refused where what it gives %s", async (_name, hook, reason) => {
    await machine.run(update(byKey("sum(v)")));
    const failure = await refusalOf(machine.start(update(withHook(byTwo, "aggregate-0", hook))));
    expect(failure).toMatchObject({ condition: "STATE_MIGRATION_FAILED", parameters: { operatorId: "aggregate-0" } });
    expect(failure.parameters["reason"]).toMatch(reason);
  });

  it("leaves state behind where it is told to", async () => {
    await machine.run(update(byKey("sum(v)")));
    await moreOfA("1.json");
    await machine.run(update(withHook(byTwo, "aggregate-0", "discard")));
    expect(newest()).toEqual([["a", 30, 7n]]);
    await moreOfA("2.json");
    await machine.run({ schema, build: withHook((input) => input.select("k"), "aggregate-0", "discard"), outputMode: "update" });
    expect(newest()).toEqual([["a"]]);
    await moreOfA("3.json");
    await machine.run({ schema, build: (input) => input.select("v"), outputMode: "update" });
    expect(newest()).toEqual([[7]]);
    await moreOfA("4.json");
    await machine.run(update(withHook(byKey("count(*)"), "aggregate-0", "discard")));
    await moreOfA("5.json");
    await machine.run(update(byKey("count(*)")));
    expect(newest()).toEqual([["a", 2n]]);
  });
});

describe("a checkpoint whose state was migrated", () => {
  it("shows each batch with its own columns, and says where they change", async () => {
    await machine.run(update(byKey("sum(v)")));
    await moreOfA("1.json");
    await machine.run(update(byKey("sum(v)", "max(n)")));
    await moreOfA("2.json");
    await machine.run(update(byKey("sum(v)", "max(n)")));
    const session = machine.session();
    const show = async (options: Record<string, string | number | boolean>): Promise<string[]> => {
      const frame = await session.read.format("statestore").options(options).load("/data/checkpoint");
      return (await frame.selectExpr("to_json(struct(key, value))").collect()).map((row) => String(Object.values(row)[0]));
    };
    expect(sorted(await show({ batchId: 0 }))).toEqual(['{"key":{"k":"a"},"value":{"0.sum":1}}', '{"key":{"k":"b"},"value":{"0.sum":5}}']);
    expect(sorted(await show({}))).toEqual(['{"key":{"k":"a"},"value":{"0.sum":15,"1.max":30}}', '{"key":{"k":"b"},"value":{"0.sum":5}}']);
    expect(await show({ readChangeFeed: true, changeStartBatchId: 1 })).toHaveLength(3);
    await expect(show({ readChangeFeed: true, changeStartBatchId: 0 })).rejects.toMatchObject({ condition: "CHECKPOINT_STATE_UNREADABLE" });
    await session.stop();
  });

  it("is refused where the layout is gone that its commits name", async () => {
    await machine.run(update(byKey("sum(v)")));
    await moreOfA("1.json");
    await machine.run(update(byKey("sum(v)", "max(n)")));
    await machine.world.files.remove("/data/checkpoint/state/schema-1.json");
    expect(await refusalOf(machine.start(update(byKey("sum(v)", "max(n)"))))).toMatchObject({
      condition: "CHECKPOINT_FILE_MISSING",
      parameters: { path: "/data/checkpoint/state/schema-1.json" },
    });
  });
});
