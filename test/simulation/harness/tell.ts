import { deepStrictEqual } from "node:assert/strict";
import { assert } from "../../../engine/errors/assert.js";
import { tellOwners } from "./owners.js";
import { places, placesIn, Simulation, undisturbed, undisturbedRows, type Places } from "./simulation.js";
import type { BrokerStory, BucketStory, DiskStory, Story } from "./story.js";
import { surviveTo } from "./survive.js";
import { useTool } from "./useTool.js";
import { arrangeTrouble, noTrouble } from "./trouble.js";

/** How a story went that ended well. */
export interface Told {
  /** How often a run did not reach the end of what was there. */
  readonly deaths: number;
  /** Every change of the disk, every request that changes something, and what went wrong. */
  readonly trace: readonly string[];
}

/** Lets a story happen, and holds what came out against what comes out when nothing happens. @throws when anything is not as it must be */
export function tell(story: Story, say: (line: string) => void = () => undefined): Promise<Told> {
  return story.kind === "owners" ? tellOwners(story, say) : tellAlone(story, say);
}

/** What a dead run had sent, or one that gave a request up, may arrive when the next one has begun: that one is refused, and the one after it goes on. */
const ofLateRequests = /^CONCURRENT_(QUERY|STREAM_LOG_UPDATE)$/;

async function tellAlone(story: DiskStory | BucketStory | BrokerStory, say: (line: string) => void): Promise<Told> {
  const { query, rounds, conf, latencyMs, troubles } = story;
  const simulation = new Simulation(query, story.seed, { conf, maxFilesPerTrigger: 1, places: placesOf(story) });
  const { world } = simulation;
  world.latencyMs = latencyMs;
  const failures: string[] = [];
  simulation.onFailure = ({ condition, parameters }) => {
    world.trace.push(condition);
    failures.push(`${condition} ${JSON.stringify(parameters)}`);
    if (story.kind === "bucket") assert(ofLateRequests.test(condition), `a run on an object store failed: ${failures.at(-1)}`);
  };
  try {
    const arrange = (start: number): void => {
      arrangeTrouble(world, troubles[start] ?? noTrouble);
      if (story.kind === "bucket") world.objectFaults = story.faults;
      // The last starts of a story that does not end are spared.
      if (story.kind === "broker" && start < troubles.length) world.brokerFaults = story.faults;
    };
    const isTopic = query.sink === "kafka";
    const look = (): Promise<unknown> => (isTopic ? simulation.rows() : simulation.output());
    const { output, deaths } = await surviveTo(simulation, rounds, arrange, look, async (round) => {
      if (story.kind === "disk" && story.tools[round] !== undefined) await useTool(simulation, story.tools[round]);
    });
    if (query.isRecomputable === true) await checkChanges(simulation);
    if (story.kind === "bucket" && troubles.length === 0 && story.faults.late === 0) deepStrictEqual(failures, []);
    const options = { conf, maxFilesPerTrigger: 1 };
    // Which partition a record goes to is the affair of its batch, where partitions are chosen.
    if (isTopic) deepStrictEqual((output as string[]).toSorted(), (await undisturbedRows(query, rounds, options)).toSorted());
    else deepStrictEqual(output, await undisturbed(query, rounds, options));
    return { deaths, trace: world.trace };
  } finally {
    for (const line of world.trace) say(line);
  }
}

/** What all changes come to is what a bounded query gives; and none of them takes back a row that is not there. */
async function checkChanges(simulation: Simulation): Promise<void> {
  const there = new Map<string, number>();
  for (const line of await simulation.rows()) {
    const [, row, kind] = /^main: (.*),"_change_type":"(\w+)"}$/.exec(line) ?? [];
    assert(row !== undefined, `no change: ${line}`);
    const count = (there.get(row) ?? 0) + (kind === "delete" || kind === "update_preimage" ? -1 : 1);
    assert(count >= 0, `a row is taken back that is not there: ${line}`);
    there.set(row, count);
  }
  const net = [...there].flatMap(([row, count]) => Array<string>(count).fill(`${row}}`));
  deepStrictEqual(net.toSorted(), (await simulation.recomputed()).toSorted());
}

function placesOf(story: DiskStory | BucketStory | BrokerStory): Places {
  if (story.kind !== "bucket") return places;
  const bucket = placesIn("s3://bucket/data");
  const { checkpoint, output } = story.onBucket;
  // What is there to be read is seen at once: a run ends when it sees no more.
  return {
    checkpoint: checkpoint ? bucket.checkpoint : places.checkpoint,
    output: output ? bucket.output : places.output,
    side: (id) => (output ? bucket.side(id) : places.side(id)),
    input: (i) => places.input(i),
  };
}
