import { describe, expect, it, vi } from "vitest";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { during } from "./harness/during.js";
import { randomRounds } from "./harness/input.js";
import { simulatedQueries } from "./harness/queries.js";
import { isCrash, Simulation, undisturbed } from "./harness/simulation.js";
import { Random } from "./world/random.js";

// Many runs a test, on a machine that may be busy.
vi.setConfig({ testTimeout: 900_000 });

// Law 4: one owner. However starts, take-overs and stalls interleave, every batch comes once.

const query = simulatedQueries.find(({ name }) => name === "tumbling windows, append")!;
const rounds = randomRounds(new Random(3), { inputs: 1, rounds: 2, filesPerRound: 4, linesPerFile: 6, lateRows: true });
/** A sixth of the seeds of the crash simulation: each is some runs of several processes. */
const seeds = Array.from({ length: Math.ceil(Number(process.env["SIMULATION_SEEDS"] ?? 120) / 6) }, (_, i) => i + 1);

/** What a start came to: `done`, or the condition that ended it. */
async function outcomeOf(simulation: Simulation, host: string): Promise<string> {
  try {
    const running = await simulation.start({ availableNow: true }, { host });
    await running.awaitTermination();
    return "done";
  } catch (error) {
    if (isCrash(error)) return "killed";
    if (error instanceof StreamingError) return error.condition;
    throw error;
  }
}

describe("two starts at the same moment", () => {
  it("on one host: one goes on, the other is refused by name or comes after it", async () => {
    const expected = await undisturbed(query, rounds);
    const outcomes = new Set<string>();
    for (const seed of seeds) {
      const simulation = new Simulation(query, seed);
      simulation.world.latencyMs = 4;
      await during(`seed ${seed}`, async () => {
        for (const round of rounds) {
          await simulation.arrive(round);
          const both = await Promise.all([outcomeOf(simulation, "one"), outcomeOf(simulation, "one")]);
          expect(both).toContain("done");
          for (const outcome of both) outcomes.add(outcome);
        }
        expect(await simulation.output()).toEqual(expected);
      });
    }
    expect([...outcomes].toSorted()).toEqual(["CHECKPOINT_IN_USE", "done"]);
  });

  it("of hosts that cannot see each other, told to take over: the last one goes on, nothing comes twice", async () => {
    const expected = await undisturbed(query, rounds);
    const outcomes = new Set<string>();
    for (const seed of seeds) {
      const simulation = new Simulation(query, 1000 + seed, { conf: { "spark.tidemark.checkpoint.takeOver": "true" } });
      simulation.world.latencyMs = 4;
      await during(`seed ${seed}`, async () => {
        for (const round of rounds) {
          await simulation.arrive(round);
          const random = new Random(seed);
          const later = async (host: string): Promise<string> => {
            await simulation.world.clock.sleep(random.below(150));
            return outcomeOf(simulation, host);
          };
          const all = await Promise.all([outcomeOf(simulation, "one"), later("two"), later("three")]);
          for (const outcome of all) outcomes.add(outcome);
        }
        while ((await outcomeOf(simulation, "last")) !== "done");
        expect(await simulation.output()).toEqual(expected);
      });
    }
    expect(outcomes).toContain("CHECKPOINT_TAKEN_OVER");
    expect(outcomes).toContain("done");
  });

  it("of hosts that cannot see each other, with nothing but leases: who lives goes on, who is dead is followed, nothing comes twice", async () => {
    const expected = await undisturbed(query, rounds);
    const outcomes = new Set<string>();
    for (const seed of seeds) {
      const simulation = new Simulation(query, 2000 + seed);
      simulation.world.latencyMs = 4;
      const random = new Random(seed);
      await during(`seed ${seed}`, async () => {
        for (const round of rounds) {
          await simulation.arrive(round);
          simulation.world.crashAtOperation(1 + random.below(60), "kill");
          const later = async (host: string): Promise<string> => {
            await simulation.world.clock.sleep(random.below(300));
            return outcomeOf(simulation, host);
          };
          for (const outcome of await Promise.all([outcomeOf(simulation, "one"), later("two")])) outcomes.add(outcome);
          simulation.world.cancelCrash();
          const beforeMs = simulation.world.clock.monotonicMs();
          while ((await outcomeOf(simulation, `host ${random.below(1000)}`)) !== "done");
          // Nobody waits for more than a lease or two: those of the killed, one behind the other.
          expect(simulation.world.clock.monotonicMs() - beforeMs).toBeLessThan(200_000);
        }
        expect(await simulation.output()).toEqual(expected);
      });
    }
    expect(outcomes).toContain("done");
    expect(outcomes).toContain("killed");
  });
});
