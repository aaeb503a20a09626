import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requireServers } from "../servers/availability.js";
import { startKafka } from "../servers/kafka/broker.js";
import { freePorts } from "../servers/processes.js";
import { startSilentServer, type SilentServer } from "../servers/silentServer.js";
import { buildCommand, CommandProcess, type Ended } from "./command.js";

const job = fileURLToPath(new URL("jobs/copyTopics.ts", import.meta.url));

/** How a broker is given up soon. */
const impatient = ["--set", "kafka.default.api.timeout.ms=1500", "--set", "kafka.request.timeout.ms=1000"];

await requireServers("whatever fails, the process ends", "Kafka", startKafka, (broker) => {
  let folder = "";
  let silent: SilentServer;
  let port = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tidemark-e2e-"));
    await buildCommand();
    [port = 0] = await freePorts(1);
    silent = await startSilentServer();
    await broker.createTopic("copied");
    for (const topic of ["copies", "empty"]) await broker.createTopic(topic);
    await broker.createTopic("small", 1, { "max.message.bytes": "200" });
    await broker.createTopic("full");
    await broker.produce("copied", [{ key: "k", value: "v".repeat(1000) }]);
    await broker.produce("full", [{ value: "v" }]);
  });

  afterAll(async () => {
    await broker.stop();
    await silent.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Each has a checkpoint of its own. */
  function run(name: string, ...args: string[]): string[] {
    return ["run", job, "--checkpoint", join(folder, name), ...args];
  }

  async function end(args: readonly string[]): Promise<Ended & { condition: string | undefined }> {
    const ended = await CommandProcess.tidemark(args, folder).end();
    return { ...ended, condition: /^[A-Z][A-Z_.]+(?= \(SQLSTATE)/m.exec(ended.stderr)?.[0] };
  }

  const here = broker.bootstrap;
  const cases: readonly (readonly [string, () => readonly string[], string])[] = [
    [
      "a backfill into a topic that does not exist",
      () => ["backfill", job, "--output", "nowhere", ...at(here)],
      "KAFKA_UNKNOWN_TOPIC_OR_PARTITION",
    ],
    [
      "a backfill of a topic that does not exist",
      () => ["backfill", job, "--output", "empty", ...at(here, "subscribe=nowhere")],
      "KAFKA_UNKNOWN_TOPIC_OR_PARTITION",
    ],
    ["a backfill into a topic that has records", () => ["backfill", job, "--output", "full", ...at(here)], "BACKFILL_TOPIC_NOT_EMPTY"],
    ["a backfill of records that the target refuses", () => ["backfill", job, "--output", "small", ...at(here)], "KAFKA_RECORD_TOO_LARGE"],
    ["a source topic that does not exist", () => run("a", ...at(here, "subscribe=nowhere")), "KAFKA_UNKNOWN_TOPIC_OR_PARTITION"],
    ["a target topic that does not exist", () => run("b", ...at(here, "topic=nowhere")), "KAFKA_UNKNOWN_TOPIC_OR_PARTITION"],
    ["records that the target refuses", () => run("c", ...at(here, "topic=small")), "KAFKA_RECORD_TOO_LARGE"],
    [
      "a target without a broker, a source with one",
      () => run("d", ...at(here), "--set", `write.kafka.bootstrap.servers=127.0.0.1:${port}`, ...impatient),
      "KAFKA_BROKER_UNREACHABLE",
    ],
    ["no broker at all", () => run("e", ...at(`127.0.0.1:${port}`), ...impatient), "KAFKA_BROKER_UNREACHABLE"],
    ["a port that never answers", () => run("f", ...at(`127.0.0.1:${silent.port}`), ...impatient), "KAFKA_BROKER_UNREACHABLE"],
    [
      "a backfill at a port that never answers",
      () => ["backfill", job, "--output", "empty", ...at(`127.0.0.1:${silent.port}`), ...impatient],
      "KAFKA_BROKER_UNREACHABLE",
    ],
  ];

  test.each(cases)("%s: its condition, and nothing holds the process", async (_name, args, expected) => {
    const { code, condition, stderr } = await end(args());
    expect({ condition, code }).toEqual({ condition: expected, code: 1 });
    // What had to be cut off would be named.
    expect(stderr).not.toContain("still open");
  });
});

function at(servers: string, ...settings: string[]): string[] {
  return [`kafka.bootstrap.servers=${servers}`, ...settings].flatMap((setting) => ["--set", setting]);
}
