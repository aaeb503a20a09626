import { assert } from "../../engine/errors/assert.js";
import type { Batch } from "../../engine/arrow/batch.js";
import { batchFromRows, projectBatch, retainBatch } from "../../engine/arrow/columns.js";
import { sameType, type Schema } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import { Options, type OptionSpec } from "../../engine/contract/options.js";
import type { SourceProvider } from "../../engine/contract/provider.js";
import { countingProblem, readAll, type ColumnsReader, type Offset, type Scan, type Source } from "../../engine/contract/source.js";

/**
 * A table that a program fills while queries read it: for tests and for trying things out. Spark's MemoryStream.
 *
 * Each addition is one step of the offset (0, 1, …); an empty addition is data too: a batch runs for it. Additions stay until a query that read
 * them commits, so a query that is started again reads again what it had not committed.
 */
export class MemoryStream {
  /** What `memoryProvider`'s option `stream` names it by. */
  readonly id: string;
  /** Addition `first + i` is `additions[i]`. */
  private additions: Batch[] = [];
  private first = 0;

  constructor(readonly schema: Schema) {
    this.id = `memory-${++lastStream}`;
    streams.set(this.id, this);
  }

  /** Adds rows (values by position) or a batch, which is copied. Gives the addition's offset. */
  addData(rows: readonly (readonly Value[])[] | Batch): number {
    const batch = "columns" in rows ? retainBatch(rows) : batchFromRows(this.schema, rows);
    assert(sameType(batch.schema, this.schema), "rows of another schema");
    return this.first + this.additions.push(batch) - 1;
  }

  /** The offset of the newest addition; −1 before the first. */
  get latest(): number {
    return this.first + this.additions.length - 1;
  }

  /** Additions after `start` up to `end`. */
  between(start: number, end: number): Batch[] {
    assert(start + 1 >= this.first, `additions up to ${this.first - 1} of a memory stream are committed and gone`);
    assert(end <= this.latest, `addition ${end} of a memory stream that has ${this.latest}: it does not outlive its process`);
    return this.additions.slice(start + 1 - this.first, end + 1 - this.first);
  }

  /** Forgets the additions up to `end`. */
  forget(end: number): void {
    const count = Math.max(0, end + 1 - this.first);
    this.additions = this.additions.slice(count);
    this.first += count;
  }

  /** Takes the stream out of the registry. */
  close(): void {
    streams.delete(this.id);
  }
}

let lastStream = 0;
const streams = new Map<string, MemoryStream>();

const optionSpecs: readonly OptionSpec[] = [{ name: "stream", kind: "text", doc: "The id of the MemoryStream to read." }];

function streamOf(given: Readonly<Record<string, string>>): MemoryStream {
  const options = new Options("the memory source", optionSpecs, given);
  const stream = streams.get(options.require("stream"));
  if (!stream) throw options.invalid("stream", "the id of a MemoryStream of this process that is not closed");
  return stream;
}

export const memoryProvider: SourceProvider = {
  name: "memory",
  options: optionSpecs,
  schema: (options) => streamOf(options).schema,
  create: async ({ options }) => new MemorySource(streamOf(options)),
};

class MemorySource implements Source {
  readonly description = "MemoryStream";
  readonly schema: Schema;
  readonly defaultLimit = readAll;
  /** The end that `prepareForAvailableNow` fixed. */
  private fixedEnd: number | null = null;

  constructor(private readonly stream: MemoryStream) {
    this.schema = stream.schema;
  }

  async latestOffset(start: Offset | null): Promise<Offset | null> {
    const end = this.fixedEnd ?? this.stream.latest;
    return end < 0 ? start : String(Math.max(end, numberOf(start)));
  }

  async prepareForAvailableNow(): Promise<void> {
    this.fixedEnd = this.stream.latest;
  }

  scan({ schema, filters }: Parameters<Source["scan"]>[0]): Scan {
    return {
      decode: null,
      residual: filters,
      partitions: async (start, end) => [{ start: numberOf(start), end: numberOf(end) }],
      open: async (partition) => {
        const { start, end } = partition as { start: number; end: number };
        return readerOf(this.stream.between(start, end).map((batch) => projectBatch(batch, schema)));
      },
    };
  }

  async commit(end: Offset): Promise<void> {
    this.stream.forget(numberOf(end));
  }

  offsetProblem(before: Offset | null, offset: Offset): string | null {
    return countingProblem(before === null ? null : numberOf(before), numberOf(offset), -1);
  }

  sameOffset(a: Offset, b: Offset): boolean {
    return numberOf(a) === numberOf(b);
  }

  metrics(): Readonly<Record<string, string>> {
    return {};
  }

  async stop(): Promise<void> {}
}

function numberOf(offset: Offset | null): number {
  return offset === null ? -1 : Number(offset);
}

function readerOf(batches: readonly Batch[]): ColumnsReader {
  let next = 0;
  return { kind: "columns", next: async () => batches[next++] ?? null, close: async () => {} };
}
