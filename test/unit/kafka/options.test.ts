import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAddress } from "../../../connectors/kafka/connection.js";
import { KafkaSettings } from "../../../connectors/kafka/configuration.js";
import { murmur2 } from "../../../connectors/kafka/partitioner.js";
import { field, types } from "../../../engine/arrow/types.js";
import { Options } from "../../../engine/contract/options.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";
import { recordFields } from "../../../sinks/kafka/options.js";
import { kafkaSinkProvider } from "../../../sinks/kafka/sink.js";
import { formatInitialOffsets, parseInitialOffsets, parseOffsets, PartitionOffsets } from "../../../sources/kafka/offset.js";
import { limitOffsets } from "../../../sources/kafka/rateLimit.js";
import { kafkaProvider } from "../../../sources/kafka/source.js";
import { kafkaSource } from "../../servers/kafka/kafkaSession.js";

const base = { "kafka.bootstrap.servers": "localhost:9092" };
const offsetsOf = (...offsets: number[]): PartitionOffsets =>
  new PartitionOffsets(offsets.map((offset, partition) => ({ topic: "t", partition, offset })));

const refusal = (options: Record<string, string>): unknown => {
  try {
    kafkaProvider.schema({ ...base, ...options }, null);
  } catch (error) {
    return error;
  }
  return null;
};

const create = (options: Record<string, string>, bounded: boolean): Promise<unknown> =>
  kafkaSource({ ...base, subscribe: "a", ...options }, { bounded });

const columnNames = (options: Record<string, string>): string[] =>
  kafkaProvider.schema({ ...base, subscribe: "a", ...options }, null).fields.map((f) => f.name);

describe("options of the kafka source", () => {
  test.each([
    [{}, "KAFKA_SUBSCRIPTION_INVALID"],
    [{ subscribe: "a", assign: '{"a":[0]}' }, "KAFKA_SUBSCRIPTION_INVALID"],
    [{ subscribe: "a,,b" }, "INVALID_OPTION_VALUE"],
    [{ subscribePattern: "(" }, "INVALID_OPTION_VALUE"],
    [{ assign: '{"a":[-1]}' }, "INVALID_OPTION_VALUE"],
    [{ subscribe: "a", startingOffsets: "newest" }, "INVALID_OPTION_VALUE"],
    [{ subscribe: "a", startingOffsets: '{"a":{"0":-3}}' }, "INVALID_OPTION_VALUE"],
    [{ subscribe: "a", startingOffsets: '{"a":{"x":1}}' }, "KAFKA_INVALID_OFFSET"],
    [{ subscribe: "a", startingOffsets: '{"a":{"0":1.5}}' }, "KAFKA_INVALID_OFFSET"],
    [{ subscribe: "a", maxOffsetsPerTrigger: "0" }, "INVALID_OPTION_VALUE"],
    [{ subscribe: "a", minOffsetsPerTrigger: "9", maxOffsetsPerTrigger: "8" }, "INVALID_OPTION_VALUE"],
    [{ subscribe: "a", subcribe: "b" }, "UNKNOWN_OPTION"],
    [{ subscribe: "a", "kafka.auto.offset.reset": "latest" }, "KAFKA_OPTION_NOT_SUPPORTED"],
    [{ subscribe: "a", "kafka.ssl.truststore.path": "x" }, "UNKNOWN_OPTION"],
    [{ subscribe: "a", "kafka.bootstrap.servers": "" }, "MISSING_OPTION"],
  ])("%j is refused", (options, condition) => {
    expect(refusal(options)).toMatchObject({ condition });
  });

  test("positions that fit only the other kind of read", async () => {
    await expect(create({ endingOffsets: "latest" }, false)).rejects.toMatchObject({ condition: "KAFKA_OPTION_NOT_SUPPORTED" });
    await expect(create({ startingOffsets: "latest" }, true)).rejects.toMatchObject({ condition: "INVALID_OPTION_VALUE" });
    await expect(create({ startingOffsets: '{"a":{"0":-1}}' }, true)).rejects.toMatchObject({ condition: "INVALID_OPTION_VALUE" });
    await expect(create({ endingOffsets: "earliest" }, true)).rejects.toMatchObject({ condition: "INVALID_OPTION_VALUE" });
    await expect(create({ endingOffsets: '{"a":{"0":-2}}' }, true)).rejects.toMatchObject({ condition: "INVALID_OPTION_VALUE" });
  });

  test("what means nothing here is told once, by name", async () => {
    const warnings: string[] = [];
    const options = { ...base, subscribe: "a", minPartitions: "3", "kafka.session.timeout.ms": "1" };
    await (await kafkaSource(options, { warnings })).stop();
    expect(warnings).toEqual([expect.stringContaining("minPartitions"), expect.stringContaining("kafka.session.timeout.ms")]);
  });

  test("headers are a column only when asked for", () => {
    expect(columnNames({})).toEqual(["key", "value", "topic", "partition", "offset", "timestamp", "timestampType"]);
    expect(columnNames({ includeHeaders: "true" }).at(-1)).toBe("headers");
  });
});

const settingsOf = (given: Record<string, string>): KafkaSettings =>
  new KafkaSettings(new Options("the kafka source", [], { ...base, ...given }, ["kafka."]));

const clientOptions = (given: Record<string, string>) => settingsOf(given).clientOptions(systemRuntime().files);

describe("settings of kafka.*", () => {
  test("a login", async () => {
    const jaas = 'org.apache.kafka.common.security.scram.ScramLoginModule required username="al\\"ice" password="p w;=1";';
    const given = { "kafka.security.protocol": "SASL_SSL", "kafka.sasl.mechanism": "SCRAM-SHA-512", "kafka.sasl.jaas.config": jaas };
    expect(await clientOptions(given)).toMatchObject({
      sasl: { mechanism: "scram-sha-512", username: 'al"ice', password: "p w;=1" },
      tls: {},
    });
    expect(await clientOptions({})).toMatchObject({ sasl: null, tls: null, bootstrapServers: ["localhost:9092"] });
  });

  test("refusals do not show the password", async () => {
    const given = {
      "kafka.security.protocol": "SASL_SSL",
      "kafka.sasl.mechanism": "PLAIN",
      "kafka.sasl.jaas.config": 'required password="secret";',
    };
    const refused: unknown = await clientOptions(given).catch((error: unknown) => error);
    expect(refused).toMatchObject({ condition: "INVALID_OPTION_VALUE", parameters: { option: "kafka.sasl.jaas.config" } });
    expect(JSON.stringify(refused) + String(refused)).not.toContain("secret");
  });

  test("certificates as text, and a host name that need not match", async () => {
    const given = {
      "kafka.security.protocol": "SSL",
      "kafka.ssl.truststore.certificates": "PEM",
      "kafka.ssl.endpoint.identification.algorithm": "",
    };
    const { tls } = await clientOptions(given);
    expect(tls).toEqual({ ca: "PEM", checkServerIdentity: expect.any(Function) });
    await expect(clientOptions({ "kafka.security.protocol": "SSL", "kafka.ssl.truststore.type": "JKS" })).rejects.toMatchObject({
      condition: "INVALID_OPTION_VALUE",
      parameters: { option: "kafka.ssl.truststore.type" },
    });
  });

  test("addresses", () => {
    expect(["h:1", "h", "[::1]:2", "PLAINTEXT://h:3"].map(parseAddress).map((address) => [address?.host, address?.port])).toEqual([
      ["h", 1],
      ["h", 9092],
      ["::1", 2],
      ["h", 3],
    ]);
  });
});

const limited = (max: number, from: PartitionOffsets, until: PartitionOffsets): number[] =>
  [...limitOffsets(max, (p) => from.get(p), until)].map((entry) => entry.offset);

describe("offsets", () => {
  test("read back as they were written, in Spark's form", () => {
    const partition = fc.record({
      topic: fc.string({ minLength: 1 }),
      partition: fc.nat(1000),
      offset: fc.maxSafeNat(),
    });
    const unique = fc.uniqueArray(partition, { selector: (p) => JSON.stringify([p.topic, p.partition]) });
    fc.assert(
      fc.property(unique, (entries) => {
        const offsets = new PartitionOffsets(entries);
        expect(parseOffsets(offsets.toJson()).equals(offsets)).toBe(true);
        expect(parseInitialOffsets(formatInitialOffsets(offsets)).equals(offsets)).toBe(true);
      }),
    );
    expect(parseInitialOffsets('{"t":{"0":1}}').toJson()).toBe('{"t":{"0":1}}');
    expect(() => parseInitialOffsets("v2\n{}")).toThrow(expect.objectContaining({ condition: "KAFKA_INVALID_OFFSET" }));
  });

  test("a limit is shared out in proportion, and nobody starves", () => {
    // Spark's own cases: rounded down, but one at least.
    expect(limited(10, offsetsOf(0, 0, 0), offsetsOf(100, 10, 1))).toEqual([9, 1, 1]);
    expect(limited(10, offsetsOf(0, 5), offsetsOf(4, 5))).toEqual([4, 5]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: 1, maxLength: 6 }),
        (max, list) => {
          const from = offsetsOf(...list.map(([start]) => start));
          const until = offsetsOf(...list.map(([start, size]) => start + size));
          const taken = limited(max, from, until).map((offset, i) => offset - list[i]![0]);
          const waiting = list.filter(([, size]) => size > 0).length;
          expect(taken.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(Math.max(max, 0) + waiting);
          for (const [i, [, size]] of list.entries()) {
            expect(taken[i]).toBeLessThanOrEqual(size);
            expect(taken[i]! > 0).toBe(size > 0);
          }
        },
      ),
    );
  });
});

const textColumns = (...names: string[]) => types.struct(names.map((name) => field(name, types.string)));

const refusalOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return null;
};

describe("the kafka sink's columns", () => {
  test("are found by name, and refused by type", () => {
    expect(recordFields(textColumns("x", "value", "key"), "t")).toEqual({
      key: 2,
      value: 1,
      topic: -1,
      partition: -1,
      headers: -1,
      changeType: -1,
    });
    expect(refusalOf(() => recordFields(textColumns("value"), null))).toMatchObject({ condition: "KAFKA_SINK_TOPIC_REQUIRED" });
    expect(refusalOf(() => recordFields(textColumns("topic"), null))).toMatchObject({
      condition: "KAFKA_SINK_VALUE_REQUIRED",
      parameters: { columns: "topic" },
    });
    const typed = types.struct([field("value", types.long)]);
    expect(refusalOf(() => recordFields(typed, "t"))).toMatchObject({
      condition: "KAFKA_SINK_COLUMN_TYPE",
      parameters: { column: "value", type: "bigint", expected: "string or binary" },
    });
    expect(refusalOf(() => recordFields(textColumns("value", "headers"), "t"))).toMatchObject({
      parameters: { expected: "array<struct<key:string,value:binary>>" },
    });
    expect(refusalOf(() => recordFields(textColumns("value", "partition"), "t"))).toMatchObject({
      parameters: { column: "partition", expected: "int" },
    });
  });

  test.each([
    [{ topic: "" }, "INVALID_OPTION_VALUE"],
    [{ topic: "t", "kafka.acks": "1" }, "KAFKA_OPTION_NOT_SUPPORTED"],
    [{ topic: "t", "kafka.transactional.id": "x" }, "KAFKA_OPTION_NOT_SUPPORTED"],
    [{ topic: "t", "kafka.compression.type": "brotli" }, "INVALID_OPTION_VALUE"],
    [{ topics: "t" }, "UNKNOWN_OPTION"],
  ])("%j is refused", (options, name) => {
    const context = {
      runtime: systemRuntime(),
      schema: textColumns("value"),
      outputMode: "append",
      streaming: true,
      partitionBy: [],
      conf: {},
    } as const;
    const quiet = { print: () => undefined, warn: () => undefined };
    const act = (): unknown => kafkaSinkProvider.create({ ...context, ...quiet, options: { ...base, ...options } });
    expect(refusalOf(act)).toMatchObject({ condition: name });
  });
});

test("murmur2 of Kafka's own test vectors", () => {
  const hashes = [
    "21",
    "foobar",
    "a-little-bit-long-string",
    "a-little-bit-longer-string",
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8",
  ].map((text) => {
    const data = new TextEncoder().encode(`__${text}`);
    return murmur2(data, 2, data.length - 2);
  });
  expect(hashes).toEqual([-973932308, -790332482, -985981536, -1486304829, -58897971]);
});
