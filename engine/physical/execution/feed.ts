import type { Batch } from "../../arrow/batch.js";
import { readValue, slicesOf } from "../../arrow/columns.js";
import type { Runtime } from "../../contract/runtime.js";
import { mainOutput } from "../../contract/sink.js";
import { StreamingError } from "../../errors/streamingError.js";
import { sampleSize } from "../../kernel/malformedTexts.js";
import { valueText } from "../../values/valueText.js";
import { emission, type Emission, type Pause } from "../operator.js";
import { deliver, drive, type Ports, type Receiver, type WiredOperator } from "./driver.js";
import type { SampleRow } from "./execution.js";

/** The first rows of a batch, for a person. */
export function sampleRows({ schema, columns, length }: Batch, most: number, zone: string): readonly SampleRow[] {
  return Array.from({ length: Math.min(most, length) }, (_, row) =>
    Object.fromEntries(
      schema.fields.map(({ name, type }, c) => {
        const value = readValue(columns[c]!, row);
        return [name, value === null ? null : valueText(value, type, zone)] as const;
      }),
    ),
  );
}

/** Puts rows into a pipeline and hands what comes out to a receiver. */
export class Feed {
  /** Rows that came out, by output. */
  readonly outputRows: Record<string, number> = {};
  /** Of the side outputs: the first rows of each. */
  readonly samples: Record<string, SampleRow[]> = {};

  constructor(
    private readonly runtime: Runtime,
    private readonly receiver: Receiver,
    /** IANA name of the time zone of texts. */
    private readonly zone: string,
    private readonly isCancelled: () => boolean = () => false,
    /** Aborted when nobody waits any longer for what an operator waits for. */
    private readonly stopped: AbortSignal | null = null,
  ) {}

  rows(emissions: Iterable<Emission | Pause>, ports: Ports): Promise<void> {
    const receive: Receiver = (out) => {
      const { output, batch } = out;
      this.outputRows[output] = (this.outputRows[output] ?? 0) + batch.length;
      if (output !== mainOutput) this.note(output, batch);
      return this.receiver(out);
    };
    return deliver(drive(emissions, ports, this.runtime.lending, this.#beforePull), receive, this.stopped);
  }

  private note(output: string, batch: Batch): void {
    const sample = (this.samples[output] ??= []);
    sample.push(...sampleRows(batch, sampleSize - sample.length, this.zone));
  }

  async table(batch: Batch, ports: Ports): Promise<void> {
    for (const some of slicesOf(batch, this.runtime.chunks.inputRows)) await this.rows([emission(some)], ports);
  }

  readonly #beforePull = (): void => {
    if (this.isCancelled()) throw new StreamingError("OPERATION_CANCELED");
  };

  /** Ends the batch in all operators, which come after those that feed them. */
  async finish(operators: readonly WiredOperator[]): Promise<void> {
    for (const { operator, ports } of operators) await this.rows(operator.finish(), ports);
  }
}
