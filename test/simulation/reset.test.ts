import { expect, it, vi } from "vitest";
import { readCheckpoint } from "../../checkpoints/reading.js";
import { resetCheckpoint } from "../../checkpoints/reset.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { during } from "./harness/during.js";
import { randomRounds } from "./harness/input.js";
import { simulatedQueries } from "./harness/queries.js";
import { tellsMalformed } from "./harness/simulatedQuery.js";
import { isCrash, places, Simulation, undisturbed } from "./harness/simulation.js";
import { Random } from "./world/random.js";

// Many runs a test, on a machine that may be busy.
vi.setConfig({ testTimeout: 900_000 });

// A query that goes back gives from there on, into an empty place, what it gave before; whoever goes back may die on the way.

const conf = { "spark.sql.streaming.minBatchesToRetain": "100", "spark.sql.streaming.stateStore.minDeltasForSnapshot": "1" };

/** Goes back, however often that dies; then once more, which is nothing or the rest. */
async function goBack({ world }: Simulation, batchId: number, random: Random): Promise<number> {
  let deaths = 0;
  for (let attempt = 0; ; attempt++) {
    world.cancelCrash();
    if (attempt < 3 && random.chance(0.8)) world.crashAtOperation(1 + random.below(50), random.pick(["kill", "power"]));
    try {
      await resetCheckpoint(places.checkpoint, { kind: "batch", batchId }, world.runtime(`tool ${attempt}`));
      return deaths;
    } catch (error) {
      if (!isCrash(error)) throw error;
      deaths++;
      // Whoever looks meanwhile sees all of the logs, or as far as that batch.
      const seen = (await readCheckpoint(places.checkpoint, world.runtime("looking"), () => {})).batches.at(-1)!.batchId;
      expect(seen).toBeGreaterThanOrEqual(batchId);
      // The query may be started as well as the tool.
      if (seen === batchId && random.chance(0.5)) return deaths;
    } finally {
      world.cancelCrash();
    }
  }
}

it.each(simulatedQueries.filter(({ sink }) => sink !== "memory"))("$name", async (query) => {
  let deaths = 0;
  for (let seed = 1; seed <= 2; seed++) {
    const random = new Random(seed * 31);
    const shape = { inputs: query.inputs, filesPerRound: 4 * query.inputs, linesPerFile: 6, lateRows: true };
    const rounds = randomRounds(random, { ...shape, rounds: 2, malformed: tellsMalformed(query) });
    const expected = await undisturbed(query, rounds, { conf });
    const simulation = new Simulation(query, 80_000 + seed, { conf });
    try {
      await simulation.arrive(rounds[0]!);
      await simulation.run();
      const last = (await readCheckpoint(places.checkpoint, simulation.world.runtime("looking"), () => {})).batches.at(-1)!.batchId;
      const back = random.below(last);
      deaths += await goBack(simulation, back, random);
      // Its output has those batches.
      await expect(simulation.run()).rejects.toMatchObject({ condition: "SINK_AHEAD_OF_QUERY" });
      simulation.moveOutput("/data/again");
      for (const round of [[], rounds[1]!]) {
        await simulation.arrive(round);
        expect(await simulation.run()).toBe(true);
      }
      const again = new Map([...expected].filter(([batchId]) => batchId > back));
      const output = new Map([...(await simulation.output())].filter(([batchId]) => batchId > back));
      await during(`seed ${seed}, back to batch ${back}`, async () => expect(output).toEqual(again));
    } finally {
      simulation.close();
    }
  }
  expect(deaths).toBeGreaterThan(0);
});

it("a batch that the logs do not have is refused by what they have", async () => {
  const [query] = simulatedQueries;
  const simulation = new Simulation(query!, 81_000, { conf });
  try {
    await simulation.arrive(randomRounds(new Random(1), { inputs: 1, rounds: 1, filesPerRound: 2, linesPerFile: 3, lateRows: false })[0]!);
    await simulation.run();
    const refused = resetCheckpoint(places.checkpoint, { kind: "batch", batchId: 9 }, simulation.world.runtime("tool"));
    await expect(refused).rejects.toBeInstanceOf(StreamingError);
    await expect(refused).rejects.toMatchObject({ condition: "CHECKPOINT_RESET_UNKNOWN", parameters: { wanted: "batch 9" } });
  } finally {
    simulation.close();
  }
});
