import { describe, expect, it, vi } from "vitest";
import { crashPoints } from "../../engine/contract/runtime.js";
import { Random } from "./world/random.js";
import { during } from "./harness/during.js";
import { randomRounds, type Round } from "./harness/input.js";
import { simulatedQueries } from "./harness/queries.js";
import { placesIn, Simulation, undisturbed, type Places } from "./harness/simulation.js";
import { survive } from "./harness/survive.js";

// Many runs a test, on a machine that may be busy.
vi.setConfig({ testTimeout: 900_000 });

// On an object store: whatever is refused, answered late or not at all, and whoever dies in whichever request, each batch comes once.

const disk = placesIn("/data");
const bucket = placesIn("s3://bucket/data");
/** With the part of the requests in which a process dies: of the disk's, which are many, every fifth will do. */
const wheres: readonly (readonly [string, Places, number])[] = [
  ["all on S3", bucket, 1],
  ["the checkpoint on S3", { ...disk, checkpoint: bucket.checkpoint }, 1],
  ["the output on S3", { ...disk, output: bucket.output, side: (id) => bucket.side(id) }, 5],
  ["the input on S3", { ...disk, input: (i) => bucket.input(i) }, 5],
];

const query = simulatedQueries.find(({ name }) => name === "tumbling windows, append")!;
const rounds: Round[] = randomRounds(new Random(5), { inputs: 1, rounds: 3, filesPerRound: 1, linesPerFile: 6, lateRows: true });

describe.each(wheres)("%s", (_, places, step) => {
  it("gives the same batches after a death in every request that changes something", async () => {
    const expected = await undisturbed(query, rounds);
    let operation = 0;
    for (let hit = true; hit;) {
      operation += step;
      const simulation = new Simulation(query, operation, { places });
      const { output, deaths } = await survive(simulation, rounds, (start) => {
        if (start === 0) simulation.world.crashAtOperation(operation, "power");
      });
      await during(`operation ${operation}`, async () => expect(output).toEqual(expected));
      hit = deaths > 0 || simulation.world.trace.some((line) => line === "not begun" || line === "half" || line === "done");
    }
    expect(operation).toBeGreaterThan(15);
  });
});

const disturbed = ["stateless", "tumbling windows, append", "groups, complete", "sessions, append"];

describe.each(simulatedQueries.filter(({ name }) => disturbed.includes(name)))("$name", (simulated) => {
  const many = randomRounds(new Random(11), {
    inputs: simulated.inputs,
    rounds: 2,
    filesPerRound: 3 * simulated.inputs,
    linesPerFile: 6,
    lateRows: true,
  });

  it("gives the same batches after a crash at every named point, while answers get lost and listings are old", async () => {
    const expected = await undisturbed(simulated, many);
    const conditions = new Set<string>();
    for (const [i, point] of crashPoints.entries()) {
      // What is there to be read is seen at once: a run ends when it sees no more.
      const simulation = new Simulation(simulated, 500 + i, { places: { ...bucket, input: (input) => disk.input(input) } });
      simulation.onFailure = ({ condition, parameters }) => conditions.add(`${condition} ${JSON.stringify(parameters)}`);
      const run = await survive(simulation, many, (start) => {
        simulation.world.objectFaults = { refused: 0.05, lost: 0.1, late: 0.05, staleMs: 2000 };
        if (start === 0) simulation.world.crashAtPoint(point, 1, "kill");
      });
      await during(`at ${point}`, async () => expect(run.output).toEqual(expected));
    }
    // What a dead run had sent may arrive when the next one has begun: that one is refused, and the one after it goes on.
    expect([...conditions].filter((condition) => !/^CONCURRENT_(QUERY|STREAM_LOG_UPDATE) /.test(condition))).toEqual([]);
  });
});
