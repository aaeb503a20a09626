import type { StreamingQueryProgress } from "../engine/query/progress.js";

/** What a query has done in this run, summed over its batches. */
export class Tally {
  batches = 0;
  rowsIn = 0;
  rowsOut = 0;
  lateRows = 0;
  malformedRows = 0;
  /** What it keeps now. */
  stateRows = 0;
  /** How often it was started again; null where nobody would. */
  restarts: number | null = null;
  private lastBatchId: number | null = null;

  add(progress: StreamingQueryProgress): void {
    this.batches++;
    this.rowsIn += progress.numInputRows;
    this.rowsOut += progress.sink.numOutputRows;
    this.lateRows += sum(progress.stateOperators.map(({ customMetrics }) => customMetrics.lateRows ?? 0));
    this.stateRows = sum(progress.stateOperators.map(({ numRowsTotal }) => numRowsTotal));
    this.malformedRows += malformedRowsOf(progress);
    this.lastBatchId = progress.batchId;
  }

  /** The run in words. */
  get summary(): string {
    if (this.lastBatchId === null) return "nothing new to read";
    const late = this.lateRows > 0 ? `, ${compact(this.lateRows)} too late` : "";
    const malformed = this.malformedRows > 0 ? `, ${compact(this.malformedRows)} malformed` : "";
    const kept = this.stateRows > 0 ? `; ${compact(this.stateRows)} rows of state kept for the next run` : "";
    return `ended after batch ${this.lastBatchId}: ${compact(this.rowsIn)} rows in, ${compact(this.rowsOut)} out${late}${malformed}${kept}`;
  }
}

/** Records of a batch that were malformed in the columns that were read. */
export function malformedRowsOf({ sources }: StreamingQueryProgress): number {
  return sum(sources.map(({ metrics }) => Number(metrics.malformedRows ?? 0)));
}

/** 1234567 as `1.23M`. */
export function compact(value: number): string {
  const units: readonly [limit: number, size: number, unit: string][] = [
    [999.5e6, 1e9, "G"],
    [999.5e3, 1e6, "M"],
    [1e4, 1e3, "k"],
  ];
  for (const [limit, size, unit] of units) if (value >= limit) return `${(value / size).toPrecision(3)}${unit}`;
  return String(Math.round(value));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
