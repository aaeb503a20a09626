import type { BrokerFaults, ObjectFaults } from "../world/world.js";
import { Random } from "../world/random.js";
import { randomRounds, type Round } from "./input.js";
import { simulatedQueries } from "./queries.js";
import { intoTopic, tellsMalformed, type SimulatedQuery } from "./simulatedQuery.js";
import { drawTrouble, type Trouble } from "./trouble.js";

/** What is the same of all stories: a query, what it reads, and how. */
interface AnyStory {
  readonly seed: number;
  readonly query: SimulatedQuery;
  /** What arrives between two starts. */
  readonly rounds: readonly Round[];
  readonly conf: Readonly<Record<string, string>>;
  /** Each operation takes up to this long on the simulated clock. */
  readonly latencyMs: number;
  /** What goes wrong, start by start; nothing in those behind. */
  readonly troubles: readonly Trouble[];
}

/** What somebody does to the checkpoint behind a round; afterwards the power goes. */
export type Tool =
  | { readonly what: "prune"; readonly kept: number; readonly deathAt: number | null }
  | { readonly what: "repartition"; readonly partitions: number; readonly deathAt: number | null };

/** One process at a time, over a disk that fails and dies. */
export interface DiskStory extends AnyStory {
  readonly kind: "disk";
  /** By the number of the round that it comes behind. */
  readonly tools: Readonly<Record<number, Tool>>;
}

/** The same with some of its files, or all, on an object store. */
export interface BucketStory extends AnyStory {
  readonly kind: "bucket";
  readonly onBucket: { readonly checkpoint: boolean; readonly output: boolean };
  readonly faults: ObjectFaults;
}

/** One process at a time that writes into a topic. */
export interface BrokerStory extends AnyStory {
  readonly kind: "broker";
  readonly faults: BrokerFaults;
}

/** Several processes over one checkpoint, in scenes: what arrives and who starts when, and who stands still. */
export interface OwnersStory extends AnyStory {
  readonly kind: "owners";
  readonly isOnBucket: boolean;
  readonly scenes: readonly Scene[];
}

export interface Scene {
  /** By the number of the round. */
  readonly arrivals: readonly { readonly atMs: number; readonly round: number }[];
  readonly starts: readonly { readonly atMs: number; readonly host: string }[];
  readonly stall: { readonly count: number; readonly ms: number; readonly reading: boolean } | null;
  /** The first start dies in this change, by a kill. */
  readonly death: number | null;
}

export type Story = DiskStory | BucketStory | BrokerStory | OwnersStory;

/** A story has no more troubles than this: so it ends. */
const mostTroubles = 100;

/** What the seed says happens, and how it is disturbed. */
export function storyOf(seed: number): Story {
  switch (seed % 8) {
    case 0:
      return sleepersStory(seed);
    case 2:
      return bucketStory(seed);
    case 4:
      return ownersStory(seed);
    case 6:
      return brokerStory(seed);
    default:
      return diskStory(seed);
  }
}

/** What a query reads: in so many rounds at most, with late rows as often as is said. */
function roundsFor(query: SimulatedQuery, random: Random, most: { readonly rounds: number; readonly late: number }): Round[] {
  return randomRounds(random, {
    inputs: query.inputs,
    rounds: 1 + random.below(most.rounds),
    filesPerRound: query.inputs * (1 + random.below(3)),
    linesPerFile: 6,
    lateRows: random.chance(most.late),
    malformed: tellsMalformed(query),
  });
}

function diskStory(seed: number): DiskStory {
  const random = new Random(seed * 7919);
  const query = random.pick(simulatedQueries);
  const rounds = roundsFor(query, random, { rounds: 4, late: 0.7 });
  const conf = drawConf(random, query);
  const disturbing = new Random(seed * 104_729);
  const latencyMs = disturbing.pick([0, 0, 5]);
  const troubles = Array.from({ length: mostTroubles }, () => drawTrouble(disturbing));
  return { kind: "disk", seed, query, rounds, conf, latencyMs, troubles, tools: drawTools(seed, rounds.length) };
}

function drawTools(seed: number, rounds: number): Readonly<Record<number, Tool>> {
  const random = new Random(seed * 86_028_121);
  const tools: Record<number, Tool> = {};
  for (let round = 0; round < rounds - 1; round++) {
    if (!random.chance(0.3)) continue;
    const deathAt = random.chance(0.4) ? 1 + random.below(40) : null;
    tools[round] = random.chance(0.5)
      ? { what: "prune", kept: 1 + random.below(3), deathAt }
      : { what: "repartition", partitions: 1 + random.below(9), deathAt };
  }
  return tools;
}

function drawConf(random: Random, query: SimulatedQuery): Readonly<Record<string, string>> {
  return {
    "spark.sql.streaming.minBatchesToRetain": String(random.pick([1, 2, 100])),
    "spark.sql.streaming.stateStore.minDeltasForSnapshot": String(random.pick([1, 2, 10])),
    "spark.sql.shuffle.partitions": String(random.pick([1, 3, 4, 64])),
    // A restart forgets what each of several watermarks has seen (SEMANTICS 8): the least of them then waits for all, and windows close later than undisturbed.
    "spark.sql.streaming.multipleWatermarkPolicy": query.inputs === 2 ? "max" : "min",
  };
}

function bucketStory(seed: number): BucketStory {
  const { query, rounds, conf } = diskStory(seed);
  const random = new Random(seed * 15_485_863);
  const faults: ObjectFaults = {
    refused: random.pick([0, 0.05]),
    lost: random.pick([0, 0.1]),
    late: random.pick([0, 0, 0.05]),
    staleMs: random.pick([0, 2000]),
  };
  const troubles = Array.from({ length: mostTroubles }, () => drawTrouble(random)).map((trouble): Trouble => {
    // What fails on the network is the faults' affair.
    return trouble.what === "crashAtOperation" || trouble.what === "crashAtPoint" ? trouble : { what: "nothing" };
  });
  const onBucket = random.pick([
    { checkpoint: true, output: true },
    { checkpoint: true, output: false },
    { checkpoint: false, output: true },
  ]);
  // A listing must not be older than all entries that the logs keep (docs/s3.md).
  const kept = faults.staleMs > 0 ? { ...conf, "spark.sql.streaming.minBatchesToRetain": "100" } : conf;
  // A third is without deaths: then nothing may fail at all that is asked again.
  return {
    kind: "bucket",
    seed,
    query,
    rounds,
    conf: kept,
    latencyMs: random.pick([0, 5]),
    troubles: random.chance(0.35) ? [] : troubles,
    onBucket,
    faults,
  };
}

/** What a topic can take: rows that are all new. */
const forTopics = simulatedQueries.filter(({ outputMode, sink }) => outputMode === "append" && sink !== "memory");

function brokerStory(seed: number): BrokerStory {
  const random = new Random(seed * 49_979_687);
  const query = intoTopic(random.pick(forTopics));
  const rounds = roundsFor(query, random, { rounds: 3, late: 0.5 });
  const conf = drawConf(random, query);
  const faults: BrokerFaults = { refused: random.pick([0, 0.05]), lost: random.pick([0, 0.1]), late: random.pick([0, 0.02]) };
  const troubles = Array.from({ length: mostTroubles }, () => drawTrouble(random));
  return { kind: "broker", seed, query, rounds, conf, latencyMs: random.pick([0, 5]), troubles, faults };
}

const minuteMs = 60_000;

function ownersStory(seed: number): OwnersStory {
  const random = new Random(seed * 32_452_843);
  const chosen = random.pick(simulatedQueries.filter(({ inputs, sink }) => inputs === 1 && sink !== "memory"));
  const query = random.chance(0.4) && forTopics.includes(chosen) ? intoTopic(chosen) : chosen;
  const rounds = randomRounds(random, {
    inputs: 1,
    rounds: 4,
    filesPerRound: 4 + random.below(8),
    linesPerFile: 3,
    lateRows: true,
    malformed: tellsMalformed(query),
  });
  const policy = random.pick(["one host", "takeOver", "takeOver", "leases"]);
  const hosts = policy === "one host" ? ["one", "one", "one"] : ["one", "two", "three"];
  const conf = {
    ...drawConf(random, query),
    "spark.sql.streaming.minBatchesToRetain": String(random.pick([1, 2])),
    "spark.tidemark.checkpoint.takeOver": String(policy === "takeOver"),
  };
  const scenes = [0, 2].map((first): Scene => {
    const isLong = random.chance(0.7);
    const stall = random.chance(0.8)
      ? { count: 1 + random.below(400), ms: isLong ? (20 + random.below(60)) * minuteMs : random.below(500), reading: false }
      : null;
    return {
      arrivals: [
        { atMs: 0, round: first },
        { atMs: isLong ? 14 * minuteMs : 0, round: first + 1 },
      ],
      starts: [
        { atMs: 0, host: hosts[0]! },
        { atMs: random.below(150) + (isLong && random.chance(0.3) ? 2 * minuteMs : 0), host: hosts[1]! },
        { atMs: isLong ? 15 * minuteMs : random.below(300), host: hosts[2]! },
      ],
      stall,
      death: random.chance(0.3) ? 1 + random.below(80) : null,
    };
  });
  return { kind: "owners", seed, query, rounds, conf, latencyMs: 4, troubles: [], isOnBucket: random.chance(0.5), scenes };
}

/**
 * Owners that fall asleep while they read their input, between what they planned and what they write, and wake long after somebody has taken over. On a disk: there an
 * owner asks whether it is one before it writes; on an object store it only finds that its entry of a log is there.
 */
function sleepersStory(seed: number): OwnersStory {
  const story = ownersStory(seed);
  const random = new Random(seed * 67_867_967);
  const scenes = story.scenes.map((scene): Scene => {
    const [first, second, third] = scene.starts.map(({ host }) => host);
    return {
      arrivals: [
        { ...scene.arrivals[0]!, atMs: 0 },
        { ...scene.arrivals[1]!, atMs: 14 * minuteMs },
      ],
      starts: [
        { atMs: 0, host: first! },
        { atMs: minuteMs + random.below(1000), host: second! },
        { atMs: 15 * minuteMs, host: third! },
      ],
      stall: { count: 1 + random.below(10), ms: (20 + random.below(60)) * minuteMs, reading: true },
      death: null,
    };
  });
  // Without a lease nothing else tells an owner that wakes that it is none any more.
  const lease = random.chance(0.7) ? { "spark.tidemark.checkpoint.leaseTimeout": "0", "spark.tidemark.checkpoint.takeOver": "true" } : {};
  const conf = { ...story.conf, ...lease };
  return { ...story, conf, scenes, isOnBucket: false };
}
