import { mkdtemp, rm } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Session, type Timestamp } from "../../index.js";
import { startKafka, type KafkaBroker } from "../servers/kafka/broker.js";
import { IndependentKafka } from "../servers/kafka/independent.js";
import { requireServers } from "../servers/availability.js";
import { run } from "../servers/processes.js";
import { pythonWith } from "../servers/python.js";
import { buildCommand } from "./command.js";
import { killAndFinish, type Kills, type Subject } from "./killRounds.js";
import { ReadingsProducer, sortedRows, type WindowRow } from "./readings.js";

interface Servers {
  readonly broker: KafkaBroker;
  readonly reader: IndependentKafka;
  readonly python: string;
}

async function startServers(): Promise<Servers> {
  const python = await pythonWith(["pyarrow==21.0.0"]);
  const broker = await startKafka();
  try {
    return { broker, python, reader: await IndependentKafka.connect(broker) };
  } catch (error) {
    await broker.stop();
    throw error;
  }
}

await requireServers("a job that is killed again and again", "Kafka, confluent-kafka and pyarrow", startServers, (servers) => {
  const { broker, reader, python } = servers;
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tidemark-e2e-"));
    await buildCommand();
  });

  afterAll(async () => {
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  });

  describe("Kafka to Kafka", () => {
    test("gives each window exactly once to a read_committed reader that is not ours", async () => {
      const producer = new ReadingsProducer(broker, 11);
      const topic = `windows-${randomUUID().slice(0, 8)}`;
      await Promise.all([producer.open(), broker.createTopic(topic, 2)]);
      const subject = subjectOf("windowsToKafka.ts", producer, [`topic=${topic}`]);
      const kills = await killAndFinish(subject, 2, 14, 1);
      checkCount(kills);
      await checkInput(producer);
      report("Kafka to Kafka", kills, producer);

      const records = await reader.read(topic);
      expect(sortedRows(records.map(({ value }) => windowOf(value!)))).toEqual(producer.expected());
      expect(records.filter(({ key, value }) => key !== windowOf(value!).sensorId)).toEqual([]);
      // The kills did hit transactions: what they left is there for those who read uncommitted.
      expect((await reader.read(topic, "read_uncommitted")).length).toBeGreaterThan(records.length);
    });
  });

  describe("Kafka to Parquet", () => {
    test("gives each window exactly once to our reader and to pyarrow", async () => {
      const producer = new ReadingsProducer(broker, 12);
      await producer.open();
      const output = join(folder, "windows");
      const subject = subjectOf("windowsToParquet.ts", producer, [`path=${output}`]);
      const kills = await killAndFinish(subject, 2, 8, 2);
      checkCount(kills);
      await checkInput(producer);
      report("Kafka to Parquet", kills, producer);

      const script = fileURLToPath(new URL("manifest_rows.py", import.meta.url));
      const listed = JSON.parse(await run(python, [script, output])) as { rows: WindowRow[]; stray: number };
      expect(sortedRows(listed.rows)).toEqual(producer.expected());
      // The kills did hit batches that had written files: those are there, and no reader of the manifest sees them.
      expect(listed.stray).toBeGreaterThan(0);
      expect(sortedRows(await ourRows(output))).toEqual(producer.expected());
    });
  });

  /** The topic holds what was sent and the closing reading, each once. */
  async function checkInput({ topic, onTime, lateCount }: ReadingsProducer): Promise<void> {
    expect(await reader.read(topic)).toHaveLength(onTime.length + lateCount + 1);
  }

  function subjectOf(job: string, producer: ReadingsProducer, settings: readonly string[]): Subject {
    return {
      job,
      producer,
      folder: join(folder, job),
      settings: [`kafka.bootstrap.servers=${broker.bootstrap}`, `subscribe=${producer.topic}`, ...settings],
    };
  }
});

/** A record of the job's, as its columns. */
function windowOf(value: string): WindowRow {
  const { start, ...rest } = JSON.parse(value) as Omit<WindowRow, "startMs"> & { start: string };
  return { startMs: Date.parse(start), ...rest };
}

async function ourRows(output: string): Promise<WindowRow[]> {
  const reader = await Session.create().read.format("parquet").inferSchema(output);
  const rows = (await reader.load().collect()) as unknown as (Omit<WindowRow, "startMs"> & { window: { start: Timestamp } })[];
  return rows.map(({ window, ...rest }) => ({ startMs: window.start.getTime(), ...rest }));
}

function checkCount({ atPoint, total }: Kills): void {
  expect(Object.entries(atPoint).filter(([, count]) => count === 0)).toEqual([]);
  expect(total).toBeGreaterThanOrEqual(20);
}

/** The count of the kills is part of the proof. */
function report(what: string, { atPoint, random, total }: Kills, { onTime, lateCount }: ReadingsProducer): void {
  const points = Object.entries(atPoint).map(([point, count]) => `${point} ${count}`);
  const moments = Object.entries(random).map(([moment, count]) => `${moment} ${count}`);
  console.log(
    [
      `${what}: ${total} kills by SIGKILL, ${onTime.length} readings on time and ${lateCount} late`,
      `  in the gaps of a batch: ${points.join(", ")}`,
      `  at random moments: ${moments.join(", ")}`,
    ].join("\n"),
  );
}
