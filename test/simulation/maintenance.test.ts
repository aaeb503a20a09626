import { describe, expect, it, vi } from "vitest";
import { offsetLogCodec } from "../../checkpoints/offsetLog.js";
import { pruneCheckpoint, repartitionCheckpoint } from "../../checkpoints/maintenance.js";
import { readCheckpoint } from "../../checkpoints/reading.js";
import { during } from "./harness/during.js";
import { randomRounds } from "./harness/input.js";
import { simulatedQueries } from "./harness/queries.js";
import { tellsMalformed } from "./harness/simulatedQuery.js";
import { places, Simulation, undisturbed } from "./harness/simulation.js";
import { Random } from "./world/random.js";

// Many runs a test, on a machine that may be busy.
vi.setConfig({ testTimeout: 900_000 });

// What people do to a checkpoint between two runs changes nothing of what its query gives.

/** Of the seeds of the crash simulation one in a hundred and twenty: each is a run of every query. */
const seeds = Array.from({ length: Math.ceil(Number(process.env["SIMULATION_SEEDS"] ?? 120) / 120) }, (_, i) => i + 1);

const conf = { "spark.sql.streaming.minBatchesToRetain": "20" };

async function partitionsOf({ world }: Simulation, batchId: number): Promise<string | undefined> {
  const path = `${places.checkpoint}/offsets/${batchId}`;
  const bytes = await world.files.read(path);
  return offsetLogCodec.parse(new TextDecoder().decode(bytes ?? new Uint8Array(0)), path).conf["spark.sql.shuffle.partitions"];
}

describe.each(simulatedQueries)("$name", (query) => {
  const rounds = randomRounds(new Random(17), {
    inputs: query.inputs,
    rounds: 4,
    filesPerRound: query.inputs === 1 ? 2 : 6,
    linesPerFile: 8,
    lateRows: true,
    malformed: tellsMalformed(query),
  });

  it("goes on with other partitions and fewer batches kept, also after deaths", async () => {
    const expected = await undisturbed(query, rounds);
    for (const seed of seeds) {
      const random = new Random(seed);
      const simulation = new Simulation(query, 3000 + seed, { conf });
      const { world } = simulation;
      await during(`seed ${seed}`, async () => {
        for (const round of rounds) {
          await simulation.arrive(round);
          world.crashAtOperation(1 + random.below(120), "kill");
          const died = !(await simulation.run());
          world.cancelCrash();
          const tool = world.runtime(`tool ${world.operations}`);
          const partitions = 1 + random.below(9);
          const kept = 1 + random.below(3);
          const { batches } = await readCheckpoint(places.checkpoint, tool, () => {}).catch(() => ({ batches: [] }));
          if (batches.length > 0) {
            const { oldestBatchId } = await pruneCheckpoint(places.checkpoint, kept, tool);
            const committed = batches.findLast(({ commit }) => commit !== null)?.batchId ?? 0;
            expect(oldestBatchId).toBe(Math.max(batches[0]!.batchId, committed - kept + 1));
            await repartitionCheckpoint(places.checkpoint, partitions, tool);
            expect((await readCheckpoint(places.checkpoint, tool, () => {})).batches.map(({ batchId }) => batchId)).toEqual(
              batches.map(({ batchId }) => batchId).filter((batchId) => batchId >= oldestBatchId),
            );
          }
          if (died) await simulation.run();
          const after = (await readCheckpoint(places.checkpoint, tool, () => {})).batches.at(-1)!.batchId;
          if (batches.length > 0 && after > batches.at(-1)!.batchId) expect(await partitionsOf(simulation, after)).toBe(String(partitions));
        }
        expect(await simulation.output()).toEqual(expected);
      });
      simulation.close();
    }
  });
});
