import { deepStrictEqual } from "node:assert/strict";
import { assert } from "../../../engine/errors/assert.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { isCrash, places, placesIn, Simulation, undisturbedRows } from "./simulation.js";
import type { OwnersStory, Scene } from "./story.js";
import type { Told } from "./tell.js";

/** What a start of one of several may come to, beside its end and its death. */
const refusals = new Set([
  "CHECKPOINT_IN_USE",
  "CHECKPOINT_TAKEN_OVER",
  // Long after its end it finds that nobody remembers it.
  "CHECKPOINT_LOST",
  // It lost the race for an entry of a log or of the manifest.
  "CONCURRENT_QUERY",
  "CONCURRENT_STREAM_LOG_UPDATE",
  "KAFKA_PRODUCER_FENCED",
]);

/** However often the query is started anew in the end, it must get through. */
const mostStarts = 40;

/** Lets several processes run over one checkpoint: whatever they come to, every batch comes once, and who lives on the same host is never taken over. */
export async function tellOwners(story: OwnersStory, say: (line: string) => void): Promise<Told> {
  const { query, rounds, conf, seed, scenes, isOnBucket } = story;
  const bucket = placesIn("s3://bucket/data");
  const simulation = new Simulation(query, seed, {
    conf,
    maxFilesPerTrigger: 1,
    places: isOnBucket ? { ...bucket, input: (i) => places.input(i) } : places,
  });
  const { world } = simulation;
  world.latencyMs = story.latencyMs;
  let deaths = 0;
  try {
    for (const scene of scenes) {
      for (const outcome of await play(simulation, story, scene)) if (outcome !== "done") deaths++;
      world.cancelCrash();
      for (let starts = 1; (await outcomeOf(simulation, `last ${starts}`)) !== "done"; starts++) {
        assert(starts < mostStarts, "the query never gets through");
      }
    }
    checkSleepers(world.trace, isOnBucket);
    const expected = await undisturbedRows(query, [rounds.flat()], { conf, maxFilesPerTrigger: 1 });
    deepStrictEqual((await simulation.rows()).toSorted(), expected.toSorted());
    return { deaths, trace: world.trace };
  } finally {
    for (const line of world.trace) say(line);
    simulation.close();
  }
}

async function play(simulation: Simulation, { rounds }: OwnersStory, { arrivals, starts, stall, death }: Scene): Promise<string[]> {
  const { world } = simulation;
  const { clock } = world;
  const begun = clock.monotonicMs();
  const until = (atMs: number): Promise<void> => clock.sleep(Math.max(0, begun + atMs - clock.monotonicMs()));
  // What is there at once comes in its order.
  for (const { round } of arrivals.filter(({ atMs }) => atMs === 0)) await simulation.arrive(rounds[round]!);
  const arriving = arrivals
    .filter(({ atMs }) => atMs > 0)
    .map(async ({ atMs, round }) => {
      await until(atMs);
      await simulation.arrive(rounds[round]!);
    });
  if (stall !== null) world.stallAtOperation(stall.count, stall.ms, stall.reading ? "/data/in" : null);
  if (death !== null) world.crashAtOperation(death, "kill");
  const outcomes = starts.map(async ({ atMs, host }) => {
    await until(atMs);
    return outcomeOf(simulation, host);
  });
  const ended = await Promise.all(outcomes);
  await Promise.all(arriving);
  if (new Set(starts.map(({ host }) => host)).size === 1) {
    for (const outcome of ended)
      assert(outcome === "done" || outcome === "killed" || outcome === "CHECKPOINT_IN_USE", `on one host a start ended with ${outcome}`);
  }
  return ended;
}

/** What a start came to: `done`, `killed`, or the condition that ended it. */
async function outcomeOf(simulation: Simulation, host: string): Promise<string> {
  try {
    const running = await simulation.start({ availableNow: true }, { host });
    await running.awaitTermination();
    return "done";
  } catch (error) {
    if (isCrash(error)) return "killed";
    if (!(error instanceof StreamingError) || !refusals.has(error.condition)) throw error;
    simulation.world.trace.push(error.condition);
    return error.condition;
  }
}

/** Who stood still while it read, and was taken over meanwhile, asks before it writes the next thing that counts. (On an object store only the logs' own adds are the fence.) */
function checkSleepers(trace: readonly string[], isOnBucket: boolean): void {
  if (isOnBucket) return;
  for (const [i, line] of trace.entries()) {
    const [, name] = /^(run \d+) stalls in read \/data\/in\//.exec(line) ?? [];
    if (name === undefined) continue;
    const wakes = trace.indexOf(`${name} wakes`, i);
    const takenOver = trace.slice(i, wakes).some((other) => /^run \d+ link .*\/epochs\/\d+$/.test(other));
    if (!takenOver) continue;
    const written = trace
      .slice(wakes)
      .find((after) => after.startsWith(`${name} `) && / (create .*\/state\/|link .*\/(commits|offsets|_spark_metadata)\/)/.test(after));
    assert(written === undefined, `${name} was taken over while it stood still, and then did: ${written}`);
  }
}
