import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { col, Session, StreamingError, type StreamingQuery } from "../../index.js";
import { patienceMs } from "../patience.js";
import { requireServers } from "../servers/availability.js";
import { startKafka, type KafkaBroker } from "../servers/kafka/broker.js";
import { IndependentKafka } from "../servers/kafka/independent.js";
import { freshTopic } from "../servers/kafka/kafkaSession.js";

interface Servers {
  readonly broker: KafkaBroker;
  readonly reader: IndependentKafka;
}

async function startServers(): Promise<Servers> {
  // A broker that was killed may come back only when its session is over, nine seconds by default.
  const broker = await startKafka(() => ({ "broker.session.timeout.ms": "1500", "broker.heartbeat.interval.ms": "300" }));
  try {
    return { broker, reader: await IndependentKafka.connect(broker) };
  } catch (error) {
    await broker.stop();
    throw error;
  }
}

/** A query that copies one topic to another, value by value. */
interface Copy {
  readonly from: string;
  readonly to: string;
  readonly options: Readonly<Record<string, string>>;
}

await requireServers("queries whose Kafka fails", "Kafka and confluent-kafka", startServers, ({ broker, reader }) => {
  let folder = "";
  const warnings: string[] = [];
  const session = Session.create({ warn: (message) => void warnings.push(message) });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tidemark-e2e-"));
  });

  afterEach(async () => {
    await session.stop();
    warnings.length = 0;
  });

  afterAll(async () => {
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function newCopy(options: Readonly<Record<string, string>> = {}): Promise<Copy> {
    const copy = { from: freshTopic("from"), to: freshTopic("to"), options };
    await broker.createTopic(copy.from, 2);
    await broker.createTopic(copy.to, 2);
    return copy;
  }

  function start({ from, to, options }: Copy, sinkOptions: Copy["options"] = {}): Promise<StreamingQuery> {
    return session.readStream
      .format("kafka")
      .options({ "kafka.bootstrap.servers": broker.bootstrap, subscribe: from, startingOffsets: "earliest", ...options })
      .load()
      .select(col("key").cast("string").as("key"), col("value").cast("string").as("value"))
      .writeStream.format("kafka")
      .options({
        ...patienceOf(options),
        ...sinkOptions,
        "kafka.bootstrap.servers": broker.bootstrap,
        topic: to,
        checkpointLocation: join(folder, to),
      })
      .start();
  }

  /** Sends the numbers in `[from, to)`, over both partitions. */
  function send(topic: string, from: number, to: number): Promise<void> {
    const numbers = Array.from({ length: to - from }, (_, i) => from + i);
    return broker.produce(
      topic,
      numbers.map((n) => ({ key: String(n), value: String(n), partition: n % 2 })),
    );
  }

  async function copied({ to }: Copy): Promise<number[]> {
    return (await reader.read(to)).map(({ value }) => Number(value)).toSorted((a, b) => a - b);
  }

  test("a broker that goes away in the middle of batches and comes back: each row once", async () => {
    const copy = await newCopy({ maxOffsetsPerTrigger: "10" });
    const rows = 4_000;
    await send(copy.from, 0, rows);
    let query = await start(copy);
    const failures: string[] = [];
    for (const delayMs of [0, 4, 9]) {
      await severalBatches(query);
      await sleep(delayMs);
      await broker.kill();
      await sleep(1500);
      await broker.restart();
      if (query.exception === null) continue;
      failures.push(query.exception.condition);
      query = await start(copy);
    }
    await query.processAllAvailable();
    expect(query.lastProgress!.batchId).toBeGreaterThanOrEqual(rows / 10 - 1);
    expect(failures.filter((condition) => !condition.startsWith("KAFKA_"))).toEqual([]);
    expect(await copied(copy)).toEqual(range(0, rows));
    // Said at once, with the time that is left and the count.
    expect(warnings.some((warning) => /^Cannot reach the Kafka brokers .*, trying again for \d+ s/.test(warning))).toBe(true);
    expect(warnings.some((warning) => /answer again, after \d+ failed attempts/.test(warning))).toBe(true);
  });

  test("a broker that hangs, so that requests are sent twice: each row once", async () => {
    const copy = await newCopy({ "kafka.request.timeout.ms": "500", maxOffsetsPerTrigger: "10" });
    const rows = 2_000;
    await send(copy.from, 0, rows);
    const query = await start(copy);
    for (const delayMs of [0, 2, 4, 6, 8, 11]) {
      await severalBatches(query);
      await sleep(delayMs);
      process.kill(broker.pid, "SIGSTOP");
      await sleep(800);
      process.kill(broker.pid, "SIGCONT");
    }
    await query.processAllAvailable();
    expect(await copied(copy)).toEqual(range(0, rows));
  });

  test("an outage that is longer than the patience fails the query by name, in the middle of batches, and each start afterwards goes on", async () => {
    const patience = { "kafka.default.api.timeout.ms": "6000", "kafka.request.timeout.ms": "4000" };
    const copy = await newCopy({ ...patience, maxOffsetsPerTrigger: "10" });
    const rows = 2_000;
    await send(copy.from, 0, rows);
    for (const delayMs of [0, 6]) {
      const query = await start(copy);
      await severalBatches(query);
      await sleep(delayMs);
      await broker.kill();
      try {
        const failure = await failureOf(query);
        expect(failure.condition).toBe("KAFKA_BROKER_UNREACHABLE");
        expect(failure.parameters["brokers"]).toBe(broker.bootstrap);
      } finally {
        await broker.restart();
      }
    }
    await (await start(copy)).processAllAvailable();
    expect(await copied(copy)).toEqual(range(0, rows));
  });

  test("a topic that is deleted while the query runs is data loss", async () => {
    const copy = await newCopy();
    const query = await start(copy);
    await send(copy.from, 0, 20);
    await query.processAllAvailable();
    await broker.deleteTopic(copy.from);
    const failure = await failureOf(query);
    expect(failure.condition).toBe("KAFKA_DATA_LOSS.PARTITIONS_DELETED");
    expect(failure.parameters["partitions"]).toBe(`${copy.from}-0, ${copy.from}-1`);
    expect(await copied(copy)).toEqual(range(0, 20));
  });

  describe.each(["while the query runs", "while it does not run"])(
    "a topic that is deleted and made anew %s, and holds more than before",
    (when) => {
      /** The query has read 20 records of a topic, which then makes way for one that holds 60 others. */
      async function remade(options: Copy["options"] = {}): Promise<{ copy: Copy; query: StreamingQuery }> {
        const copy = await newCopy(options);
        const query = await start(copy);
        await send(copy.from, 0, 20);
        await query.processAllAvailable();
        if (when !== "while the query runs") await query.stop();
        await broker.deleteTopic(copy.from);
        await broker.createTopic(copy.from, 2);
        await send(copy.from, 100, 160);
        return { copy, query: query.isActive || query.exception !== null ? query : await start(copy) };
      }

      test("is known by its id and refused; it goes on from the beginning of the new one when loss is accepted, each record once", async () => {
        const { copy, query } = await remade();
        const failure = await failureOf(query);
        expect(failure.condition).toMatch(/^KAFKA_DATA_LOSS\.(TOPIC_RECREATED|PARTITIONS_DELETED)$/);
        expect(await copied(copy)).toEqual(range(0, 20));
        // Refused again and again, whatever comes to the new topic.
        await send(copy.from, 160, 170);
        expect(await failureOf(await start(copy))).toMatchObject({
          condition: "KAFKA_DATA_LOSS.TOPIC_RECREATED",
          parameters: { topic: copy.from },
        });
        const accepting = await start({ ...copy, options: { failOnDataLoss: "false" } });
        await accepting.processAllAvailable();
        await accepting.stop();
        expect(warnings.some((warning) => warning.includes("TOPIC_RECREATED"))).toBe(true);
        expect(await copied(copy)).toEqual([...range(0, 20), ...range(100, 170)]);
        // From here on it is the query's topic.
        await send(copy.from, 170, 180);
        await (await start(copy)).processAllAvailable();
        expect(await copied(copy)).toEqual([...range(0, 20), ...range(100, 180)]);
      });

      test("with loss accepted: the query goes on with its beginning, with a warning", async () => {
        const { copy, query } = await remade({ failOnDataLoss: "false" });
        await query.processAllAvailable();
        expect(query.exception).toBeNull();
        expect(warnings.some((warning) => warning.includes("KAFKA_DATA_LOSS"))).toBe(true);
        expect(await copied(copy)).toEqual([...range(0, 20), ...range(100, 160)]);
      });
    },
  );

  test("a target that is deleted and made anew while the query runs is refused, and written on when the user says so", async () => {
    const copy = await newCopy();
    const query = await start(copy);
    await send(copy.from, 0, 20);
    await query.processAllAvailable();
    await broker.deleteTopic(copy.to);
    await broker.createTopic(copy.to, 1);
    await send(copy.from, 20, 40);
    expect(await failureOf(query)).toMatchObject({ condition: "KAFKA_TARGET_RECREATED", parameters: { topic: copy.to } });
    await (await start(copy, { onMarkerLost: "write" })).processAllAvailable();
    expect(await copied(copy)).toEqual(range(20, 40));
  });

  test("records that retention took before they were read fail the query, which goes on when loss is accepted", async () => {
    const copy = await newCopy();
    const first = await start(copy);
    await send(copy.from, 0, 20);
    await first.processAllAvailable();
    await first.stop();
    await send(copy.from, 20, 60);
    // Partition 0 has the even numbers: 20 to 38 are gone.
    await broker.deleteRecords(copy.from, 0, 20);
    const failure = await failureOf(await start(copy));
    expect(failure.condition).toMatch(/^KAFKA_DATA_LOSS\./);
    expect(failure.parameters["topicPartition"]).toBe(`${copy.from}-0`);
    expect(await copied(copy)).toEqual(range(0, 20));
    await (await start({ ...copy, options: { failOnDataLoss: "false" } })).processAllAvailable();
    const left = range(20, 60).filter((n) => n % 2 === 1 || n >= 40);
    expect(await copied(copy)).toEqual([...range(0, 20), ...left]);
    expect(warnings.some((warning) => warning.includes("KAFKA_DATA_LOSS"))).toBe(true);
  });
});

/** The options of a source that a sink has as well. */
function patienceOf(options: Copy["options"]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name.startsWith("kafka.")));
}

/** Waits until the query has run some more batches. */
async function severalBatches(query: StreamingQuery): Promise<void> {
  const batchId = (query.lastProgress?.batchId ?? 0) + 5;
  await vi.waitUntil(() => (query.lastProgress?.batchId ?? 0) >= batchId, { timeout: patienceMs, interval: 1 });
}

/** What a query ends with. */
async function failureOf(query: StreamingQuery): Promise<StreamingError> {
  try {
    if (!(await query.awaitTermination(patienceMs))) throw new Error("the query did not end");
  } catch (error) {
    if (error instanceof StreamingError) return error;
    throw error;
  }
  throw new Error("the query ended well");
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
