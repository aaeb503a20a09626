import { describe, expect, it, vi } from "vitest";
import { crashPoints } from "../../engine/contract/runtime.js";
import { Random } from "./world/random.js";
import type { CrashKind } from "./world/world.js";
import { during } from "./harness/during.js";
import { randomRounds, type Round } from "./harness/input.js";
import { simulatedQueries } from "./harness/queries.js";
import { tellsMalformed, type SimulatedQuery } from "./harness/simulatedQuery.js";
import { Simulation, undisturbed } from "./harness/simulation.js";
import { survive } from "./harness/survive.js";

// Many runs a test, on a machine that may be busy.
vi.setConfig({ testTimeout: 900_000 });

// Law 3: whatever dies wherever, the rows of every batch are those of a run in which nothing died.

function roundsOf(query: SimulatedQuery, seed: number): Round[] {
  const size = query.inputs === 1 ? { filesPerRound: 3, linesPerFile: 6 } : { filesPerRound: 10, linesPerFile: 20 };
  return randomRounds(new Random(seed), { inputs: query.inputs, rounds: 2, ...size, lateRows: true, malformed: tellsMalformed(query) });
}

const kinds: readonly CrashKind[] = ["kill", "power"];

describe.each(simulatedQueries)("$name", (query) => {
  const rounds = roundsOf(query, 11);

  it("gives the same batches after a crash at every named point of its batches", async () => {
    const expected = await undisturbed(query, rounds);
    expect(expected.size).toBeGreaterThanOrEqual(6);
    expect([...expected.values()].flat().length).toBeGreaterThan(5);
    let deaths = 0;
    for (const kind of kinds) {
      for (const point of crashPoints) {
        for (const batchId of [0, 3]) {
          const simulation = new Simulation(query, 100 + batchId);
          const run = await survive(simulation, rounds, (start) => {
            if (start === 0) simulation.world.crashAtPoint(point, batchId, kind);
          });
          await during(`${kind} at ${point} of batch ${batchId}`, async () => expect(run.output).toEqual(expected));
          deaths += run.deaths;
        }
      }
    }
    expect(deaths).toBe(2 * crashPoints.length * 2);
  });
});
