import { expect, it, vi } from "vitest";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { Random } from "./world/random.js";
import { during } from "./harness/during.js";
import { randomRounds, type Round } from "./harness/input.js";
import { simulatedQueries } from "./harness/queries.js";
import { places, Simulation, undisturbed } from "./harness/simulation.js";

// Many runs a test, on a machine that may be busy.
vi.setConfig({ testTimeout: 900_000 });

// Gaps in every log: whatever file of a checkpoint or a manifest is gone, the next start is refused and says so, or comes to the rows of a run to which nothing happened.

const logs = ["offsets", "commits", "sources/0", "state"].map((name) => `${places.checkpoint}/${name}`);

async function filesIn(simulation: Simulation, folder: string): Promise<string[]> {
  const { files } = simulation.world;
  if ((await files.status(folder)) === null) return [];
  return (await files.list(folder)).filter(({ name }) => !name.startsWith(".")).map(({ path }) => path);
}

/** The output of a query that lost a file after some of its batches; or the refusal. */
async function withGap(
  simulation: Simulation,
  rounds: readonly Round[],
  pick: (paths: readonly string[]) => string | null,
): Promise<unknown> {
  const [last, ...before] = rounds.toReversed();
  for (const round of before.toReversed()) {
    await simulation.arrive(round);
    await simulation.run();
  }
  const folders = [...logs, `${places.output}/_spark_metadata`];
  const path = pick((await Promise.all(folders.map((folder) => filesIn(simulation, folder)))).flat());
  if (path !== null) await simulation.world.files.remove(path);
  await simulation.arrive(last!);
  try {
    await simulation.run();
  } catch (error) {
    if (error instanceof StreamingError) return error;
    throw error;
  }
  return simulation.output();
}

it.each(simulatedQueries.filter(({ inputs }) => inputs === 1).slice(0, 6))(
  "kind: logs that are not held against each other: $name",
  async (query) => {
    let refused = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const random = new Random(seed);
      const rounds = randomRounds(random, { inputs: 1, rounds: 3, filesPerRound: 2, linesPerFile: 4, lateRows: false });
      const simulation = new Simulation(query, 40_000 + seed);
      let gone = "";
      const end = await withGap(simulation, rounds, (paths) => (gone = paths.length === 0 ? "" : random.pick(paths)) || null).finally(() =>
        simulation.close(),
      );
      await during(`seed ${seed}, without ${gone}`, async () => {
        if (!(end instanceof StreamingError)) return expect(end).toEqual(await undisturbed(query, rounds));
        refused++;
        const named = [gone, gone.slice(gone.lastIndexOf("/") + 1).replace(".compact", "")];
        expect(named.some((name) => JSON.stringify(end.parameters).includes(name))).toBe(true);
      });
    }
    expect(refused).toBeGreaterThan(1);
  },
);
