import { projectBatch } from "../../engine/arrow/columns.js";
import type { Column } from "../../engine/arrow/column.js";
import type { SourceContext, SourceProvider } from "../../engine/contract/provider.js";
import {
  countingProblem,
  type ColumnsReader,
  type Offset,
  type ReadLimit,
  type Scan,
  type ScanRequest,
  type Source,
} from "../../engine/contract/source.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import type { Schema } from "../../engine/arrow/types.js";
import { generatorOptions, generatorOptionSpecs, type GeneratorOptions } from "./options.js";
import { generateRows, generatorSchema, sensorNames } from "./rows.js";

/**
 * The demo's readings of sensors: out of order and some of them late, yet the same in every run. Nothing is kept: the offset `{"row":N}` says all.
 */
export const generatorProvider: SourceProvider = {
  name: "generator",
  options: generatorOptionSpecs,
  schema(options, userSchema) {
    generatorOptions(options);
    if (userSchema !== null) throw new StreamingError("SOURCE_HAS_OWN_SCHEMA", { source: "generator" });
    return generatorSchema;
  },
  async create(context) {
    const options = generatorOptions(context.options);
    if (context.bounded && options.rows === null)
      throw new StreamingError("MISSING_OPTION", { option: "rows", owner: "a bounded generator source" });
    return new GeneratorSource(options, context);
  },
};

class GeneratorSource implements Source {
  readonly description: string;
  readonly schema = generatorSchema;
  readonly defaultLimit: ReadLimit;
  private readonly names: Column;
  /** Rows become available from here on: a query that was stopped for an hour does not find an hour's rows. */
  private readonly startedMs: number;
  private firstRow: number | null = null;
  private fixedEnd: number | null = null;

  constructor(
    private readonly options: GeneratorOptions,
    private readonly context: SourceContext,
  ) {
    this.description = `Generator[seed=${options.seed}, rowsPerSecond=${options.rowsPerSecond}]`;
    this.defaultLimit = options.maxRowsPerTrigger === null ? {} : { maxRows: options.maxRowsPerTrigger };
    this.names = sensorNames(options);
    this.startedMs = context.runtime.clock.monotonicMs();
  }

  async latestOffset(start: Offset | null, limit: ReadLimit): Promise<Offset | null> {
    const first = rowOf(start);
    const available = Math.max(first, Math.min(this.fixedEnd ?? this.availableRow(first), this.options.rows ?? Infinity));
    const end = Math.min(available, first + (limit.maxRows ?? Infinity));
    return end === first ? start : JSON.stringify({ row: end });
  }

  async prepareForAvailableNow(): Promise<void> {
    if (this.options.rows === null)
      throw new StreamingError("MISSING_OPTION", { option: "rows", owner: "a generator source that is to be drained" });
    this.fixedEnd = this.options.rows;
  }

  scan(request: ScanRequest): Scan {
    return {
      decode: null,
      residual: request.filters,
      partitions: async (start, end) => [{ start: rowOf(start), end: rowOf(end) }],
      open: async (partition) => {
        const { start, end } = partition as { start: number; end: number };
        return this.read(start, end, request.schema);
      },
    };
  }

  async commit(): Promise<void> {}

  offsetProblem(before: Offset | null, offset: Offset): string | null {
    return countingProblem(before === null ? null : rowOf(before), rowOf(offset), 0);
  }

  sameOffset(a: Offset, b: Offset): boolean {
    return rowOf(a) === rowOf(b);
  }

  metrics(): Readonly<Record<string, string>> {
    return {};
  }

  async stop(): Promise<void> {}

  private availableRow(first: number): number {
    if (this.context.bounded) return Infinity;
    this.firstRow ??= first;
    const elapsedMs = this.context.runtime.clock.monotonicMs() - this.startedMs;
    return this.firstRow + Math.floor((elapsedMs / 1000) * this.options.rowsPerSecond);
  }

  private read(start: number, end: number, wanted: Schema): ColumnsReader {
    let next = start;
    return {
      kind: "columns",
      next: async () => {
        const length = Math.min(this.context.runtime.chunks.inputRows, end - next);
        if (length <= 0) return null;
        const batch = generateRows(this.options, this.names, next, length);
        next += length;
        return projectBatch(batch, wanted);
      },
      close: async () => {},
    };
  }
}

function rowOf(offset: Offset | null): number {
  return offset === null ? 0 : (JSON.parse(offset) as { row: number }).row;
}
