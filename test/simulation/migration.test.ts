import { describe, expect, it, vi } from "vitest";
import { expr } from "../../dataframe/functions.js";
import { during } from "./harness/during.js";
import { randomRounds, type Round } from "./harness/input.js";
import type { Frame, SimulatedQuery } from "./harness/simulatedQuery.js";
import { Simulation } from "./harness/simulation.js";
import type { BatchRows } from "./harness/text.js";
import { Random } from "./world/random.js";

// Many runs a test, on a machine that may be busy.
vi.setConfig({ testTimeout: 900_000 });

// A query that is another at its restart dies in every single change that it makes to the disk: its state is that of before or that of after, never both, never half.

const rounds: readonly Round[] = randomRounds(new Random(11), { inputs: 1, rounds: 3, filesPerRound: 1, linesPerFile: 12, lateRows: true });

const windows =
  (...aggregates: readonly string[]) =>
  (_: unknown, [input]: readonly Frame[]): Frame =>
    input!
      .withWatermark("ts", "5 seconds")
      .groupBy(expr("window(ts, '5 seconds')").as("w"), expr("k"))
      .agg(...aggregates.map((text) => expr(text).as(text)));

const before: SimulatedQuery = { name: "windows", inputs: 1, outputMode: "append", sink: "json", build: windows("count(*)", "sum(v)") };
const moreAggregates: SimulatedQuery = { ...before, build: windows("max(v)", "count(*)", "avg(d)", "sum(v)") };

const groups: SimulatedQuery = {
  name: "groups",
  inputs: 1,
  outputMode: "complete",
  sink: "memory",
  build: (_, [input]) => input!.groupBy("k").agg(expr("count(*)"), expr("sum(v)")),
};
const otherGroups: SimulatedQuery = {
  ...groups,
  build: (_, [input]) => input!.groupBy(expr("concat('x', k)").as("xk")).agg(expr("count(*)"), expr("sum(v)")),
  migrate: ({ key, value }) => ({ key: { xk: key["k"] === null ? null : `x${key["k"] as string}` }, value }),
};

const stories: Record<string, readonly [SimulatedQuery, SimulatedQuery]> = {
  "aggregates that begin now": [before, moreAggregates],
  "rows by a function": [groups, otherGroups],
};

interface Ended {
  readonly output: ReadonlyMap<number, BatchRows>;
  readonly deaths: number;
  readonly trace: readonly string[];
}

/** The first round under one query, the others under another, whose first start dies where `arrange` says. */
async function story(
  seed: number,
  [first, then]: readonly [SimulatedQuery, SimulatedQuery],
  arrange: (simulation: Simulation) => void,
): Promise<Ended> {
  const simulation = new Simulation(first, seed);
  try {
    await simulation.arrive(rounds[0]!);
    expect(await simulation.run()).toBe(true);
    simulation.query = then;
    let deaths = 0;
    for (const [i, round] of rounds.slice(1).entries()) {
      await simulation.arrive(round);
      if (i === 0) arrange(simulation);
      while (!(await simulation.run())) deaths++;
    }
    simulation.world.cancelCrash();
    return { output: await simulation.output(), deaths, trace: simulation.world.trace };
  } finally {
    simulation.close();
  }
}

/** What both queries give. */
const common = (output: ReadonlyMap<number, BatchRows>): unknown =>
  [...output].map(([batchId, rows]) => [batchId, rows.map((row) => row.replace(/"(max\(v\)|avg\(d\))":[^,}]*,?/g, "").replace(",}", "}"))]);

/** Seeds of undisturbed runs: ids of runs come of them. */
let quiet = -100_000;

describe("a restart with a migrated query", () => {
  it.each(Object.keys(stories).flatMap((name) => (["kill", "power"] as const).map((kind) => [name, kind] as const)))(
    "survives a death in every change of the disk (%s, %s)",
    async (name, kind) => {
      const { output: expected } = await story(quiet--, stories[name]!, () => undefined);
      expect([...expected.values()].flat().length).toBeGreaterThan(3);
      let operation = 0;
      for (let hit = true; hit;) {
        operation++;
        const ended = await story(20_000 * (kind === "kill" ? 1 : 2) + operation, stories[name]!, ({ world }) =>
          world.crashAtOperation(operation, kind),
        );
        await during(`${kind} in operation ${operation}`, async () => expect(ended.output).toEqual(expected));
        hit = ended.deaths > 0;
      }
      expect(operation).toBeGreaterThan(40);
    },
  );

  it("goes on where the query of before died, at any point of its last batch", async () => {
    const { output: expected } = await story(quiet--, [before, moreAggregates], () => undefined);
    let operation = 0;
    let deaths = 0;
    for (let hit = true; hit;) {
      operation++;
      const simulation = new Simulation(before, 60_000 + operation);
      try {
        await simulation.arrive(rounds[0]!);
        await simulation.run();
        await simulation.arrive(rounds[1]!);
        simulation.world.crashAtOperation(operation, "power");
        hit = !(await simulation.run());
        if (hit) deaths++;
        simulation.world.cancelCrash();
        simulation.query = moreAggregates;
        await simulation.run();
        for (const round of rounds.slice(2)) {
          await simulation.arrive(round);
          expect(await simulation.run()).toBe(true);
        }
        const output = await simulation.output();
        await during(`operation ${operation}`, async () => expect(common(output)).toEqual(common(expected)));
      } finally {
        simulation.close();
      }
    }
    expect(deaths).toBeGreaterThan(20);
  });
});
