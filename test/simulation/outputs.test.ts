import { describe, expect, it, vi } from "vitest";
import { openCheckpoint } from "../../checkpoints/checkpoint.js";
import { inputsOf } from "../../dataframe/execution.js";
import { sinkFormats } from "../../dataframe/formats.js";
import { Session } from "../../dataframe/session.js";
import { userCode } from "../../dataframe/userCode.js";
import type { Batch } from "../../engine/arrow/batch.js";
import { readValue, takeBatch } from "../../engine/arrow/columns.js";
import { mainOutput } from "../../engine/contract/sink.js";
import type { OperatorMaker } from "../../engine/physical/execution/pipeline.js";
import { makeStreamOperator } from "../../engine/physical/execution/pipeline.js";
import { createExecution } from "../../engine/physical/execution/queryExecution.js";
import { emission, nothing, type Emission, type Operator } from "../../engine/physical/operator.js";
import type { PhysicalNode, PhysicalPlan, PlanRoot } from "../../engine/physical/plan.js";
import { planPhysical } from "../../engine/physical/planner/planner.js";
import { schemaOf } from "../../engine/plan/logicalPlan.js";
import { optimize } from "../../engine/plan/optimizer/optimize.js";
import type { QueryDefinition } from "../../engine/query/definition.js";
import { MicroBatchQuery } from "../../engine/query/microBatchQuery.js";
import { fileOutput } from "./harness/output.js";
import { during } from "./harness/during.js";
import { isCrash } from "./harness/simulation.js";
import type { BatchRows } from "./harness/text.js";
import { World } from "./world/world.js";

// Many runs a test, on a machine that may be busy.
vi.setConfig({ testTimeout: 600_000 });

// A plan of several outputs: an operator with two ports, and a scan that two read. All outputs of a batch are committed with it, exactly once each.

/** Gives rows with an even number on the main port, the others on port 1. */
class EvenAndOdd implements Operator {
  begin(): void {}

  *process(batch: Batch): Iterable<Emission> {
    const rows = Array.from({ length: batch.length }, (_, i) => i);
    const odd = rows.filter((i) => Number(readValue(batch.columns[0]!, i)) % 2 === 1);
    const even = rows.filter((i) => !odd.includes(i));
    if (even.length > 0) yield emission(takeBatch(batch, Int32Array.from(even), even.length));
    if (odd.length > 0) yield { port: 1, batch: takeBatch(batch, Int32Array.from(odd), odd.length) };
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}

/** No operator of the engine has two ports yet: here a union of one input has. */
const make: OperatorMaker = (node, parts) => (node.kind === "union" ? new EvenAndOdd() : makeStreamOperator(node, parts));

const outputIds = [mainOutput, "odd", "all"];

function withOutputs(plan: PhysicalPlan): PhysicalPlan {
  const { node: scan } = plan.roots[0]!;
  const { output } = scan;
  const divided: PhysicalNode = { kind: "union", inputs: [scan], output };
  const three: PlanRoot[] = [
    { outputId: mainOutput, node: divided },
    { outputId: "odd", node: { kind: "port", port: 1, input: divided, output } },
    { outputId: "all", node: scan },
  ];
  return { ...plan, roots: three };
}

const settings = {
  noDataMicroBatches: true,
  minBatchesToRetain: 3,
  numRecentProgressUpdates: 100,
  pollingDelayMs: 10,
  noDataProgressIntervalMs: 10_000,
};

const warn = (): void => {};

/** Runs what is there to its end; false when the process died on the way. */
async function run(world: World, name: string): Promise<boolean> {
  const runtime = world.runtime(name);
  const session = Session.create({ runtime, print: () => {}, warn });
  const conf = session.conf.toRecord();
  const frame = session.readStream.schema("n INT").option("maxFilesPerTrigger", 1).json("/data/in");
  const physical = withOutputs(planPhysical(optimize(frame.plan), "append", 1));
  const json = await sinkFormats.load("json", session);
  const schema = schemaOf(physical.roots[0]!.node.output);
  try {
    const checkpoint = await openCheckpoint({ location: "/data/checkpoint", runtime, warn });
    const definition: QueryDefinition = {
      name: null,
      trigger: { kind: "availableNow", finalWatermark: false },
      outputMode: "append",
      runtime,
      checkpoint,
      identity: { sources: ["json[in]"], places: ["/data/in"], tables: {}, outputMode: "append", sink: "json", sinkPlace: "/data/main" },
      conf,
      settings,
      listeners: [],
      userCode,
      stateHooks: {},
      warn,
      recordedShape: async () => null,
      open: async () => {
        const { provider, options, schema: input } = session.tables.get(physical.sources[0]!.table);
        const sinkContext = { runtime, schema, outputMode: "append", streaming: true, partitionBy: [], conf, print: warn, warn } as const;
        const log = checkpoint.sourceLog(0);
        const source = await provider.create({ runtime, options, schema: input, log, bounded: false, conf, warn });
        return {
          sources: [source],
          execution: await createExecution(physical, inputsOf(session, [source], conf), make),
          watermarks: [],
          outputs: outputIds.map((id) => ({
            id,
            sink: json.create({ ...sinkContext, options: { path: `/data/${id}` } }),
            schema,
            keyColumns: null,
            changeColumn: null,
          })),
          operators: {},
          places: new Map(),
          tableRefresh: null,
          unbounded: [],
          explain: () => "",
        };
      },
    };
    const query = await MicroBatchQuery.start(definition);
    await query.awaitTermination();
    return true;
  } catch (error) {
    if (isCrash(error)) return false;
    throw error;
  }
}

async function newWorld(seed: number): Promise<World> {
  const world = new World(seed);
  await world.files.makeDirectory("/data/in");
  for (const [i, numbers] of [
    [0, 1, 2],
    [3, 5],
    [4, 7, 8],
  ].entries()) {
    world.clock.advance(1000);
    const text = numbers.map((n) => `${JSON.stringify({ n })}\n`).join("");
    await world.files.addNew(`/data/in/${i}.json`, new TextEncoder().encode(text));
  }
  return world;
}

async function outputsOf(world: World): Promise<Record<string, ReadonlyMap<number, BatchRows>>> {
  const outputs = await Promise.all(outputIds.map(async (id) => [id, await fileOutput(world.files, `/data/${id}`, "json")] as const));
  return Object.fromEntries(outputs);
}

const rowsOfNumbers = (...numbers: readonly number[]): BatchRows => numbers.map((n) => JSON.stringify({ n }));
const wanted = {
  main: new Map([
    [0, rowsOfNumbers(0, 2)],
    [1, []],
    [2, rowsOfNumbers(4, 8)],
  ]),
  odd: new Map([
    [0, rowsOfNumbers(1)],
    [1, rowsOfNumbers(3, 5)],
    [2, rowsOfNumbers(7)],
  ]),
  all: new Map([
    [0, rowsOfNumbers(0, 1, 2)],
    [1, rowsOfNumbers(3, 5)],
    [2, rowsOfNumbers(4, 7, 8)],
  ]),
};

describe("a plan of several outputs", () => {
  it("gives each batch to all of them", async () => {
    const world = await newWorld(1);
    expect(await run(world, "only")).toBe(true);
    expect(await outputsOf(world)).toEqual(wanted);
    const text = new TextDecoder().decode(await world.files.read("/data/checkpoint/commits/0"));
    const { outputs } = JSON.parse(text.split("\n")[1]!) as { readonly outputs: Record<string, unknown> };
    expect(Object.keys(outputs)).toEqual(outputIds);
  });

  it.each(["kill", "power"] as const)(
    "has each batch in each of them once, whichever change of the disk is the last (%s)",
    async (kind) => {
      let operation = 0;
      for (let hit = true; hit;) {
        operation++;
        const world = await newWorld(operation);
        world.crashAtOperation(operation, kind);
        for (let start = 0; !(await run(world, `start ${start}`)); start++) expect(start).toBeLessThan(5);
        hit = !world.cancelCrash();
        await during(`${kind} in operation ${operation}`, async () => expect(await outputsOf(world)).toEqual(wanted));
      }
      expect(operation).toBeGreaterThan(100);
    },
  );
});
