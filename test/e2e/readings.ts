import { randomUUID } from "node:crypto";
import kafkajs from "kafkajs";
import type { KafkaBroker } from "../servers/kafka/broker.js";

/** An event as it is produced. */
export interface Reading {
  readonly sensorId: string;
  readonly atMs: number;
  /** A multiple of 0.25, so that sums are exact in any order. */
  readonly celsius: number;
  readonly clicks: number;
}

/** What is known of one window of one sensor. */
export interface WindowRow {
  readonly startMs: number;
  readonly sensorId: string;
  readonly n: number;
  readonly clicks: number;
  readonly mean: number;
  readonly coldest: number;
  readonly hottest: number;
}

/** Of the job: windows of ten seconds every five. */
const sizeMs = 10_000;
const slideMs = 5_000;

/** When the readings begin: a multiple of the slide. */
const beginMs = Date.UTC(2024, 4, 1, 12);
/** How far event time moves from one send to the next, and how far readings lag behind it; together well within the job's watermark delay of 10 s. */
const stepMs = 2_000;
const disorderMs = 4_000;
const readingsPerSend = 24;

/** The partitions that get readings; a fourth one stays idle. */
const shareOfPartition = [0.6, 0.9, 1];
export const partitionCount = shareOfPartition.length + 1;

/**
 * Sends readings that are out of order over several partitions, and late ones, so that what the windows hold does not depend on how the input is cut into
 * batches: what is out of order is never late, what is late lies behind a watermark that the query has already logged.
 */
export class ReadingsProducer {
  readonly topic = `readings-${randomUUID().slice(0, 8)}`;
  private readonly producer: kafkajs.Producer;
  /** What must be counted. */
  readonly onTime: Reading[] = [];
  lateCount = 0;
  sendCount = 0;
  private readonly random: () => number;

  constructor(
    private readonly broker: KafkaBroker,
    seed: number,
  ) {
    this.random = mulberry32(seed);
    const kafka = new kafkajs.Kafka({ brokers: [broker.bootstrap], logLevel: kafkajs.logLevel.NOTHING });
    // What is sent again after a passing failure must not count twice.
    this.producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
  }

  async open(): Promise<void> {
    await this.broker.createTopic(this.topic, partitionCount);
    await this.producer.connect();
  }

  /** Sends the next readings; late ones among them when there is a watermark. */
  async send(watermarkMs: number): Promise<void> {
    const newestMs = beginMs + this.sendCount * stepMs;
    const readings = Array.from({ length: readingsPerSend }, () => this.reading(newestMs - Math.floor(this.random() * disorderMs)));
    this.onTime.push(...readings);
    const late = watermarkMs > beginMs ? [this.reading(watermarkMs - sizeMs - 1), this.reading(beginMs - 3_600_000)] : [];
    this.lateCount += late.length;
    await this.produce(shuffled([...readings, ...late], this.random));
    this.sendCount++;
  }

  /** Sends one reading of a later hour, which closes all windows before it (its own stay open), and ends. */
  async close(): Promise<void> {
    await this.produce([this.reading(beginMs + this.sendCount * stepMs + 3_600_000)]);
    await this.producer.disconnect();
  }

  /** What each closed window must hold. */
  expected(): WindowRow[] {
    const groups = new Map<string, { startMs: number; readings: Reading[] }>();
    for (const reading of this.onTime) {
      const lastStartMs = Math.floor(reading.atMs / slideMs) * slideMs;
      for (let startMs = lastStartMs; startMs > reading.atMs - sizeMs; startMs -= slideMs) {
        const key = `${startMs} ${reading.sensorId}`;
        const group = groups.get(key) ?? { startMs, readings: [] };
        group.readings.push(reading);
        groups.set(key, group);
      }
    }
    return sortedRows([...groups.values()].map(({ startMs, readings }) => rowOf(startMs, readings)));
  }

  private reading(atMs: number): Reading {
    return {
      sensorId: `sensor-${Math.floor(this.random() * 7)}`,
      atMs,
      celsius: Math.floor(this.random() * 200) / 4 - 10,
      clicks: Math.floor(this.random() * 1000),
    };
  }

  private async produce(readings: readonly Reading[]): Promise<void> {
    const messages = readings.map(({ sensorId, atMs, celsius, clicks }) => {
      const share = this.random();
      const value = JSON.stringify({ sensorId, at: new Date(atMs).toISOString(), celsius, clicks });
      return { key: sensorId, value, partition: shareOfPartition.findIndex((limit) => share < limit) };
    });
    await this.producer.send({ topic: this.topic, messages, acks: -1 });
  }
}

/** Rows in the order of their windows, for comparing. */
export function sortedRows(rows: readonly WindowRow[]): WindowRow[] {
  return rows.toSorted((a, b) => a.startMs - b.startMs || (a.sensorId < b.sensorId ? -1 : 1));
}

function rowOf(startMs: number, readings: readonly Reading[]): WindowRow {
  const celsius = readings.map((reading) => reading.celsius);
  return {
    startMs,
    sensorId: readings[0]!.sensorId,
    n: readings.length,
    clicks: readings.reduce((total, reading) => total + reading.clicks, 0),
    mean: celsius.reduce((total, value) => total + value, 0) / celsius.length,
    coldest: Math.min(...celsius),
    hottest: Math.max(...celsius),
  };
}

/** A small seeded generator of numbers in [0, 1). */
export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, order: random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
