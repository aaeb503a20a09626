import type { StreamingQueryProgress } from "../engine/query/progress.js";

/** Where a view writes. */
export interface Terminal {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
}

/** Shows what queries do while they run. */
export interface ProgressView {
  progress(progress: StreamingQueryProgress): void;
  /** A line that stays. */
  note(text: string): void;
  /** Leaves the terminal as it found it. */
  end(): void;
}

/** The view for the flags: nothing, JSON lines for machines, one live line a query on a terminal, a plain line a batch elsewhere. */
export function progressView(mode: "people" | "json" | "quiet", out: Terminal, clock: () => number): ProgressView {
  if (mode === "quiet") return { progress: () => {}, note: () => {}, end: () => {} };
  if (mode === "json") {
    return { progress: (progress) => out.write(`${JSON.stringify(progress)}\n`), note: () => {}, end: () => {} };
  }
  return out.isTTY ? new LiveView(out) : new PlainView(out, clock);
}

/** One batch in words: what happened, how fast, where the watermark is, what is kept and what came too late. */
export function progressLine(progress: StreamingQueryProgress): string {
  const stateRows = sum(progress.stateOperators.map((operator) => operator.numRowsTotal));
  const lateRows = sum(progress.stateOperators.map((operator) => operator.customMetrics.lateRows ?? 0));
  const parts = [
    progress.name ?? progress.id.slice(0, 8),
    `batch ${progress.batchId}`,
    `${compact(progress.numInputRows)} rows in, ${compact(progress.sink.numOutputRows)} out`,
    `${compact(progress.processedRowsPerSecond)} rows/s`,
    `${progress.batchDuration} ms`,
  ];
  const watermark = progress.eventTime.watermark;
  if (watermark !== undefined) parts.push(`watermark ${watermark.slice(0, 19)}Z`);
  if (progress.stateOperators.length > 0) parts.push(`state ${compact(stateRows)} rows`, `late ${compact(lateRows)}`);
  return parts.join(" · ");
}

/** 1234567 as `1.23M`. */
export function compact(value: number): string {
  const units: readonly [number, string][] = [
    [1e9, "G"],
    [1e6, "M"],
    [1e4, "k"],
  ];
  for (const [size, unit] of units) if (value >= size) return `${(value / (unit === "k" ? 1e3 : size)).toPrecision(3)}${unit}`;
  return String(Math.round(value));
}

/** On a terminal: one line a query, overwritten in place. */
class LiveView implements ProgressView {
  private readonly lines = new Map<string, string>();
  private drawn = 0;

  constructor(private readonly out: Terminal) {}

  progress(progress: StreamingQueryProgress): void {
    this.lines.set(progress.id, progressLine(progress));
    this.draw();
  }

  note(text: string): void {
    this.erase();
    this.out.write(`${text}\n`);
    this.draw();
  }

  end(): void {
    this.drawn = 0;
  }

  private erase(): void {
    if (this.drawn > 0) this.out.write(`\u001b[${this.drawn}A\u001b[0J`);
    this.drawn = 0;
  }

  private draw(): void {
    this.erase();
    for (const line of this.lines.values()) this.out.write(`${line.slice(0, Math.max(20, this.out.columns - 1))}\n`);
    this.drawn = this.lines.size;
  }
}

/** In a log: the first batches, then at most a line a second and query, so that nothing is flooded. */
class PlainView implements ProgressView {
  private readonly lastMs = new Map<string, number>();

  constructor(
    private readonly out: Terminal,
    private readonly clock: () => number,
  ) {}

  progress(progress: StreamingQueryProgress): void {
    const now = this.clock();
    const last = this.lastMs.get(progress.id);
    if (last !== undefined && now - last < 1000) return;
    this.lastMs.set(progress.id, now);
    this.out.write(`${progressLine(progress)}\n`);
  }

  note(text: string): void {
    this.out.write(`${text}\n`);
  }

  end(): void {}
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
