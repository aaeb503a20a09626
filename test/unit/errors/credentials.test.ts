import { describe, expect, test } from "vitest";
import { shownValue, withoutCredentials } from "../../../engine/errors/credentials.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { kafkaSinkProvider } from "../../../sinks/kafka/sink.js";
import { kafkaProvider } from "../../../sources/kafka/source.js";
import { types } from "../../../engine/arrow/types.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";
import { Session } from "../../../dataframe/session.js";

const secret = "s3cr3t";

function tellNobody(): void {}

/** All that an error says, with its causes. */
function said(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const parameters = error instanceof StreamingError ? JSON.stringify(error.parameters) : "";
  return `${error.message}${parameters}${error.cause === undefined ? "" : said(error.cause)}`;
}

describe("kind: secrets that are printed: users and passwords", () => {
  test.each([
    [`s3://key:${secret}@bucket/path`, "s3://…@bucket/path"],
    [`a https://${secret}@host:1, b ftp://x:y@z@host/p@q`, "a https://…@host:1, b ftp://…@host/p@q"],
    ["mail me@example.com about file:/in/a@b", "mail me@example.com about file:/in/a@b"],
  ])("are left out of the URLs of %s", (text, shown) => {
    expect(withoutCredentials(text)).toBe(shown);
    expect(new StreamingError("PATH_NOT_FOUND", { path: text }).message).toContain(shown);
  });

  test.each([
    ["kafka.bootstrap.servers", `h:1,user:${secret}@h:2`, "h:1,…@h:2"],
    ["kafka.sasl.jaas.config", `username="a" password="${secret}"`, "…"],
    ["kafka.ssl.keystore.key", secret, "…"],
    ["sasl.password", secret, "…"],
    ["path", "in/a@b", "in/a@b"],
  ])("are left out of the option %s", (name, value, shown) => {
    expect(shownValue(name, value)).toBe(shown);
  });

  test.each([
    { "kafka.bootstrap.servers": `user:${secret}@localhost:9092` },
    { "kafka.bootstrap.servers": `SASL_SSL://user:${secret}@localhost:9092` },
    { "kafka.bootstrap.servers": `localhost:9092,user:${secret}@localhost` },
    { "kafka.security.protocol": "SASL_PLAINTEXT", "kafka.sasl.mechanism": "PLAIN", "kafka.sasl.jaas.config": `password="${secret}"` },
    { "kafka.sasl.mechanism": "PLAIN", "kafka.sasl.jaas.konfig": `password="${secret}"` },
    { "kafka.sasl.password": secret },
    { "kafka.request.timeout.ms": `https://user:${secret}@host` },
    { "kafka.security.protocol": "SSL", "kafka.ssl.keystore.type": "JKS", "kafka.ssl.keystore.password": secret },
  ])("in a refusal of the kafka source and sink: %j", async (given) => {
    const runtime = systemRuntime();
    const options = { "kafka.bootstrap.servers": "localhost:9092", ...given };
    const context = { runtime, conf: {}, warn: tellNobody, print: tellNobody };
    const refusals = await Promise.all([
      (async () => {
        const source = { ...options, subscribe: "t" };
        const schema = kafkaProvider.schema(source, null);
        await kafkaProvider.create({ ...context, options: source, schema, log: null, bounded: true });
      })().catch((error: unknown) => error),
      (async () => {
        const schema = types.struct([{ name: "value", type: types.string, nullable: true }]);
        const sink = { ...context, options: { ...options, topic: "t" }, schema, partitionBy: [] };
        await kafkaSinkProvider
          .create({ ...sink, outputMode: "append", streaming: true })
          .start({ queryId: "q", runId: "r", outputId: "main" });
      })().catch((error: unknown) => error),
    ]);
    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(StreamingError);
      expect(said(refusal)).not.toContain(secret);
    }
  });

  test("in plans", () => {
    const options = { subscribe: `https://user:${secret}@host`, "kafka.bootstrap.servers": "localhost:9092" };
    const frame = Session.create({ print: tellNobody }).readStream.format("kafka").options(options).load();
    expect(frame.explain()).toContain("kafka[https://…@host]");
  });
});
