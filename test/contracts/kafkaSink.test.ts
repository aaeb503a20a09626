import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { count } from "../../dataframe/functions.js";
import { Session } from "../../dataframe/session.js";
import { batchFromRows } from "../../engine/arrow/columns.js";
import { field, types, type Schema } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import { readAll } from "../../engine/contract/source.js";
import type { OutputBatchInfo, Sink, SinkBatch } from "../../engine/contract/sink.js";
import { systemRuntime } from "../../runtime/systemRuntime.js";
import { kafkaSinkProvider } from "../../sinks/kafka/sink.js";
import { requireServers } from "../servers/availability.js";
import { startKafka } from "../servers/kafka/broker.js";
import { IndependentKafka } from "../servers/kafka/independent.js";
import { columnsOf, freshTopic, kafkaSource, readBatches } from "../servers/kafka/kafkaSession.js";
import { temporaryFolder } from "./temporaryFolder.js";
import { byText } from "./byText.js";
import { spoil } from "../runtime/spoiler.js";

const keyValue = types.struct([field("key", types.string), field("value", types.string)]);

function infoOf(batchId: number, schema: Schema = keyValue): OutputBatchInfo {
  const batchTimeMs = 1_700_000_000_000 + batchId;
  return { batchId, outputMode: "append", schema, keyColumns: null, changeColumn: null, batchTimeMs, replay: false };
}

async function startServers() {
  const broker = await startKafka();
  return { broker, other: await IndependentKafka.connect(broker) };
}

const prepared = async (sink: Sink, batchId: number, rows: Value[][], schema: Schema = keyValue): Promise<SinkBatch> => {
  const batch = (await sink.open(infoOf(batchId, schema)))!;
  await batch.write(batchFromRows(schema, rows));
  await batch.prepare();
  return batch;
};

const kindHeader = (kind: string) => [["_change_type", kind]];

const bytes = (s: string): Uint8Array => new TextEncoder().encode(s);

const write = async (sink: Sink, batchId: number, rows: Value[][], schema: Schema = keyValue): Promise<void> =>
  (await prepared(sink, batchId, rows, schema)).commit();

await requireServers(
  "the kafka sink, against a real broker",
  "Kafka (a JDK and Maven) with Python's confluent-kafka",
  startServers,
  ({ broker, other }) => {
    const open: Sink[] = [];

    const start = async (queryId: string, options: Record<string, string>, schema: Schema = keyValue, streaming = true): Promise<Sink> => {
      const sink = kafkaSinkProvider.create({
        runtime: systemRuntime(),
        options: { "kafka.bootstrap.servers": broker.bootstrap, ...options },
        schema,
        outputMode: "append",
        streaming,
        partitionBy: [],
        conf: {},
        print: () => undefined,
        warn: () => undefined,
      });
      open.push(sink);
      await sink.start({ queryId, runId: "run", outputId: "main" });
      return sink;
    };
    const valuesOf = async (topic: string): Promise<(string | null)[]> => (await other.read(topic)).map((record) => record.value);

    afterAll(async () => {
      await Promise.all(open.map((sink) => sink.stop()));
      await broker.stop();
    });

    test("writes keys, values, headers, partitions and the batch's time, as another client reads them", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 3);
      const header = types.struct([field("key", types.string), field("value", types.binary)]);
      const schema = types.struct([
        field("value", types.binary),
        field("headers", types.array(header)),
        field("partition", types.int),
        field("ignored", types.long),
        field("key", types.string),
      ]);
      const sink = await start(topic, { topic }, schema);
      const rows = [
        [
          bytes("a"),
          [
            ["h", bytes("x")],
            ["n", null],
          ],
          2,
          1n,
          "ké",
        ],
        [null, null, 2, 1n, "tombstone"],
        [bytes(""), [], 2, null, null],
        [bytes("z".repeat(300)), null, 0, 1n, ""],
      ];
      await write(sink, 0, rows, schema);
      expect(await other.read(topic)).toEqual(
        [
          { partition: 0, offset: 0, key: "", value: "z".repeat(300), timestamp: 1_700_000_000_000, headers: [] },
          {
            partition: 2,
            offset: 0,
            key: "ké",
            value: "a",
            timestamp: 1_700_000_000_000,
            headers: [
              ["h", "x"],
              ["n", null],
            ],
          },
          { partition: 2, offset: 1, key: "tombstone", value: null, timestamp: 1_700_000_000_000, headers: [] },
          { partition: 2, offset: 2, key: null, value: "", timestamp: 1_700_000_000_000, headers: [] },
        ].toSorted((a, b) => a.partition - b.partition),
      );
      await expect(write(sink, 1, [[null, null, 3, null, null]], schema)).rejects.toMatchObject({
        condition: "KAFKA_PARTITION_OUT_OF_RANGE",
        parameters: { topic, partition: "3", partitions: "3" },
      });
    });

    test("changes by key are records with a value and tombstones; every change is a record with a header where rows are asked for", async () => {
      const session = Session.create({ warn: () => {} });
      const folder = await temporaryFolder();
      const topics = { upserts: freshTopic("upserts"), rows: freshTopic("rows") };
      for (const topic of Object.values(topics)) await broker.createTopic(topic, 1);
      const counts = session.readStream.schema("k STRING").json(folder).groupBy("k").agg(count("*").as("n")).where("n < 3");
      const records = counts.selectExpr("to_json(struct(k)) AS key", "CAST(n AS STRING) AS value");
      const run = async (changes: "upserts" | "rows"): Promise<void> => {
        const options = {
          "kafka.bootstrap.servers": broker.bootstrap,
          topic: topics[changes],
          checkpointLocation: `${folder}-${changes}`,
          changes,
        };
        const writer = records.writeStream.format("kafka").outputMode("changes").options(options);
        const query = await writer.trigger({ availableNow: true }).start();
        await query.awaitTermination();
      };
      for (const [i, keys] of [["a", "b"], ["a", "b"], ["a"]].entries()) {
        writeFileSync(join(folder, `${i}.json`), keys.map((k) => JSON.stringify({ k })).join("\n"));
        await run("upserts");
        await run("rows");
      }
      const [a, b] = ['{"k":"a"}', '{"k":"b"}'];
      const upserts = (await other.read(topics.upserts)).map(({ key, value, headers }) => [key, value, headers]);
      expect(upserts.slice(0, 2).toSorted(byText)).toEqual([[a, "1", []], [b, "1", []]]); // prettier-ignore
      expect(upserts.slice(2, 4).toSorted(byText)).toEqual([[a, "2", []], [b, "2", []]]); // prettier-ignore
      expect(upserts.slice(4)).toEqual([[a, null, []]]);
      const rows = (await other.read(topics.rows)).map(({ key, value, headers }) => [key, value, headers]);
      expect(rows.filter(([key]) => key === a)).toEqual([
        [a, "1", kindHeader("insert")],
        [a, "1", kindHeader("update_preimage")],
        [a, "2", kindHeader("update_postimage")],
        [a, "2", kindHeader("delete")],
      ]);
    });

    test("a keyed row goes where the Java client's partitioner sends it, and rows without a key go everywhere", async () => {
      const [ours, theirs] = [freshTopic("ours"), freshTopic("theirs")];
      await broker.createTopic(ours, 7);
      await broker.createTopic(theirs, 7);
      const keys = Array.from({ length: 200 }, (_, i) => "κλειδί-key-".slice(i % 11) + i);
      await write(
        await start(ours, { topic: ours }),
        0,
        keys.map((key) => [key, "v"]),
      );
      const messages = keys.map((key) => ({ topic: theirs, key, value: "v" }));
      await other.produce({ p: { partitioner: "murmur2" } }, [{ producer: "p", op: "send", messages }]);
      // A broker answers the end of a transaction before all its partitions have the marker: until then readers do not see what is there.
      const seen = (topic: string): Promise<number> => other.read(topic).then(({ length }) => length);
      await expect.poll(() => seen(ours)).toBe(keys.length);
      const placed = async (topic: string): Promise<string[]> => (await other.read(topic)).map((r) => `${r.partition} ${r.key}`).toSorted();
      expect(await placed(ours)).toEqual(await placed(theirs));
      const keyless = freshTopic("keyless");
      await broker.createTopic(keyless, 4);
      await write(
        await start(keyless, { topic: keyless }),
        3 - 3,
        Array.from({ length: 200 }, () => [null, "x".repeat(1000)]),
      );
      await expect.poll(() => seen(keyless)).toBe(200);
      const perPartition = [0, 1, 2, 3].map(() => 0);
      for (const { partition } of await other.read(keyless)) perPartition[partition]!++;
      expect(Math.min(...perPartition)).toBeGreaterThan(30);
    });

    test.each(["none", "gzip", "snappy", "lz4", "zstd"])("compresses with %s in many small record batches", async (codec) => {
      const topic = freshTopic(codec);
      await broker.createTopic(topic, 2);
      const sink = await start(topic, { topic, "kafka.compression.type": codec, "kafka.batch.size": "2000" });
      const values = Array.from({ length: 500 }, (_, i) => `${"some text ".repeat(i % 20)}${i}`);
      await write(
        sink,
        0,
        values.map((value, i) => [`k${i}`, value]),
      );
      await write(
        sink,
        1,
        values.map((value, i) => [`k${i}`, value]),
      );
      expect((await valuesOf(topic)).toSorted(byText)).toEqual([...values, ...values].toSorted(byText));
    });

    test("the topic column, unless the option says otherwise", async () => {
      const [a, b] = [freshTopic("a"), freshTopic("b")];
      await broker.createTopic(a, 1);
      await broker.createTopic(b, 2);
      const schema = types.struct([field("topic", types.string), field("value", types.string)]);
      const sink = await start(a, {}, schema);
      await write(
        sink,
        0,
        [
          [a, "1"],
          [b, "2"],
          [b, "3"],
          [a, "4"],
        ],
        schema,
      );
      expect(await valuesOf(a)).toEqual(["1", "4"]);
      expect((await valuesOf(b)).toSorted(byText)).toEqual(["2", "3"]);
      expect(await sink.open(infoOf(0, schema))).toBeNull();
      await expect(
        write(
          sink,
          1,
          [
            [a, "5"],
            [null, "6"],
          ],
          schema,
        ),
      ).rejects.toMatchObject({ condition: "KAFKA_NULL_TOPIC_IN_DATA" });
      await expect(write(sink, 1, [["no-such-topic", "6"]], schema)).rejects.toMatchObject({
        condition: "KAFKA_UNKNOWN_TOPIC_OR_PARTITION",
        parameters: { topics: "no-such-topic" },
      });
      // The failed batch may be written again.
      await (await start(a, {}, schema)).open(infoOf(1, schema)).then((batch) => batch!.prepare().then(() => batch!.commit()));
      const option = await start(freshTopic(), { topic: b }, schema);
      await write(option, 0, [[a, "7"]], schema);
      expect(await valuesOf(b)).toContain("7");
    });

    test("rows of topics that are yet to be looked up are those that were given, not those that came after", async () => {
      const topics = [freshTopic("a"), freshTopic("b"), freshTopic("c")];
      for (const topic of topics) await broker.createTopic(topic, 1);
      const schema = types.struct([field("topic", types.string), field("value", types.string)]);
      const sink = await start(topics[0]!, {}, schema);
      const output = (await sink.open(infoOf(0, schema)))!;
      for (const topic of topics) {
        const lent = batchFromRows(schema, [
          [topic, "1"],
          [topic, "2"],
        ]);
        const written = output.write(lent);
        spoil(lent);
        await written;
      }
      await output.prepare();
      await output.commit();
      for (const topic of topics) expect(await valuesOf(topic)).toEqual(["1", "2"]);
    });

    test("rows are invisible until commit, and never after an abort", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 1);
      const sink = await start(topic, { topic });
      const first = await prepared(sink, 0, [["k", "first"]]);
      expect(await valuesOf(topic)).toEqual([]);
      await first.commit();
      expect(await valuesOf(topic)).toEqual(["first"]);
      await (await prepared(sink, 1, [["k", "aborted"]])).abort();
      await write(sink, 1, [["k", "second"]]);
      expect(await valuesOf(topic)).toEqual(["first", "second"]);
    });

    test("a committed batch is not written again, an interrupted one is, and an empty one counts", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 1);
      const first = await start(topic, { topic });
      await write(first, 0, [["k", "0"]]);
      await write(first, 1, []);
      await prepared(first, 2, [["k", "interrupted"]]);
      const second = await start(topic, { topic });
      expect(await second.open(infoOf(1))).toBeNull();
      await write(second, 2, [["k", "2"]]);
      expect(await valuesOf(topic)).toEqual(["0", "2"]);
      await expect(second.open(infoOf(1))).rejects.toMatchObject({
        condition: "KAFKA_MARKER_NEWER",
        parameters: { batchId: "1", found: "2" },
      });
    });

    test("a run that was taken over cannot write any more, wherever it stands", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 1);
      const zombie = await start(topic, { topic });
      const half = (await zombie.open(infoOf(0)))!;
      await half.write(batchFromRows(keyValue, [["k", "zombie"]]));
      const late = await start(topic, { topic });
      const fenced = { condition: "KAFKA_PRODUCER_FENCED", parameters: { transactionalId: `tidemark-${topic}-main` } };
      await expect(half.prepare()).rejects.toMatchObject(fenced);
      const ready = await prepared(late, 0, [["k", "late"]]);
      const heir = await start(topic, { topic });
      await expect(ready.commit()).rejects.toMatchObject(fenced);
      await write(heir, 0, [["k", "heir"]]);
      expect(await valuesOf(topic)).toEqual(["heir"]);
    });

    test("a lost marker is refused, until the user says what to do", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 1);
      const group = `tidemark-${topic}-main`;
      await write(await start(topic, { topic }), 0, [["k", "0"]]);
      await broker.deleteGroup(group);
      await expect((await start(topic, { topic })).open(infoOf(1))).rejects.toMatchObject({
        condition: "KAFKA_MARKER_LOST",
        parameters: { batchId: "1", previousBatchId: "0", group, found: "none" },
      });
      const skipping = await start(topic, { topic, onMarkerLost: "skip" });
      expect(await skipping.open(infoOf(1))).toBeNull();
      await write(skipping, 2, [["k", "2"]]);
      await broker.deleteGroup(group);
      const writing = await start(topic, { topic, onMarkerLost: "write" });
      await write(writing, 3, [["k", "3"]]);
      expect(await (await start(topic, { topic })).open(infoOf(3))).toBeNull();
      expect(await valuesOf(topic)).toEqual(["0", "2", "3"]);
    });

    test("more than is held back: sent while rows come, and all there in the end", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 2);
      const sink = await start(topic, { topic });
      const batch = (await sink.open(infoOf(0)))!;
      const rows = Array.from({ length: 4000 }, (_, i) => [`k${i}`, "v".repeat(4000)]);
      for (let i = 0; i < 3; i++) await batch.write(batchFromRows(keyValue, rows));
      await batch.prepare();
      await batch.commit();
      const source = await kafkaSource({ "kafka.bootstrap.servers": broker.bootstrap, subscribe: topic }, { bounded: true, log: null });
      const batches = await readBatches(source, null, (await source.latestOffset(null, readAll))!, columnsOf(source, "offset"));
      await source.stop();
      expect(batches.reduce((sum, b) => sum + b.length, 0)).toBe(12_000);
    });

    test("a write without a query leaves no marker", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 1);
      await write(await start(topic, { topic }, keyValue, false), 0, [["k", "once"]]);
      await write(await start(topic, { topic }, keyValue, false), 0, [["k", "again"]]);
      expect(await valuesOf(topic)).toEqual(["once", "again"]);
    });

    test("a record that is too large, a missing topic, an unreachable cluster", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 1);
      await expect(write(await start(topic, { topic }), 0, [["k", "x".repeat(1_100_000)]])).rejects.toMatchObject({
        condition: "KAFKA_RECORD_TOO_LARGE",
        parameters: { topic, limit: "1048576" },
      });
      const generous = await start(topic, { topic, "kafka.max.request.size": "2000000" });
      await expect(write(generous, 0, [["k", "x".repeat(1_100_000)]])).rejects.toMatchObject({ condition: "KAFKA_RECORD_TOO_LARGE" });
      await expect(start("q", { topic: "no-such-topic" })).rejects.toMatchObject({ condition: "KAFKA_UNKNOWN_TOPIC_OR_PARTITION" });
      await expect(start("q", { topic, "kafka.bootstrap.servers": "127.0.0.1:1" })).rejects.toMatchObject({
        condition: "KAFKA_BROKER_UNREACHABLE",
        parameters: { brokers: "127.0.0.1:1" },
      });
    });
  },
);
