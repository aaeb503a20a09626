import { describe, expect, it, vi } from "vitest";
import { expr } from "../../dataframe/functions.js";
import { Session } from "../../dataframe/session.js";
import { crashPoints } from "../../engine/contract/runtime.js";
import { memory } from "../memory.js";
import { during } from "./harness/during.js";
import { randomRounds } from "./harness/input.js";
import { simulatedQueries } from "./harness/queries.js";
import { inputSchema } from "./harness/simulatedQuery.js";
import { isCrash, places, Simulation, undisturbed } from "./harness/simulation.js";
import { survive } from "./harness/survive.js";
import { textOf } from "./harness/text.js";
import { Random } from "./world/random.js";
import { World } from "./world/world.js";

// Many runs a test, on a machine that may be busy.
vi.setConfig({ testTimeout: 900_000 });

const seeds = Array.from({ length: 20 }, (_, i) => i + 1);

describe("law 2", () => {
  it("a batch that runs again has the same rows, with the time of its first run, and is marked as a replay", async () => {
    let replays = 0;
    for (const seed of seeds) {
      const world = new World(seed);
      const random = new Random(seed);
      const attempts: { batchId: number; rows: string; replay: boolean }[] = [];
      const run = async (): Promise<boolean> => {
        const session = Session.create({ memoryTables: memory, runtime: world.runtime("run"), print: () => {}, warn: () => {} });
        const input = session.readStream.schema(inputSchema).option("maxFilesPerTrigger", 1).json("/data/in");
        try {
          const query = await input
            .withWatermark("ts", "10 seconds")
            .groupBy(expr("window(ts, '10 seconds')").as("w"), expr("k").as("k"))
            .agg(expr("count(*)").as("n"), expr("sum(d)").as("total"), expr("collect_list(v)").as("all"))
            .withColumn("now", expr("current_timestamp()"))
            .writeStream.outputMode("update")
            .option("checkpointLocation", "/data/checkpoint")
            .trigger({ availableNow: true })
            .foreachBatch(async (batch, batchId, { replay }) => {
              attempts.push({ batchId, rows: textOf(await batch.collect()), replay });
              if (random.chance(0.3)) world.crash();
            })
            .start();
          await query.awaitTermination();
          return true;
        } catch (error) {
          if (isCrash(error)) return false;
          throw error;
        }
      };
      await during(`seed ${seed}`, async () => {
        await world.files.makeDirectory("/data/in");
        const [round] = randomRounds(random, { inputs: 1, rounds: 1, filesPerRound: 6, linesPerFile: 6, lateRows: true });
        for (const { name, text } of round!) await world.files.addNew(`/data/in/${name}`, new TextEncoder().encode(text));
        do {
          world.clock.advance(60_000);
          world.cancelCrash();
          if (random.chance(0.5)) world.crashAtPoint(random.pick(crashPoints), random.below(6));
        } while (!(await run()));
        const first = new Map<number, string>();
        for (const { batchId, rows, replay } of attempts) {
          if (first.has(batchId)) expect(replay).toBe(true);
          expect(first.get(batchId) ?? rows).toBe(rows);
          first.set(batchId, rows);
        }
        replays += attempts.length - first.size;
      });
    }
    expect(replays).toBeGreaterThan(20);
  });
});

/** All rows but those that only close the windows of the others. */
function rowsOf(batches: ReadonlyMap<number, readonly string[]>): string[] {
  const rows = [...batches.values()].flat();
  return rows.filter((row) => !row.includes("closing")).toSorted();
}

describe("batches without data", () => {
  it.each(simulatedQueries.filter(({ outputMode, name }) => outputMode === "append" && /windows/.test(name)))(
    "may come or not after a crash: $name has every window once all the same",
    async (query) => {
      for (const seed of seeds) {
        const options = { conf: { "spark.sql.streaming.noDataMicroBatches.enabled": "true" } };
        const rounds = randomRounds(new Random(seed), {
          inputs: query.inputs,
          rounds: 3,
          filesPerRound: 2 * query.inputs,
          linesPerFile: 6,
          lateRows: false,
        });
        // What is still open differs; the end closes it all.
        const closing = [0, 1].map((i) =>
          Array.from({ length: query.inputs }, (_, input) => ({
            input,
            name: `end-${i}.json`,
            text: `{"ts":"2026-02-0${i + 1}T00:00:00Z","k":"closing"}\n`,
          })),
        );
        const simulation = new Simulation(query, seed, options);
        const random = new Random(-seed);
        const all = [...rounds, ...closing];
        const { output } = await survive(simulation, all, () => {
          simulation.world.cancelCrash();
          if (random.chance(0.8)) simulation.world.crashAtOperation(1 + random.below(80), random.pick(["kill", "power"]));
        });
        const expected = rowsOf(await undisturbed(query, all, options));
        await during(`seed ${seed}`, async () => expect(rowsOf(output)).toEqual(expected));
        expect(expected.length).toBeGreaterThan(3);
      }
    },
  );
});

describe("the rate source", () => {
  it("counts on after every crash: no number is missing, none comes twice", async () => {
    for (const seed of seeds) {
      const world = new World(5000 + seed);
      const random = new Random(seed);
      const name = `rate ${seed}`;
      const run = async (): Promise<void> => {
        const session = Session.create({ memoryTables: memory, runtime: world.runtime("run"), print: () => {}, warn: () => {} });
        const query = await session.readStream
          .format("rate")
          .option("rowsPerSecond", 3)
          .load()
          .select("value")
          .writeStream.format("memory")
          .queryName(name)
          .option("checkpointLocation", "/data/checkpoint")
          .trigger({ availableNow: true })
          .start();
        await query.awaitTermination();
      };
      for (let i = 0; i < 8; i++) {
        world.clock.advance(random.below(4_000));
        world.cancelCrash();
        if (random.chance(0.6)) world.crashAtOperation(1 + random.below(30), random.pick(["kill", "power"]));
        await run().catch((error: unknown) => {
          if (!isCrash(error)) throw error;
        });
      }
      world.cancelCrash();
      world.clock.advance(2_000);
      await run();
      const values = memory
        .table(name)
        .rows()
        .map(([value]) => Number(value));
      memory.drop(name);
      await during(`seed ${seed}`, async () => expect(values).toEqual(values.map((_, i) => i)));
      expect(values.length).toBeGreaterThan(5);
    }
  });
});

function textsOf(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map((row) => row.join(" ")).toSorted();
}

describe("a query over the output of another", () => {
  it("reads every row once, however often either dies", async () => {
    const first = simulatedQueries.find(({ name }) => name === "stateless")!;
    for (const seed of seeds) {
      const random = new Random(seed);
      const rounds = randomRounds(random, { inputs: 1, rounds: 4, filesPerRound: 3, linesPerFile: 6, lateRows: false });
      const simulation = new Simulation(first, 7000 + seed);
      const { world } = simulation;
      const name = `second ${seed}`;
      /** Dies on its way, perhaps; the process of the first query is not there then. */
      const runSecond = async (): Promise<void> => {
        const session = Session.create({ memoryTables: memory, runtime: world.runtime("second"), print: () => {}, warn: () => {} });
        const input = session.readStream.schema("k STRING, twice BIGINT").option("maxFilesPerTrigger", 2).json(places.output);
        const writer = input.writeStream.format("memory").queryName(name).trigger({ availableNow: true });
        const query = await writer.option("checkpointLocation", "/data/second").start();
        await query.awaitTermination();
      };
      const arrangeCrash = (): void => {
        world.cancelCrash();
        if (random.chance(0.7)) world.crashAtOperation(1 + random.below(60), random.pick(["kill", "power"]));
      };
      for (const round of rounds) {
        await simulation.arrive(round);
        for (let done = false; !done;) {
          arrangeCrash();
          done = await simulation.run();
          if ((await world.files.status(`${places.output}/_spark_metadata`)) === null) continue;
          arrangeCrash();
          await runSecond().catch((error: unknown) => {
            if (!isCrash(error)) throw error;
          });
        }
      }
      world.cancelCrash();
      await runSecond();
      const written = [...(await simulation.output()).values()].flat().map((line) => JSON.parse(line) as { k?: string; twice?: number });
      const read = memory.table(name).rows();
      memory.drop(name);
      await during(`seed ${seed}`, async () => expect(textsOf(read)).toEqual(textsOf(written.map(({ k, twice }) => [k, twice]))));
      expect(read.length).toBeGreaterThan(5);
    }
  });
});
