import { expr } from "../../dataframe/functions.js";
import { readManifest } from "../../connectors/files/manifest.js";
import { pathOfUri } from "../../connectors/files/uri.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import type { FileStatus, FileSystem } from "../../engine/contract/fileSystem.js";
import { Random } from "../simulation/world/random.js";
import { World } from "../simulation/world/world.js";
import { Session } from "../../dataframe/session.js";
import type { Frame } from "../simulation/harness/simulatedQuery.js";
import { mutate } from "./mutations.js";

/** A query whose checkpoint is damaged. It writes JSON files, exactly once. */
export interface FuzzedQuery {
  readonly name: string;
  /** How many batches it has run when that happens; each reads a file. */
  readonly batches: number;
  readonly conf: Readonly<Record<string, string>>;
  build(input: Frame): Frame;
  /** The query that ran the first half of the batches, where it was another: its state was migrated. */
  readonly before?: (input: Frame) => Frame;
}

const sums =
  (...aggregates: readonly string[]) =>
  (input: Frame): Frame =>
    input
      .withWatermark("ts", "1 second")
      .groupBy(expr("window(ts, '10 seconds')").as("w"), expr("k"))
      .agg(...aggregates.map((text) => expr(text).as(text)));

export const fuzzedQueries: readonly FuzzedQuery[] = [
  { name: "stateless, with compact logs", batches: 12, conf: {}, build: (input) => input.selectExpr("k", "v + 1 AS v") },
  {
    name: "windows, with snapshots and purged logs",
    batches: 9,
    conf: { "spark.sql.streaming.minBatchesToRetain": "4", "spark.sql.streaming.stateStore.minDeltasForSnapshot": "2" },
    build: (input) =>
      input
        .withWatermark("ts", "1 second")
        .groupBy(expr("window(ts, '10 seconds')").as("w"), expr("k").as("k"))
        .agg(expr("sum(v)").as("v")),
  },
  { name: "duplicates dropped", batches: 5, conf: {}, build: (input) => input.withWatermark("ts", "20 seconds").dropDuplicates("k", "ts") },
  { name: "windows whose state was migrated", batches: 6, conf: {}, before: sums("sum(v)"), build: sums("max(v)", "sum(v)") },
];

/** What came of a damaged checkpoint. */
export interface Outcome {
  readonly verdict: "right rows" | "refused, naming the file" | "refused, naming the place" | "WRONG ROWS" | "RAW ERROR";
  /** Which file was damaged, how, and what was said. */
  readonly detail: string;
}

const places = { input: "/data/in", checkpoint: "/data/checkpoint", output: "/data/out" } as const;
let seeds = 20_000_000;

/** A query that has run for a while, on a disk that can be copied, damaged, and run on. */
export class CheckpointFuzzer {
  private constructor(
    private readonly query: FuzzedQuery,
    private readonly world: World,
    /** What may be damaged: the checkpoint, and what belongs to it in the output's folder. */
    private readonly targets: readonly FileStatus[],
    private readonly expected: readonly string[],
  ) {}

  static async of(query: FuzzedQuery): Promise<CheckpointFuzzer> {
    const world = new World(seeds++);
    const first = query.before === undefined ? 0 : query.batches / 2;
    for (let i = 0; i < first; i++) await addFile(world, i);
    if (query.before !== undefined) await run(world, { ...query, build: query.before });
    for (let i = first; i < query.batches; i++) await addFile(world, i);
    await run(world, query);
    const inCheckpoint = await filesUnder(world.files, places.checkpoint);
    const inOutput = (await filesUnder(world.files, places.output)).filter(({ path }) => /_spark_metadata\/|_tidemark_owner/.test(path));
    const undamaged = copyOf(world);
    await runOn(undamaged, query);
    return new CheckpointFuzzer(query, world, [...inCheckpoint, ...inOutput], await rowsOf(undamaged.files));
  }

  /** Damages one file of a copy and runs on. The same seed does the same. */
  async damage(seed: number): Promise<Outcome> {
    const random = new Random(seed);
    const world = copyOf(this.world);
    const { path } = random.pick(this.targets);
    const detail = `seed ${seed}, ${this.query.name}: ${await damageFile(world.files, path, random)}`;
    try {
      await runOn(world, this.query);
      const rows = await rowsOf(world.files);
      const isRight = JSON.stringify(rows) === JSON.stringify(this.expected);
      return { verdict: isRight ? "right rows" : "WRONG ROWS", detail: isRight ? detail : `${detail}: ${rows.join(" ")}` };
    } catch (error) {
      if (!(error instanceof StreamingError) || error.condition === "STREAM_FAILED" || error.condition === "INTERNAL_ERROR") {
        return { verdict: "RAW ERROR", detail: `${detail}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` };
      }
      const namesFile = error.message.includes(path);
      const namesPlace = error.message.includes(places.checkpoint) || error.message.includes(places.output);
      const verdict = namesFile ? "refused, naming the file" : namesPlace ? "refused, naming the place" : "RAW ERROR";
      return { verdict, detail: `${detail}: ${error.condition} ${JSON.stringify(error.parameters)}` };
    }
  }
}

/** Gives what was done. */
async function damageFile(files: FileSystem, path: string, random: Random): Promise<string> {
  const before = (await files.read(path))!;
  const siblings: Uint8Array[] = [];
  for (const entry of await files.list(path.slice(0, path.lastIndexOf("/")))) {
    if (!entry.directory && entry.path !== path) siblings.push((await files.read(entry.path))!);
  }
  const { bytes, name } = mutate(before, random, siblings);
  if (bytes === null) await files.remove(path);
  else await files.replace(path, bytes);
  return `${path}: ${name}`;
}

function copyOf(world: World): World {
  const copy = new World(seeds++, { startMs: world.clock.nowMs() });
  copy.disk.copyFrom(world.disk);
  return copy;
}

async function addFile({ files, clock }: World, i: number): Promise<void> {
  clock.advance(1000);
  const ts = new Date(Date.UTC(2026, 0, 1) + 10_000 * i).toISOString();
  const text = ["a", "b"].map((k) => `${JSON.stringify({ ts, k, v: i })}\n`).join("");
  await files.addNew(`${places.input}/${String(i).padStart(3, "0")}.json`, new TextEncoder().encode(text));
}

/** Two batches more. */
async function runOn(world: World, query: FuzzedQuery): Promise<void> {
  for (let i = 0; i < 2; i++) await addFile(world, query.batches + i);
  await run(world, query);
}

async function run(world: World, query: FuzzedQuery): Promise<void> {
  const conf = { "spark.sql.streaming.noDataMicroBatches.enabled": "false", ...query.conf };
  const session = Session.create({ runtime: world.runtime("query"), conf, print: () => {}, warn: () => {} });
  const input = session.readStream.schema("ts TIMESTAMP, k STRING, v BIGINT").option("maxFilesPerTrigger", 1).json(places.input);
  const writer = query.build(input).writeStream.format("json").option("path", places.output).trigger({ availableNow: true });
  const running = await writer.option("checkpointLocation", places.checkpoint).start();
  await running.awaitTermination();
}

/** The rows that a reader of the output finds. */
async function rowsOf(files: FileSystem): Promise<string[]> {
  const { entries } = await readManifest(files, `${places.output}/_spark_metadata`);
  const rows: string[] = [];
  for (const { path } of entries) {
    const bytes = await files.read(pathOfUri(path));
    rows.push(...(bytes === null ? [`${path} is not there`] : new TextDecoder().decode(bytes).trimEnd().split("\n")));
  }
  return rows.toSorted();
}

async function filesUnder(files: FileSystem, folder: string): Promise<FileStatus[]> {
  const entries = await files.list(folder);
  const inner = await Promise.all(entries.filter(({ directory }) => directory).map(({ path }) => filesUnder(files, path)));
  return [...entries.filter(({ directory }) => !directory), ...inner.flat()];
}
