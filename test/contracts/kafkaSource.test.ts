import { afterAll, expect, test } from "vitest";
import { patienceMs } from "../patience.js";
import { requireServers } from "../servers/availability.js";
import { startKafka } from "../servers/kafka/broker.js";
import { IndependentKafka, type ProducerStep } from "../servers/kafka/independent.js";
import { columnsOf, freshTopic, kafkaSource, memoryLog, readRows, text, type SourceSurroundings } from "../servers/kafka/kafkaSession.js";
import { readAll, type Source } from "../../engine/contract/source.js";

async function startServers() {
  const broker = await startKafka();
  return { broker, other: await IndependentKafka.connect(broker) };
}

const send = (topic: string, count: number, from = 0, partition = 0): ProducerStep => ({
  producer: "plain",
  op: "send",
  messages: Array.from({ length: count }, (_, i) => ({ topic, partition, key: `k${(from + i) % 7}`, value: `v${from + i}` })),
});

const valuesOf = async (source: Source, start: string | null, end: string): Promise<(string | null)[]> =>
  (await readRows(source, start, end, columnsOf(source, "value"))).map(([value]) => text(value));

const bytes = (s: string): Uint8Array => new TextEncoder().encode(s);

await requireServers(
  "the kafka source, against a real broker",
  "Kafka (a JDK and Maven) with Python's confluent-kafka",
  startServers,
  ({ broker, other }) => {
    const open: Source[] = [];
    const make = async (options: Record<string, string>, surroundings: SourceSurroundings = {}): Promise<Source> => {
      const source = await kafkaSource({ "kafka.bootstrap.servers": broker.bootstrap, ...options }, surroundings);
      open.push(source);
      return source;
    };
    const readBounded = async (options: Record<string, string>): Promise<(string | null)[]> => {
      const source = await make(options, { bounded: true, log: null });
      return valuesOf(source, null, (await source.latestOffset(null, readAll))!);
    };

    afterAll(async () => {
      await Promise.all(open.map((source) => source.stop()));
      await broker.stop();
    });

    test("gives Spark's columns, with nulls, headers and times as they were sent", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 1);
      const messages = [
        {
          topic,
          partition: 0,
          key: "a",
          value: "1",
          timestamp: 1_700_000_000_123,
          headers: [
            ["h1", "x"],
            ["h2", null],
          ] as const,
        },
        { topic, partition: 0, key: null, value: "", timestamp: 1 },
        { topic, partition: 0, key: "", value: null, timestamp: 1_900_000_000_000 },
      ];
      await other.produce({}, [{ producer: "p", op: "send", messages }]);
      const source = await make({ subscribe: topic, includeHeaders: "true", startingOffsets: "earliest" });
      const end = (await source.latestOffset(null, readAll))!;
      expect(end).toBe(JSON.stringify({ [topic]: { 0: 3 } }));
      const rows = await readRows(source, null, end);
      expect(source.schema.fields.map((f) => f.name)).toEqual([
        "key",
        "value",
        "topic",
        "partition",
        "offset",
        "timestamp",
        "timestampType",
        "headers",
      ]);
      expect(rows.map((row) => row.map((v) => (v instanceof Uint8Array ? bytes(text(v)!) : v)))).toEqual([
        [
          bytes("a"),
          bytes("1"),
          topic,
          0,
          0n,
          1_700_000_000_123_000n,
          0,
          [
            ["h1", bytes("x")],
            ["h2", null],
          ].map(([k, v]) => [k, v]),
        ],
        [null, bytes(""), topic, 0, 1n, 1_000n, 0, null],
        [bytes(""), null, topic, 0, 2n, 1_900_000_000_000_000n, 0, null],
      ]);
    });

    test.each(["none", "gzip", "snappy", "lz4", "zstd"])("reads %s batches, whole and from the middle", async (codec) => {
      const topic = freshTopic(codec);
      await broker.createTopic(topic, 1);
      await other.produce({ plain: { "compression.type": codec, "linger.ms": "50" } }, [send(topic, 5000)]);
      const source = await make({ subscribe: topic, startingOffsets: "earliest" });
      const end = (await source.latestOffset(null, readAll))!;
      expect(await valuesOf(source, null, end)).toEqual(Array.from({ length: 5000 }, (_, i) => `v${i}`));
      const at = (offset: number): string => JSON.stringify({ [topic]: { 0: offset } });
      expect(await valuesOf(source, at(1234), at(1240))).toEqual(["v1234", "v1235", "v1236", "v1237", "v1238", "v1239"]);
      expect(await valuesOf(source, at(4999), end)).toEqual(["v4999"]);
    });

    test("aborted transactions and control records leave gaps, read from any offset", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 1);
      const one = (producer: string, value: string): ProducerStep[] => [
        { producer, op: "send", messages: [{ topic, partition: 0, value }] },
        { producer, op: "flush" },
      ];
      // The case that kafkajs gets wrong: two overlapping aborted transactions, read from inside the first.
      const steps: ProducerStep[] = [
        { producer: "a", op: "begin" },
        { producer: "b", op: "begin" },
        ...one("a", "A0"),
        ...one("b", "B1"),
        ...one("b", "B2"),
        ...one("a", "A3"),
        { producer: "a", op: "abort" },
        { producer: "b", op: "abort" },
        { producer: "a", op: "begin" },
        ...one("a", "committed"),
        { producer: "a", op: "commit" },
        ...one("plain", "plain"),
        { producer: "b", op: "begin" },
        ...one("b", "open"),
      ];
      const id = (name: string): Record<string, string> => ({ "transactional.id": `${topic}-${name}` });
      await other.produce({ a: id("a"), b: id("b") }, [...steps, { producer: "b", op: "abort" }]);
      const source = await make({ subscribe: topic, startingOffsets: "earliest" });
      const end = (await source.latestOffset(null, readAll))!;
      for (let from = 0; from < 10; from++) {
        const start = JSON.stringify({ [topic]: { 0: from } });
        const seen = await valuesOf(source, start, end);
        expect(seen, `from ${from}`).toEqual([...(from <= 6 ? ["committed"] : []), ...(from <= 8 ? ["plain"] : [])]);
      }
      const uncommitted = await make({ subscribe: topic, startingOffsets: "earliest", "kafka.isolation.level": "read_uncommitted" });
      expect(await valuesOf(uncommitted, null, (await uncommitted.latestOffset(null, readAll))!)).toHaveLength(7);
    });

    test("an open transaction holds the end back, until it ends", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 1);
      await other.produce({}, [send(topic, 3)]);
      const begin: ProducerStep[] = [
        { producer: "t", op: "begin" },
        { producer: "t", op: "send", messages: [{ topic, partition: 0, value: "pending" }] },
        { producer: "t", op: "flush" },
      ];
      const id = { t: { "transactional.id": topic } };
      // The process ends with its transaction open.
      await other.produce(id, begin);
      const source = await make({ subscribe: topic, startingOffsets: "earliest" });
      const end = (await source.latestOffset(null, readAll))!;
      expect(end).toBe(JSON.stringify({ [topic]: { 0: 3 } }));
      // Its successor fences it, which aborts what was open.
      await other.produce(id, [...begin, { producer: "t", op: "commit" }]);
      const later = (await source.latestOffset(end, readAll))!;
      expect(await valuesOf(source, end, later)).toEqual(["pending"]);
    });

    test("the same range gives the same rows, whatever came since, in order of topic, partition and offset", async () => {
      const [a, b] = [freshTopic("a"), freshTopic("b")];
      await broker.createTopic(a, 3);
      await broker.createTopic(b, 1);
      await other.produce({}, [send(a, 10, 0, 2), send(b, 5, 100), send(a, 10, 50, 0)]);
      const source = await make({ subscribe: `${b},${a}`, startingOffsets: "earliest" });
      const end = (await source.latestOffset(null, readAll))!;
      const first = await readRows(source, null, end);
      await other.produce({}, [send(a, 10, 1000, 0), send(a, 10, 1000, 1), send(b, 5, 1000)]);
      expect(await readRows(source, null, end)).toEqual(first);
      expect(first.map(([, , topic, ...place]) => [topic as string, ...(place as number[]).slice(0, 2)].join("/"))).toEqual([
        ...Array.from({ length: 10 }, (_, i) => `${a}/0/${i}`),
        ...Array.from({ length: 10 }, (_, i) => `${a}/2/${i}`),
        ...Array.from({ length: 5 }, (_, i) => `${b}/0/${i}`),
      ]);
      const next = (await source.latestOffset(end, readAll))!;
      expect(await valuesOf(source, end, next)).toHaveLength(25);
      expect(await source.latestOffset(next, readAll)).toBe(next);
    });

    test("where a stream starts is fixed at its first start, and a new partition is read from its beginning", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 1);
      await other.produce({}, [send(topic, 4)]);
      const log = memoryLog();
      const first = await make({ subscribe: topic }, { log });
      expect(await first.latestOffset(null, readAll)).toBe(JSON.stringify({ [topic]: { 0: 4 } }));
      expect(log.entries.get(0)).toBe(`\0v1\n${JSON.stringify({ [topic]: { 0: 4 } })}`);
      await other.produce({}, [send(topic, 2, 4)]);
      await broker.addPartitions(topic, 2);
      await other.produce({}, [send(topic, 3, 20, 1)]);
      const second = await make({ subscribe: topic }, { log });
      const end = (await second.latestOffset(null, readAll))!;
      expect(end).toBe(JSON.stringify({ [topic]: { 0: 6, 1: 3 } }));
      expect(await valuesOf(second, null, end)).toEqual(["v4", "v5", "v20", "v21", "v22"]);
      // Without the zero byte it reads as well.
      const bare = memoryLog();
      await bare.add(0, `v1\n${JSON.stringify({ [topic]: { 0: 5 } })}`);
      const third = await make({ subscribe: topic }, { log: bare });
      expect(await valuesOf(third, null, end)).toEqual(["v5", "v20", "v21", "v22"]);
    });

    test("limits are shared out over the partitions, and available-now ends where it began", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 3);
      await other.produce({}, [send(topic, 90, 0, 0), send(topic, 10, 0, 1)]);
      const source = await make({ subscribe: topic, startingOffsets: "earliest", maxOffsetsPerTrigger: "50" });
      expect(source.defaultLimit).toEqual({ maxRows: 50 });
      await source.prepareForAvailableNow();
      await other.produce({}, [send(topic, 40, 90, 0)]);
      const first = (await source.latestOffset(null, source.defaultLimit))!;
      expect(first).toBe(JSON.stringify({ [topic]: { 0: 45, 1: 5, 2: 0 } }));
      expect(source.metrics(first)).toEqual({
        avgOffsetsBehindLatest: String(50 / 3),
        maxOffsetsBehindLatest: "45",
        minOffsetsBehindLatest: "0",
      });
      const second = (await source.latestOffset(first, source.defaultLimit))!;
      expect(second).toBe(JSON.stringify({ [topic]: { 0: 90, 1: 10, 2: 0 } }));
      expect(source.metrics(second)).toEqual({ avgOffsetsBehindLatest: "0.0", maxOffsetsBehindLatest: "0", minOffsetsBehindLatest: "0" });
      expect(await source.latestOffset(second, source.defaultLimit)).toBe(second);
    });

    test("bounded reads: offsets, times, -1 and -2, pattern and assign", async () => {
      const topic = freshTopic("bounded");
      await broker.createTopic(topic, 2);
      const at = (partition: number, time: number): ProducerStep => ({
        producer: "plain",
        op: "send",
        messages: [{ topic, partition, value: `p${partition}@${time}`, timestamp: time }],
      });
      await other.produce({}, [at(0, 1000), at(0, 2000), at(0, 3000), at(1, 1500), at(1, 2500)]);
      const offsets = (p0: number, p1: number): string => JSON.stringify({ [topic]: { 0: p0, 1: p1 } });
      const all = ["p0@1000", "p0@2000", "p0@3000", "p1@1500", "p1@2500"];
      expect(await readBounded({ subscribe: topic })).toEqual(all);
      expect(await readBounded({ subscribePattern: `${topic.slice(0, -3)}.*` })).toEqual(all);
      expect(await readBounded({ assign: JSON.stringify({ [topic]: [1] }) })).toEqual(["p1@1500", "p1@2500"]);
      expect(await readBounded({ subscribe: topic, startingOffsets: offsets(1, -2), endingOffsets: offsets(-1, 1) })).toEqual([
        "p0@2000",
        "p0@3000",
        "p1@1500",
      ]);
      expect(await readBounded({ subscribe: topic, startingTimestamp: "1501", endingTimestamp: "2500" })).toEqual(["p0@2000"]);
      expect(await readBounded({ subscribe: topic, startingOffsetsByTimestamp: offsets(2001, 0) })).toEqual([
        "p0@3000",
        "p1@1500",
        "p1@2500",
      ]);
      await expect(readBounded({ subscribe: topic, startingTimestamp: "2600" })).rejects.toMatchObject({
        condition: "KAFKA_NO_OFFSET_FOR_TIMESTAMP",
        parameters: { topicPartition: `${topic}-1`, timestamp: "2600" },
      });
      await expect(readBounded({ subscribe: topic, startingOffsets: JSON.stringify({ [topic]: { 0: 0 } }) })).rejects.toMatchObject({
        condition: "KAFKA_START_OFFSET_DOES_NOT_MATCH_ASSIGNED",
      });
      await expect(readBounded({ subscribe: topic, startingOffsets: offsets(3, 2), endingOffsets: offsets(2, 2) })).rejects.toMatchObject({
        condition: "RESOLVED_START_OFFSET_GREATER_THAN_END_OFFSET",
        parameters: { topic, partition: "0", startOffset: "3", endOffset: "2" },
      });
    });

    test("compaction leaves gaps", async () => {
      const topic = freshTopic();
      const config = { "cleanup.policy": "compact", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.001", "delete.retention.ms": "0" };
      await broker.createTopic(topic, 1, config);
      await other.produce({}, [send(topic, 700)]);
      // A new segment, so that the first may be cleaned.
      await new Promise((resolve) => setTimeout(resolve, 300));
      await other.produce({}, [send(topic, 14, 700)]);
      const source = await make({ subscribe: topic, startingOffsets: "earliest" });
      const end = (await source.latestOffset(null, readAll))!;
      let seen: (string | null)[] = [];
      for (const untilMs = performance.now() + patienceMs; performance.now() < untilMs;) {
        seen = await valuesOf(source, null, end);
        if (seen.length < 700) break;
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      expect(seen.length).toBeLessThan(700);
      expect(seen).toEqual((await other.read(topic)).map((record) => record.value));
      expect(seen.slice(-14)).toEqual(Array.from({ length: 14 }, (_, i) => `v${700 + i}`));
    });

    test("lost records fail the query, or are passed over with a warning", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 1);
      await other.produce({}, [send(topic, 10)]);
      const at = (offset: number): string => JSON.stringify({ [topic]: { 0: offset } });
      await broker.deleteRecords(topic, 0, 4);
      const strict = await make({ subscribe: topic, startingOffsets: "earliest" });
      await expect(readRows(strict, at(2), at(10))).rejects.toMatchObject({
        condition: "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE",
        parameters: { topicPartition: `${topic}-0`, startOffset: "2", endOffset: "4" },
      });
      await expect(make({ subscribe: topic, startingOffsets: at(2) }).then((s) => s.latestOffset(null, readAll))).rejects.toMatchObject({
        condition: "KAFKA_DATA_LOSS.START_OFFSET_RESET",
      });
      const warnings: string[] = [];
      const lenient = await make({ subscribe: topic, startingOffsets: "earliest", failOnDataLoss: "false" }, { warnings });
      expect(await valuesOf(lenient, at(2), at(10))).toEqual(["v4", "v5", "v6", "v7", "v8", "v9"]);
      expect(warnings).toEqual([expect.stringContaining("KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE")]);
    });

    test("a topic that was created anew, or deleted", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 1);
      await other.produce({}, [send(topic, 10)]);
      const source = await make({ subscribe: topic, startingOffsets: "earliest" });
      const lenient = await make({ subscribe: topic, startingOffsets: "earliest", failOnDataLoss: "false" });
      const end = (await source.latestOffset(null, readAll))!;
      await broker.deleteTopic(topic);
      await expect(source.latestOffset(end, readAll)).rejects.toMatchObject({
        condition: "KAFKA_DATA_LOSS.PARTITIONS_DELETED",
        parameters: { partitions: `${topic}-0` },
      });
      await broker.createTopic(topic, 1);
      await other.produce({}, [send(topic, 3, 100)]);
      await expect(source.latestOffset(end, readAll)).rejects.toMatchObject({
        condition: "KAFKA_DATA_LOSS.TOPIC_RECREATED",
      });
      const after = (await lenient.latestOffset(end, readAll))!;
      expect(after).toBe(JSON.stringify({ [topic]: { 0: 3 } }));
      expect(await valuesOf(lenient, end, after)).toEqual([]);
    });

    test("a missing topic and a cluster that does not answer are told by name, soon", async () => {
      const missing = await make({ subscribe: "no-such-topic" });
      await expect(missing.latestOffset(null, readAll)).rejects.toMatchObject({
        condition: "KAFKA_UNKNOWN_TOPIC_OR_PARTITION",
        parameters: { topics: "no-such-topic", brokers: broker.bootstrap },
      });
      const pattern = await make({ subscribePattern: "no-such-.*" });
      await expect(pattern.latestOffset(null, readAll)).rejects.toMatchObject({ condition: "KAFKA_NO_MATCHING_TOPIC" });
      const nowhere = await make({ subscribe: "t", "kafka.bootstrap.servers": "127.0.0.1:1" });
      await expect(nowhere.latestOffset(null, readAll)).rejects.toMatchObject({
        condition: "KAFKA_BROKER_UNREACHABLE",
        parameters: { brokers: "127.0.0.1:1" },
      });
    });

    test("a broker that dies and comes back in the middle of a range", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 1);
      await other.produce({}, [send(topic, 3000)]);
      const source = await make({ subscribe: topic, startingOffsets: "earliest" });
      const end = (await source.latestOffset(null, readAll))!;
      await broker.kill();
      const reading = valuesOf(source, null, end);
      await broker.restart();
      expect(await reading).toHaveLength(3000);
    });
  },
);
