import { expect, it, vi } from "vitest";
import { crashPoints } from "../../engine/contract/runtime.js";
import { expr } from "../../dataframe/functions.js";
import { Random } from "./world/random.js";
import { during } from "./harness/during.js";
import { randomRounds, type Round } from "./harness/input.js";
import { logIds } from "./harness/output.js";
import type { SimulatedQuery } from "./harness/simulatedQuery.js";
import { places, Simulation } from "./harness/simulation.js";
import { survive } from "./harness/survive.js";

// Many runs a test, on a machine that may be busy.
vi.setConfig({ testTimeout: 900_000 });

// Law 2: every start may have another configuration; a batch has the rows of the one that it was logged with, however often it ran.

type Conf = Readonly<Record<string, string>>;

const confs: readonly Conf[] = ["UTC", "Asia/Tokyo", "America/New_York"].flatMap((zone) =>
  ["true", "false"].map((ansi) => ({ "spark.sql.session.timeZone": zone, "spark.sql.ansi.enabled": ansi })),
);

/** Queries whose rows say under which configuration they were made. */
const queries: readonly SimulatedQuery[] = [
  {
    name: "files",
    inputs: 1,
    outputMode: "append",
    sink: "json",
    build: (_session, [input]) => input!.selectExpr("k", "ts", "CAST(ts AS STRING) AS text", "CAST(v AS STRING) + 1 AS next"),
  },
  {
    name: "state",
    inputs: 1,
    outputMode: "update",
    sink: "memory",
    build: (_session, [input]) =>
      input!
        .withWatermark("ts", "1 hour")
        .groupBy("k")
        .agg(
          expr("sum(v)").as("total"),
          expr("collect_list(CAST(ts AS STRING))").as("times"),
          expr("max(CAST(v + '1' AS STRING))").as("most"),
        ),
  },
];

const options = { conf: { "spark.sql.streaming.minBatchesToRetain": "100" } };

/** The configuration that each batch was logged with. */
async function loggedConfs({ world: { files } }: Simulation): Promise<Conf[]> {
  const ids = await logIds(files, `${places.checkpoint}/offsets`);
  return Promise.all(
    ids.map(async (id) => {
      const [, metadata] = new TextDecoder().decode(await files.read(`${places.checkpoint}/offsets/${id}`)).split("\n");
      return (JSON.parse(metadata!) as { conf: Conf }).conf;
    }),
  );
}

/** What comes out when each batch has a start of its own, under its configuration, and nothing else happens. */
async function undisturbed(query: SimulatedQuery, seed: number, rounds: readonly Round[], confOf: readonly Conf[]) {
  const simulation = new Simulation(query, seed, options);
  let batchId = 0;
  try {
    for (const round of rounds) {
      for (const file of round) {
        await simulation.arrive([file]);
        simulation.conf = evaluation(confOf[batchId++]!);
        await simulation.run();
      }
    }
    return await simulation.output();
  } finally {
    simulation.close();
  }
}

const evaluation = (conf: Conf): Conf => Object.fromEntries(Object.keys(confs[0]!).map((key) => [key, conf[key]!]));

it.each(queries)("a restart under other configuration: $name", async (query) => {
  let deaths = 0;
  let changes = 0;
  for (let seed = 1; seed <= 12; seed++) {
    const random = new Random(seed);
    const rounds = randomRounds(random, { inputs: 1, rounds: 2, filesPerRound: 3, linesPerFile: 6, lateRows: false });
    const simulation = new Simulation(query, 20_000 + seed, options);
    const survived = await survive(simulation, rounds, () => {
      simulation.conf = random.pick(confs);
      simulation.world.cancelCrash();
      if (random.chance(0.5)) simulation.world.crashAtPoint(random.pick(crashPoints), random.below(6), random.pick(["kill", "power"]));
      else if (random.chance(0.7)) simulation.world.crashAtOperation(1 + random.below(60), random.pick(["kill", "power"]));
    });
    const logged = await loggedConfs(simulation);
    const expected = await undisturbed(query, 30_000 + seed, rounds, logged);
    await during(`seed ${seed}`, async () => expect(survived.output).toEqual(expected));
    deaths += survived.deaths;
    changes += logged.filter((conf, i) => i > 0 && JSON.stringify(evaluation(conf)) !== JSON.stringify(evaluation(logged[i - 1]!))).length;
  }
  expect(deaths).toBeGreaterThan(15);
  expect(changes).toBeGreaterThan(12);
});
