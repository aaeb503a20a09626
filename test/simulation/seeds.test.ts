import { describe, expect, it } from "vitest";
import { crashPoints } from "../../engine/contract/runtime.js";
import { Random } from "./world/random.js";
import type { CrashKind, World } from "./world/world.js";
import { during } from "./harness/during.js";
import { randomRounds, type Round } from "./harness/input.js";
import { simulatedQueries } from "./harness/queries.js";
import { tellsMalformed, type SimulatedQuery } from "./harness/simulatedQuery.js";
import { Simulation, undisturbed, type SimulationOptions } from "./harness/simulation.js";
import { survive, type Survived } from "./harness/survive.js";

// Random queries over random input, which die and fail at random, also while they recover. SIMULATION_SEEDS says how many; SIMULATION_SEED=n replays one.

const chosen = process.env["SIMULATION_SEED"];
/** Seeds that have found something once. */
const memorable = [583, 707];
const count = Number(process.env["SIMULATION_SEEDS"] ?? 120);
const seeds = chosen === undefined ? [...memorable, ...Array.from({ length: count }, (_, i) => i + 1)] : [Number(chosen)];

interface Story {
  readonly query: SimulatedQuery;
  readonly rounds: readonly Round[];
  readonly options: SimulationOptions;
}

/** What the seed says happens; not how it is disturbed. */
function storyOf(seed: number): Story {
  const random = new Random(seed * 7919);
  const query = random.pick(simulatedQueries);
  const rounds = randomRounds(random, {
    inputs: query.inputs,
    rounds: 1 + random.below(4),
    filesPerRound: query.inputs * (1 + random.below(3)),
    linesPerFile: 6,
    lateRows: random.chance(0.7),
    malformed: tellsMalformed(query),
  });
  const conf = {
    "spark.sql.streaming.minBatchesToRetain": String(random.pick([1, 2, 100])),
    "spark.sql.streaming.stateStore.minDeltasForSnapshot": String(random.pick([1, 2, 10])),
    "spark.sql.shuffle.partitions": String(random.pick([1, 3, 4, 64])),
    // A restart forgets what each of several watermarks has seen (SEMANTICS 8): the least of them then waits for all, and windows close later than undisturbed.
    "spark.sql.streaming.multipleWatermarkPolicy": query.inputs === 2 ? "max" : "min",
  };
  return { query, rounds, options: { conf, maxFilesPerTrigger: 1 } };
}

/** Of what may fail to be read. */
const folders = [
  /\/offsets/,
  /\/commits/,
  /\/state/,
  /\/sources/,
  /\/epochs/,
  /\/data\/in/,
  /\/data\/out/,
  /\/data\/(late|malformed)/,
  /\/answers/,
  /_spark_metadata/,
  /metadata$/,
  /query\.json$/,
];

/** Arranges, for most starts, something that goes wrong. */
function disturb(world: World, random: Random): void {
  world.cancelCrash();
  const kind: CrashKind = random.pick(["kill", "power"]);
  world.heal();
  const trouble = random.below(12);
  if (trouble < 5) world.crashAtOperation(1 + random.below(60), kind);
  else if (trouble < 7) world.crashAtPoint(random.pick(crashPoints), random.below(8), kind);
  else if (trouble < 9) world.failAtOperation(1 + random.below(60), random.pick(["EIO", "ENOSPC"]));
  else if (trouble < 11)
    world.fail({ code: "EIO", operation: random.pick(["read", "list", "status"]), path: random.pick(folders), times: 1 });
}

async function runStory(seed: number, { query, rounds, options }: Story): Promise<Survived & { trace: readonly string[] }> {
  const simulation = new Simulation(query, seed, options);
  const random = new Random(seed * 104_729);
  simulation.world.latencyMs = random.pick([0, 0, 5]);
  simulation.onFailure = ({ condition }) => simulation.world.trace.push(condition);
  const { world } = simulation;
  try {
    return { ...(await survive(simulation, rounds, () => disturb(world, random))), trace: world.trace };
  } finally {
    if (chosen !== undefined) console.log(world.trace.join("\n"));
  }
}

describe("random histories", () => {
  it(
    `${seeds.length} of them give what the undisturbed queries give, each twice the same`,
    async () => {
      let deaths = 0;
      for (const seed of seeds) {
        const story = storyOf(seed);
        const { query, rounds, options } = story;
        await during(
          `seed ${seed} (${query.name}); replay: SIMULATION_SEED=${seed} npx vitest run test/simulation/seeds.test.ts`,
          async () => {
            const run = await runStory(seed, story);
            expect(run.output).toEqual(await undisturbed(query, rounds, options));
            if (seed % 10 === 0) expect((await runStory(seed, story)).trace).toEqual(run.trace);
            deaths += run.deaths;
          },
        );
      }
      if (chosen === undefined) expect(deaths).toBeGreaterThan(seeds.length);
    },
    120_000 + seeds.length * 10_000,
  );
});
