import { expect, it } from "vitest";
import { runBoundedPlan } from "../../../../dataframe/execution.js";
import { expr } from "../../../../dataframe/functions.js";
import { Session } from "../../../../dataframe/session.js";
import { readValue } from "../../../../engine/arrow/columns.js";
import type { AnalyzedPlan } from "../../../../engine/plan/logicalPlan.js";
import { show } from "../aggregateFixture.js";

// An operator may emit many batches for one input; they are lent one after the other, each until the receiver is done with it.

const session = Session.create();

/** The rows of a plan, as texts, by a receiver that looks at each batch only after it has waited. */
async function slowly(plan: AnalyzedPlan): Promise<string[]> {
  const rows: string[] = [];
  let waiting = 0;
  await runBoundedPlan(session, plan, async (batch) => {
    expect(++waiting).toBe(1);
    await new Promise(setImmediate);
    for (let row = 0; row < batch.length; row++) rows.push(batch.columns.map((column) => show(readValue(column, row))).join());
    waiting--;
  });
  return rows;
}

function numbers(name: string, count: number) {
  return session.createDataFrame(
    Array.from({ length: count }, (_, i) => ({ [name]: i })),
    `${name} INT`,
  );
}

it("a cross join gives a receiver that waits every pair, once", async () => {
  const joined = numbers("a", 600).crossJoin(numbers("b", 600)).select(expr("a + 0").as("a"), expr("b + 0").as("b"));
  const rows = await slowly(joined.plan);
  expect(rows).toHaveLength(600 * 600);
  expect(new Set(rows).size).toBe(600 * 600);
});

it("an aggregation of many groups gives a receiver that waits every group, once", async () => {
  const groups = 200_000;
  const counted = numbers("k", groups).groupBy("k").agg(expr("count(*)").as("n")).select(expr("k + 0").as("k"), expr("n + 0").as("n"));
  const rows = await slowly(counted.plan);
  expect(rows).toHaveLength(groups);
  expect(new Set(rows)).toEqual(new Set(Array.from({ length: groups }, (_, k) => `${k},1n`)));
});
