import { fileURLToPath } from "node:url";
import { run } from "../processes.js";
import { pythonWith } from "../python.js";

/** A record as librdkafka saw it. */
export interface SeenRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  /** ms. */
  readonly timestamp: number;
  readonly headers: readonly (readonly [string, string | null])[];
}

export interface SentMessage {
  readonly topic: string;
  readonly key?: string | null;
  readonly value?: string | null;
  readonly partition?: number;
  readonly timestamp?: number;
  readonly headers?: readonly (readonly [string, string | null])[];
}

/** One step of a named producer. */
export type ProducerStep =
  | { readonly producer: string; readonly op: "begin" | "flush" | "commit" | "abort" }
  | { readonly producer: string; readonly op: "send"; readonly messages: readonly SentMessage[] };

const script = fileURLToPath(new URL("kafka_tool.py", import.meta.url));
const packages = ["confluent-kafka==2.12.1"];

/** A Kafka client that is not ours, for the other side of a test. */
export class IndependentKafka {
  private constructor(
    private readonly python: string,
    private readonly bootstrap: string,
  ) {}

  /** A client of the broker; without one there is no test, and the broker is stopped. */
  static async connect(broker: { readonly bootstrap: string; stop(): Promise<void> }): Promise<IndependentKafka> {
    try {
      return new IndependentKafka(await pythonWith(packages), broker.bootstrap);
    } catch (error) {
      await broker.stop();
      throw error;
    }
  }

  /** Runs the steps in order. `producers` holds librdkafka's configuration of each. */
  async produce(producers: Readonly<Record<string, Readonly<Record<string, string>>>>, steps: readonly ProducerStep[]): Promise<void> {
    await this.ask({ op: "produce", producers, steps });
  }

  /** All records of a topic that are visible, by partition and offset. */
  async read(topic: string, isolation: "read_committed" | "read_uncommitted" = "read_committed"): Promise<SeenRecord[]> {
    const { records } = (await this.ask({ op: "read", topic, isolation })) as { records: SeenRecord[] };
    return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
  }

  private async ask(request: object): Promise<unknown> {
    const output = await run(this.python, [script], { input: JSON.stringify({ bootstrap: this.bootstrap, ...request }) });
    return JSON.parse(output);
  }
}
