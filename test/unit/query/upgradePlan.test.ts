import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expr } from "../../../dataframe/functions.js";
import type { DataStreamWriter } from "../../../dataframe/streamWriter.js";
import { planUpgrade, type UpgradePlan } from "../../../dataframe/upgradePlan.js";
import type { OutputMode } from "../../../engine/contract/sink.js";
import type { FileSystem } from "../../../engine/contract/fileSystem.js";
import { QueryWorld, refusalOf, type Frame } from "./queryWorld.js";

// What a plan says of a changed query is what its start then does; and a plan touches nothing.

let machine: QueryWorld;

beforeEach(async () => {
  machine = new QueryWorld();
  await machine.file("0.json", [{ ts: "2026-01-01T00:00:01Z", k: "a", v: 1 }]);
  await machine.file("0.json", [{ ts: "2026-01-01T00:00:01Z", k: "a", v: 1 }], "/data/other");
});

afterEach(() => machine.close());

interface Change {
  readonly path?: string;
  readonly mode?: OutputMode;
  readonly format?: "json" | "parquet";
  readonly out?: string;
  readonly build?: (input: Frame) => Frame;
  readonly write?: (writer: DataStreamWriter<unknown>) => DataStreamWriter<unknown>;
}

const byWindow =
  (...aggregates: readonly string[]) =>
  (input: Frame): Frame =>
    input
      .withWatermark("ts", "10 seconds")
      .groupBy(expr("window(ts, '10 seconds')").as("w"), expr("k"))
      .agg(...aggregates.map((text, i) => expr(text).as(`r${i}`)));

function writer({
  path = "/data/in",
  mode = "append",
  format = "json",
  out = "/data/out",
  build = byWindow("sum(v)"),
  write,
}: Change = {}): DataStreamWriter<unknown> {
  const input = machine.session().readStream.schema("ts TIMESTAMP, k STRING, v BIGINT").json(path);
  const made = build(input).writeStream.format(format).option("path", out).outputMode(mode).trigger({ availableNow: true });
  const given = made.option("checkpointLocation", "/data/checkpoint") as unknown as DataStreamWriter<unknown>;
  return write === undefined ? given : write(given);
}

function planned(change: Change = {}): Promise<UpgradePlan> {
  const made = writer(change);
  return planUpgrade(made.session, made.definition);
}

async function run(change: Change = {}): Promise<void> {
  const query = await writer(change).start();
  await query.awaitTermination();
}

const byKey = (input: Frame): Frame => input.groupBy("k").agg(expr("sum(v)"));

/** Every file below a folder, with its bytes. */
async function contentOf(files: FileSystem, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name, directory } of await files.list(folder)) {
    const path = `${folder}/${name}`;
    if (directory) found.push(...(await contentOf(files, path)));
    else found.push(`${path}: ${Buffer.from((await files.read(path))!).toString("hex")}`);
  }
  return found;
}

const changes: Record<string, readonly [Change, readonly string[]]> = {
  nothing: [{}, ["source reuse", "sink reuse", "operator reuse"]],
  "a new aggregate": [{ build: byWindow("max(v)", "sum(v)") }, ["source reuse", "sink reuse", "operator migrate"]],
  "an id": [{ build: (input) => byWindow("sum(v)")(input).id("totals") }, ["source reuse", "sink reuse", "operator migrate"]],
  "another aggregate": [{ build: byWindow("min(v)") }, ["source reuse", "sink reuse", "operator refuse QUERY_CHANGED"]],
  "another key": [
    {
      build: (input) =>
        input.withWatermark("ts", "10 seconds").groupBy(expr("window(ts, '10 seconds')").as("w"), expr("v")).agg(expr("sum(v)")),
    },
    ["source reuse", "sink reuse", "operator refuse STATE_SCHEMA_CHANGED"],
  ],
  "state that is left behind": [
    { build: byWindow("min(v)"), write: (made) => made.migrateState("aggregate-0", "discard") },
    ["source reuse", "sink reuse", "operator rebuild"],
  ],
  "state of a function": [
    { build: byWindow("min(v)"), write: (made) => made.migrateState("aggregate-0", ({ key }) => ({ key, value: { "0.min": 1 } })) },
    ["source reuse", "sink reuse", "operator migrate"],
  ],
  "no operator": [{ build: (input) => input }, ["source reuse", "sink reuse", "operator refuse QUERY_CHANGED"]],
  "no operator, which is told": [
    { build: (input) => input, write: (made) => made.migrateState("aggregate-0", "discard") },
    ["source reuse", "sink reuse", "operator discard"],
  ],
  "another source": [{ path: "/data/other" }, ["source refuse QUERY_CHANGED", "sink reuse", "operator reuse"]],
  "one source more": [
    { build: (input) => byWindow("sum(v)")(input.union(input)) },
    ["source refuse QUERY_CHANGED", "source refuse QUERY_CHANGED", "sink reuse", "operator reuse"],
  ],
  "another folder": [{ out: "/data/elsewhere" }, ["source reuse", "sink refuse QUERY_CHANGED", "operator reuse"]],
  "another sink": [{ format: "parquet" }, ["source reuse", "sink rebuild", "operator reuse"]],
};

describe("a plan against a checkpoint", () => {
  it.each(Object.keys(changes))("of a query with %s says what its start does, and changes nothing", async (name) => {
    const [change, parts] = changes[name]!;
    await run();
    const before = await contentOf(machine.world.files, "/data");
    const plan = await planned(change);
    expect(plan.parts.map(({ kind, action, condition }) => [kind, action, ...(condition === null ? [] : [condition])].join(" "))).toEqual(
      parts,
    );
    expect(await contentOf(machine.world.files, "/data")).toEqual(before);
    await machine.file("1.json", [{ ts: "2026-01-01T00:00:02Z", k: "a", v: 1 }]);
    const refused = plan.parts.find(({ condition }) => condition !== null);
    expect(plan.isPossible).toBe(refused === undefined);
    if (refused === undefined) await run(change);
    else expect((await refusalOf(run(change))).condition).toBe(refused.condition);
  });

  it("says where it goes on, and why", async () => {
    await run();
    const { nextBatchId, location, parts } = await planned({ build: byWindow("max(v)", "sum(v)") });
    expect({ nextBatchId, location }).toEqual({ nextBatchId: 2, location: "/data/checkpoint" });
    expect(parts).toEqual([
      { kind: "source", name: "json[/data/in]", action: "reuse", condition: null, notes: ['goes on behind {"logOffset":0}'] },
      { kind: "sink", name: "json[file:/data/out]", action: "reuse", condition: null, notes: [] },
      {
        kind: "operator",
        name: "aggregate-0",
        action: "migrate",
        condition: null,
        notes: ["max(v) begins now: groups that are there count from here on"],
      },
    ]);
  });

  it("of another output mode is refused at the sink", async () => {
    const memoryQuery = { build: byKey, outputMode: "update", name: "plan-modes" } as const;
    await machine.run(memoryQuery);
    const made = byKey(machine.session().readStream.schema("ts TIMESTAMP, k STRING, v BIGINT").json("/data/in"));
    const { definition, session } = made.writeStream
      .format("console")
      .outputMode("complete")
      .option("checkpointLocation", "/data/checkpoint");
    const { parts } = await planUpgrade(session, definition);
    expect(parts).toContainEqual(
      expect.objectContaining({ kind: "sink", action: "refuse", notes: ["the output mode was update and is complete"] }),
    );
  });

  it("is refused where there is nothing to compare with", async () => {
    expect(await refusalOf(planned())).toMatchObject({ condition: "CHECKPOINT_NOT_FOUND" });
    const { definition, session } = machine.session().readStream.schema("k STRING").json("/data/in").writeStream.format("console");
    expect(await refusalOf(planUpgrade(session, definition))).toMatchObject({ condition: "PLAN_NEEDS_CHECKPOINT" });
  });
});
