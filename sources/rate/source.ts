import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import { buffers } from "../../engine/arrow/buffers.js";
import { projectBatch } from "../../engine/arrow/columns.js";
import { field, types, type Schema } from "../../engine/arrow/types.js";
import { Options, type OptionSpec } from "../../engine/contract/options.js";
import type { SourceContext, SourceProvider } from "../../engine/contract/provider.js";
import {
  countingProblem,
  readAll,
  type ColumnsReader,
  type Offset,
  type Scan,
  type ScanRequest,
  type Source,
} from "../../engine/contract/source.js";
import { assert } from "../../engine/errors/assert.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

const optionSpecs: readonly OptionSpec[] = [
  { name: "rowsPerSecond", kind: "integer", default: "1", doc: "How many rows a second." },
  { name: "rampUpTime", kind: "duration", default: "0s", doc: "How long it takes until the speed is reached. In whole seconds." },
  { name: "numPartitions", kind: "integer", default: "1", doc: "How many partitions the rows of a batch are dealt to." },
];

const schema: Schema = types.struct([field("timestamp", types.timestamp), field("value", types.long)]);

interface RateOptions {
  readonly rowsPerSecond: number;
  readonly rampUpSeconds: number;
  readonly numPartitions: number;
}

function rateOptions(given: Readonly<Record<string, string>>): RateOptions {
  const options = new Options("the rate source", optionSpecs, given);
  const parsed = {
    rowsPerSecond: options.integer("rowsPerSecond")!,
    rampUpSeconds: Math.floor(options.durationMs("rampUpTime")! / 1000),
    numPartitions: options.integer("numPartitions")!,
  };
  if (parsed.rowsPerSecond <= 0) throw options.invalid("rowsPerSecond", "a whole number above 0");
  if (parsed.numPartitions <= 0) throw options.invalid("numPartitions", "a whole number above 0");
  return parsed;
}

/** Spark's rate source: consecutive numbers with the times they stand for. The offset counts seconds since the first start. */
export const rateProvider: SourceProvider = {
  name: "rate",
  options: optionSpecs,
  schema(options, userSchema) {
    rateOptions(options);
    if (userSchema !== null) throw new StreamingError("SOURCE_HAS_OWN_SCHEMA", { source: "rate" });
    return schema;
  },
  async create(context) {
    const options = rateOptions(context.options);
    return new RateSource(options, context, await creationTimeMs(context));
  },
};

/** The time of the query's first start, from its log; written there when this is the first. */
async function creationTimeMs({ log, runtime, bounded }: SourceContext): Promise<number> {
  if (bounded || log === null) throw new StreamingError("UNBOUNDED_SOURCE", { source: "rate" });
  await log.add(0, `v1\n${runtime.clock.nowMs()}`);
  const text = await log.get(0);
  const match = /^v1\n(\d+)\s*$/.exec(text ?? "");
  if (!match) throw new StreamingError("MALFORMED_LOG_FILE", { path: `${log.location ?? "sources"}/0`, text: text ?? "no file" });
  return Number(match[1]);
}

class RateSource implements Source {
  readonly description: string;
  readonly schema = schema;
  readonly defaultLimit = readAll;
  private fixedEnd: number | null = null;

  constructor(
    private readonly options: RateOptions,
    private readonly context: SourceContext,
    private readonly createdMs: number,
  ) {
    this.description = `RateStreamV2[rowsPerSecond=${options.rowsPerSecond}, rampUpTimeSeconds=${options.rampUpSeconds}, numPartitions=${options.numPartitions}]`;
  }

  async latestOffset(start: Offset | null): Promise<Offset | null> {
    // A clock that was set back must not take rows back.
    const end = Math.max(this.fixedEnd ?? this.secondsNow(), secondsOf(start));
    return end === 0 ? start : String(end);
  }

  async prepareForAvailableNow(): Promise<void> {
    this.fixedEnd = this.secondsNow();
  }

  scan(request: ScanRequest): Scan {
    const { numPartitions } = this.options;
    return {
      decode: null,
      residual: request.filters,
      partitions: async (start, end) =>
        Array.from({ length: numPartitions }, (_, partition) => ({ partition, start: secondsOf(start), end: secondsOf(end) })),
      open: async (input) => {
        const { partition, start, end } = input as { partition: number; start: number; end: number };
        return this.read(start, end, partition, request.schema);
      },
    };
  }

  async commit(): Promise<void> {}

  offsetProblem(before: Offset | null, offset: Offset): string | null {
    return countingProblem(before === null ? null : secondsOf(before), secondsOf(offset), 0);
  }

  sameOffset(a: Offset, b: Offset): boolean {
    return secondsOf(a) === secondsOf(b);
  }

  metrics(): Readonly<Record<string, string>> {
    return {};
  }

  async stop(): Promise<void> {}

  private secondsNow(): number {
    return Math.max(0, Math.floor((this.context.runtime.clock.nowMs() - this.createdMs) / 1000));
  }

  /** Every `numPartitions`-th value of the seconds from `start` to `end`, a bounded number of rows at a time. */
  private read(start: number, end: number, partition: number, wanted: Schema): ColumnsReader {
    const { rowsPerSecond, rampUpSeconds, numPartitions } = this.options;
    const first = valueAtSecond(start, rowsPerSecond, rampUpSeconds);
    const last = valueAtSecond(end, rowsPerSecond, rampUpSeconds);
    assert(Number.isSafeInteger(last), "the rate source has run out of numbers");
    const msPerValue = ((end - start) * 1000) / (last - first);
    const startMs = this.createdMs + start * 1000;
    let next = first + partition;
    const batch = (): Batch | null => {
      if (next >= last) return null;
      const length = Math.min(this.context.runtime.chunks.inputRows, Math.ceil((last - next) / numPartitions));
      const values = buffers.float64(length);
      const times = buffers.float64(length);
      for (let i = 0; i < length; i++, next += numPartitions) {
        values[i] = next;
        times[i] = (startMs + Math.round(msPerValue * (next - first))) * 1000;
      }
      const columns = [
        { type: types.timestamp, encoding: "f64", length, nulls: null, values: times },
        { type: types.long, encoding: "f64", length, nulls: null, values },
      ] as const;
      return projectBatch(batchOf(schema, columns, length), wanted);
    };
    return { kind: "columns", next: async () => batch(), close: async () => {} };
  }
}

function secondsOf(offset: Offset | null): number {
  return offset === null ? 0 : Number(offset);
}

/** How many rows there are by a second: speed grows by the same step each second of the ramp, then stays. */
export function valueAtSecond(seconds: number, rowsPerSecond: number, rampUpSeconds: number): number {
  const stepPerSecond = Math.max(1, Math.floor(rowsPerSecond / (rampUpSeconds + 1)));
  const ramped = Math.min(seconds, rampUpSeconds);
  return ((ramped * (ramped + 1)) / 2) * stepPerSecond + (seconds - ramped) * rowsPerSecond;
}
