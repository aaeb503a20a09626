import { unlimitedMemory } from "../../../engine/physical/spill/queryMemory.js";
import { describe, expect, it } from "vitest";
import { inputsOf } from "../../../dataframe/execution.js";
import { count, desc, expr, sum } from "../../../dataframe/functions.js";
import { Session } from "../../../dataframe/session.js";
import type { Batch } from "../../../engine/arrow/batch.js";
import { concatBatches, retainBatch, rowsOf } from "../../../engine/arrow/columns.js";
import { mainOutput } from "../../../engine/contract/sink.js";
import { drive, type OutputRows } from "../../../engine/physical/execution/driver.js";
import { buildPipeline } from "../../../engine/physical/execution/pipeline.js";
import { runBounded } from "../../../engine/physical/execution/queryExecution.js";
import { fragmentsOf, type Fragment } from "../../../engine/physical/fragments.js";
import { emission, type BatchFacts } from "../../../engine/physical/operator.js";
import { nodesOf, tablesOf, type PhysicalNode, type PlanRoot } from "../../../engine/physical/plan.js";
import { planTree } from "../../../engine/physical/planText.js";
import { planPhysical } from "../../../engine/physical/planner/planner.js";
import { schemaOf } from "../../../engine/plan/logicalPlan.js";
import { optimize } from "../../../engine/plan/optimizer/optimize.js";
import { handling, testRuntime } from "../../runtime/testRuntime.js";
import { withoutPauses } from "./pulled.js";
import type { Pause } from "../../../engine/physical/operator.js";

// The parts of a plan that could run on other threads: each runs here by itself, on a copy such as a message brings, and gives to the next what it gave.

const session = Session.create({ runtime: testRuntime(), print: () => {} });
const readings = session.range(0, 40).selectExpr("id", "id % 5 AS k", "concat('t', id % 3) AS t");
const places = session.range(0, 5).selectExpr("id AS k", "concat('place ', id) AS place");
const perKey = readings.groupBy("k").agg(count("*").as("n"), sum("id").as("s"));
const perText = readings.groupBy("t").agg(count("*").as("n"));

const facts: BatchFacts = { batchId: 0, batchTimeMs: 0, conf: {}, outputMode: "complete", noData: false, watermarks: {} };

interface Query {
  readonly frame: { readonly plan: Parameters<typeof optimize>[0] };
  /** The roots of each fragment. */
  readonly fragments: readonly (readonly string[])[];
}

const queries: Readonly<Record<string, Query>> = {
  "a filter and a projection": { frame: readings.where("id > 3").select("t", "id"), fragments: [["main"]] },
  "an aggregation": { frame: perKey, fragments: [["exchange-0"], ["main"]] },
  "a union below an aggregation": {
    frame: readings.select("k").union(places.select("k")).groupBy("k").agg(count("*").as("n")),
    fragments: [["exchange-0"], ["main"]],
  },
  "duplicates dropped, then grouped": {
    frame: readings.dropDuplicates("k", "t").groupBy("t").agg(count("*").as("n")),
    fragments: [["exchange-0"], ["exchange-1"], ["main"]],
  },
  "a join with a table that is grouped": {
    frame: readings
      .join(places.groupBy("k").agg(count("*").as("c")), "k")
      .groupBy("t")
      .agg(sum("c").as("c")),
    fragments: [["exchange-0"], ["main"]],
  },
  "a full join with a table": {
    frame: readings.where("k < 3").join(places.where("k > 1"), "k", "full").select("k", "place", "id"),
    fragments: [["exchange-0"], ["main"]],
  },
  "distinct values grouped": {
    frame: readings.groupBy("k").agg(expr("count(DISTINCT t)").as("d"), sum("id").as("s")),
    fragments: [["exchange-0"], ["exchange-1"], ["main"]],
  },
  "rows skipped": {
    frame: readings.orderBy("id").offset(5).limit(7),
    fragments: [["exchange-0"], ["exchange-1"], ["exchange-2"], ["main"]],
  },
  "an order and a limit above": {
    frame: perKey.orderBy(desc("s")).limit(3),
    fragments: [["exchange-0"], ["exchange-1"], ["exchange-2"], ["main"]],
  },
  "groups beside rows": {
    frame: perText.select("n").union(readings.select("id")),
    fragments: [["exchange-0"], ["exchange-1"], ["main"]],
  },
  "groups of groups beside groups": {
    frame: perKey.groupBy("n").agg(count("*").as("m")).select("m").union(perText.select("n")).where(expr("m > 0")),
    fragments: [["exchange-0"], ["exchange-2"], ["exchange-1"], ["exchange-3"], ["main"]],
  },
};

function planned({ frame }: Query): readonly PlanRoot[] {
  return planPhysical(optimize(frame.plan), null, 3).roots;
}

/** The rows of a fragment by root, given those of the exchanges. */
async function runFragment({ roots }: Fragment, received: ReadonlyMap<string, Batch>): Promise<Map<string, Batch>> {
  const { chunks, lending } = handling();
  const tables = new Map<PhysicalNode, Batch>();
  for (const table of nodesOf(roots).flatMap((node) => tablesOf(node))) tables.set(table, await rowsOfTable(table));
  const pipeline = buildPipeline(roots, tables, chunks, unlimitedMemory());
  const given = new Map<string, Batch[]>(roots.map(({ outputId }) => [outputId, []]));
  const take = (rows: Iterable<OutputRows | Pause>): void => {
    for (const { output, batch } of withoutPauses(rows)) given.get(output)!.push(retainBatch(batch));
  };
  pipeline.begin(facts);
  for (const { node, ports } of pipeline.leaves) {
    if (node.kind === "scan") throw new Error("these plans have their rows in memory");
    const rows = node.kind === "local" ? node.batch : received.get(node.exchange)!;
    if (rows.length > 0) take(drive([emission(rows)], ports, lending));
  }
  for (const { operator, ports } of pipeline.operators) take(drive(operator.finish(), ports, lending));
  return new Map(roots.map(({ outputId, node }) => [outputId, concatBatches(schemaOf(node.output), given.get(outputId)!)]));
}

async function rowsOfTable(table: PhysicalNode): Promise<Batch> {
  const parts: Batch[] = [];
  await runBounded(table, inputsOf(session, [], session.conf.toRecord()), ({ batch }) => void parts.push(retainBatch(batch)));
  return concatBatches(schemaOf(table.output), parts);
}

async function runFragments(roots: readonly PlanRoot[]): Promise<Map<string, string[]>> {
  const rows = new Map<string, Batch>();
  for (const fragment of fragmentsOf(roots)) {
    for (const [outputId, batch] of await runFragment(structuredClone(fragment), rows)) rows.set(outputId, batch);
  }
  return new Map(roots.map(({ outputId }) => [outputId, rowsOf(rows.get(outputId)!).map(String)]));
}

const receives = ({ roots }: Fragment): string[] => nodesOf(roots).flatMap((node) => (node.kind === "receive" ? [node.exchange] : []));
const gives = ({ roots }: Fragment): string[] => roots.map(({ outputId }) => outputId);

describe("the fragments of a plan", () => {
  it.each(Object.entries(queries))("of %s give its rows, each run by itself on a copy", async (_, query) => {
    const roots = planned(query);
    expect(fragmentsOf(roots).map((fragment) => fragment.roots.map(({ outputId }) => outputId))).toEqual(query.fragments);
    const whole = rowsOf(await rowsOfTable(roots[0]!.node)).map(String);
    expect(whole.length).toBeGreaterThan(0);
    const rows = (await runFragments(roots)).get(mainOutput)!;
    expect(rows.toSorted()).toEqual(whole.toSorted());
  });

  it("are one for a node that several read, and never wait for each other", async () => {
    const [{ node: groups }] = planned(queries["an aggregation"]!) as [PlanRoot];
    const [{ node: rows }] = planned({ frame: readings.selectExpr("k", "CAST(1 AS BIGINT) AS n", "id AS s"), fragments: [] }) as [PlanRoot];
    // What is grouped is an output too, and stands beside its own groups in a third.
    const below = (groups as Extract<PhysicalNode, { kind: "aggregate" }>).input;
    const roots: readonly PlanRoot[] = [
      { outputId: mainOutput, node: { kind: "union", inputs: [rows, groups], output: groups.output } },
      { outputId: "groups", node: groups },
      { outputId: "below", node: below },
    ];
    const fragments = fragmentsOf(roots);
    for (const [i, fragment] of fragments.entries()) {
      const before = fragments.slice(0, i).flatMap(gives);
      for (const exchange of receives(fragment)) expect(before).toContain(exchange);
    }
    // What several read is explained where it is read first.
    expect(planTree(roots).match(/^.*(HashAggregate|Output|shown above).*$/gm)).toEqual([
      expect.stringMatching(/^\+- HashAggregate \(batch-aggregate-0, complete\).* partitions$/),
      "Output groups",
      expect.stringMatching(/^HashAggregate .* \(shown above\)$/),
      "Output below",
      expect.stringMatching(/^Project .* \(shown above\)$/),
    ]);
    const given = await runFragments(roots);
    expect(given.get(mainOutput)!.length).toBe(given.get("groups")!.length + 40);
    expect(given.get("below")!.length).toBe(40);
  });
});
