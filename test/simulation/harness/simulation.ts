import { Session } from "../../../dataframe/session.js";
import { rowsOf } from "../../../engine/arrow/columns.js";
import { assert } from "../../../engine/errors/assert.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import type { Trigger } from "../../../engine/query/trigger.js";
import type { StreamingQuery } from "../../../engine/query/streamingQuery.js";
import { memory } from "../../memory.js";
import { brokerAddress } from "../world/broker.js";
import { SimulatedCrash, World } from "../world/world.js";
import type { Round } from "./input.js";
import { checkLogs, fileOutput } from "./output.js";
import { textOf, type BatchRows } from "./text.js";
import { inputSchema, type Frame, type SimulatedQuery } from "./simulatedQuery.js";

/** Where a query reads, writes and remembers. */
export interface Places {
  readonly checkpoint: string;
  readonly output: string;
  side(id: string): string;
  input(i: number): string;
}

export function placesIn(root: string): Places {
  return { checkpoint: `${root}/checkpoint`, output: `${root}/out`, side: (id) => `${root}/${id}`, input: (i) => `${root}/in/${i}` };
}

export const places = placesIn("/data");

/** The topic of the simulated broker that queries write to. */
const topic = "out";

/** Configuration that makes snapshots and purging happen within a few batches. Without batches without data, what a batch holds depends on the files alone. */
const defaultConf = {
  "spark.sql.streaming.noDataMicroBatches.enabled": "false",
  "spark.sql.streaming.minBatchesToRetain": "3",
  "spark.sql.streaming.stateStore.minDeltasForSnapshot": "2",
};

export interface SimulationOptions {
  readonly maxFilesPerTrigger?: number;
  readonly conf?: Readonly<Record<string, string>>;
  readonly places?: Places;
}

/** One world, one query, one checkpoint: starts, crashes and starts again. */
export class Simulation {
  readonly world: World;
  /** When it is there, a run may also end with a condition: it is told, and the query is started again. */
  onFailure: ((failure: StreamingError) => void) | null = null;
  /** Configuration of the next starts beside that of the options. */
  conf: Readonly<Record<string, string>> = {};
  private starts = 0;
  private readonly table: string;
  private places: Places;

  /** @param query what starts; another may be put in its place between two starts */
  constructor(
    public query: SimulatedQuery,
    seed: number,
    private readonly options: SimulationOptions = {},
  ) {
    this.world = new World(seed);
    this.table = `simulated-${++tables}`;
    this.places = options.places ?? places;
    this.world.broker.addTopic(topic, 1 + (Math.abs(seed) % 3));
  }

  /** Puts files where the query reads; they are durable. */
  async arrive(round: Round): Promise<void> {
    const { files, clock } = this.world;
    for (let i = 0; i < this.query.inputs; i++) await files.makeDirectory(this.places.input(i));
    for (const { input, name, text } of round) {
      clock.advance(1000);
      await files.addNew(`${this.places.input(input)}/${name}`, new TextEncoder().encode(text));
    }
  }

  /** Starts the query in a new process. */
  async start(trigger: Trigger = { availableNow: true }, options: { readonly host?: string } = {}): Promise<StreamingQuery> {
    const runtime = this.world.runtime(`run ${++this.starts}`, options);
    const session = Session.create({
      memoryTables: memory,
      runtime,
      conf: { ...defaultConf, ...this.options.conf, ...this.conf },
      print: () => {},
      warn: () => {},
    });
    const { query, table } = this;
    const inputs = Array.from({ length: query.inputs }, (_, i) =>
      session.readStream
        .schema(inputSchema)
        .option("maxFilesPerTrigger", this.options.maxFilesPerTrigger ?? 1)
        .json(this.places.input(i)),
    );
    const each = query.build(session, inputs, this.starts).writeStream.format(query.sink).outputMode(query.outputMode).trigger(trigger);
    const plain = query.emitEvery === undefined ? each : each.emitEvery(query.emitEvery);
    const writer = (query.tells ?? []).reduce((told, id) => {
      const policy = id === "late" ? told.onLate("sideOutput") : told.onMalformed("sideOutput");
      return policy.sideOutput(id, (rows: Frame) => rows.writeStream.format("json").option("path", this.places.side(id)));
    }, plain);
    const whole = query.migrate === undefined ? writer : writer.migrateState("aggregate-0", query.migrate);
    return this.aimed(whole, table).option("checkpointLocation", this.places.checkpoint).start();
  }

  /** The next starts write below another folder. */
  moveOutput(root: string): void {
    this.places = { ...this.places, output: `${root}/out`, side: (id) => `${root}/${id}` };
  }

  private aimed<W extends { option(name: string, value: string): W; queryName(name: string): W }>(writer: W, table: string): W {
    switch (this.query.sink) {
      case "memory":
        return writer.queryName(table);
      case "kafka":
        return writer.option("kafka.bootstrap.servers", brokerAddress).option("topic", topic);
      default:
        return writer.option("path", this.places.output);
    }
  }

  /** Runs what is there to its end. False when the process died on the way, or failed and somebody listens; any other failure is thrown. */
  async run(): Promise<boolean> {
    try {
      const query = await this.start();
      await query.awaitTermination();
      return true;
    } catch (error) {
      if (isCrash(error)) return false;
      if (this.onFailure === null || !(error instanceof StreamingError)) throw error;
      this.onFailure(error);
      return false;
    }
  }

  /** What came out, by batch, and what went to the side outputs; and the logs must fit it. */
  async output(): Promise<Map<number, BatchRows>> {
    let output = await this.mainOutput();
    for (const id of this.query.tells ?? []) {
      const side = await fileOutput(this.world.files, this.places.side(id), "json");
      assert(output.size === side.size, "every batch is in all outputs");
      output = new Map([...output].map(([batchId, rows]) => [batchId, [...rows, ...side.get(batchId)!.map((row) => `${id}: ${row}`)]]));
    }
    return new Map([...output].map(([batchId, rows]) => [batchId, ofOneAttempt(batchId, rows)]));
  }

  /** All rows of all file outputs in the order of their batches; where a manifest has been compacted, nobody can tell which batch a row is of. */
  async rows(): Promise<string[]> {
    const { world, query } = this;
    const isTopic = query.sink === "kafka";
    if (isTopic) await this.checkLogs();
    const main = isTopic ? new Map([[0, world.broker.committed(topic).flat()]]) : await this.mainOutput();
    const all: (readonly [string | null, ReadonlyMap<number, BatchRows>])[] = [[null, main]];
    for (const id of this.query.tells ?? []) all.push([id, await fileOutput(this.world.files, this.places.side(id), "json")]);
    return all.flatMap(([id, output]) =>
      [...output.values()].flat().map((row) => `${id ?? "main"}: ${row.replace(/"asked":\d+/, '"asked":0')}`),
    );
  }

  private async mainOutput(): Promise<Map<number, BatchRows>> {
    const { world, query } = this;
    assert(query.sink !== "kafka", "a topic does not say which batch a record is of");
    await this.checkLogs();
    if (query.sink === "memory") {
      const { batches } = memory.table(this.table);
      assert(new Set(batches.map(({ batchId }) => batchId)).size === batches.length, "a batch came twice");
      return new Map(batches.map(({ batchId, rows }) => [batchId, rowsOf(rows).map(textOf)]));
    }
    return fileOutput(world.files, this.places.output, query.sink);
  }

  /** The rows of a bounded run of the query over all that has arrived. */
  async recomputed(): Promise<BatchRows> {
    const { world, query } = this;
    const session = Session.create({ memoryTables: memory, runtime: world.runtime("recomputing"), print: () => {}, warn: () => {} });
    const inputs = Array.from({ length: query.inputs }, (_, i) => session.read.schema(inputSchema).json(this.places.input(i)));
    await query.build(session, inputs, 0).write.format("json").save("/data/recomputed");
    const files = (await world.files.list("/data/recomputed")).filter(({ name }) => name.startsWith("part-"));
    const texts = await Promise.all(files.map(async ({ path }) => new TextDecoder().decode(await world.files.read(path))));
    return texts.flatMap((text) => text.split("\n").filter((line) => line !== ""));
  }

  private checkLogs(): Promise<void> {
    const conf = { ...defaultConf, ...this.options.conf };
    return checkLogs(this.world.files, this.places.checkpoint, Number(conf["spark.sql.streaming.minBatchesToRetain"]));
  }

  /** Forgets what is outside of the world. */
  close(): void {
    memory.drop(this.table);
  }
}

/** The rows without what the world answered, which has to be the same in all of them. */
function ofOneAttempt(batchId: number, rows: BatchRows): BatchRows {
  const answers = new Set(rows.flatMap((row) => /"asked":\d+/.exec(row) ?? []));
  assert(answers.size <= 1, `batch ${batchId} has answers of several attempts: ${[...answers].join()}`);
  return rows.map((row) => row.replace(/"asked":\d+/, '"asked":0'));
}

let tables = 0;

/** Whether an error is the death of the process, or came of it. */
export function isCrash(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof SimulatedCrash) return true;
  return false;
}

/** Below those of tests: ids of runs come of the seed, and are unique in a process. */
let undisturbedSeed = -1;

/** What comes out when nothing happens on the way. */
export function undisturbed(query: SimulatedQuery, rounds: readonly Round[], options?: SimulationOptions): Promise<Map<number, BatchRows>> {
  return undisturbedly(query, rounds, options, (simulation) => simulation.output());
}

/** The same as rows, of all batches. */
export function undisturbedRows(query: SimulatedQuery, rounds: readonly Round[], options?: SimulationOptions): Promise<string[]> {
  return undisturbedly(query, rounds, options, (simulation) => simulation.rows());
}

async function undisturbedly<T>(
  query: SimulatedQuery,
  rounds: readonly Round[],
  options: SimulationOptions | undefined,
  look: (simulation: Simulation) => Promise<T>,
): Promise<T> {
  const simulation = new Simulation(query, undisturbedSeed--, options);
  try {
    for (const round of rounds) {
      await simulation.arrive(round);
      await simulation.run();
    }
    return await look(simulation);
  } finally {
    simulation.close();
  }
}
