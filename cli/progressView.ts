import { queryLabel } from "../dataframe/sessionContext.js";
import type { StreamingQueryProgress } from "../engine/query/progress.js";
import { compact, malformedRowsOf, Tally } from "./tally.js";

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
  /** What is shown above the live lines until there is something newer; on a terminal only. */
  board(text: string): void;
  /** What a query has done in this run. */
  tally(id: string): Tally;
  /** Makes room for what `write` writes to the terminal by another way. */
  above(write: () => void): void;
  /** Leaves the terminal as it found it. */
  end(): void;
}

/** At most this often a query gets a line where lines stay: nothing floods a log. */
const plainIntervalMs = 1000;

/** The view for the flags: nothing, JSON lines for machines, one live line a query on a terminal, a plain line now and then elsewhere. */
export function progressView(
  mode: "people" | "json" | "quiet",
  out: Terminal,
  clock: () => number,
  intervalMs = plainIntervalMs,
): ProgressView {
  if (mode === "people") return out.isTTY ? new LiveView(out) : new PlainView(out, clock, intervalMs);
  return new MachineView(
    mode === "json"
      ? (progress, { restarts }) => out.write(`${JSON.stringify(restarts === null ? progress : { ...progress, restarts })}\n`)
      : () => {},
  );
}

/** One batch in words: what happened, how fast, where the watermark is, what is kept; and, behind `in all`, what this run has done so far. */
export function progressLine(progress: StreamingQueryProgress, tally: Tally): string {
  const malformedRows = malformedRowsOf(progress);
  const malformed = malformedRows > 0 ? ` (${compact(malformedRows)} malformed)` : "";
  const parts = [
    queryLabel(progress),
    `batch ${progress.batchId}`,
    `${compact(progress.numInputRows)} rows in${malformed}, ${compact(progress.sink.numOutputRows)} out`,
    `${compact(progress.processedRowsPerSecond)} rows/s`,
    `${progress.batchDuration} ms`,
  ];
  const watermark = progress.eventTime.watermark;
  // A watermark at the epoch is none yet.
  if (watermark !== undefined) parts.push(`watermark ${Date.parse(watermark) <= 0 ? "none yet" : `${watermark.slice(0, 19)}Z`}`);
  if (progress.stateOperators.length > 0) parts.push(`state ${compact(tally.stateRows)} rows`);
  const late = progress.stateOperators.length > 0 ? `, ${compact(tally.lateRows)} late` : "";
  const malformedInAll = tally.malformedRows > 0 ? `, ${compact(tally.malformedRows)} malformed` : "";
  parts.push(`in all ${compact(tally.rowsIn)} rows in, ${compact(tally.rowsOut)} out${late}${malformedInAll}`);
  if (tally.restarts !== null && tally.restarts > 0)
    parts.push(`started again ${tally.restarts === 1 ? "once" : `${tally.restarts} times`}`);
  return parts.join(" · ");
}

/** What all views keep: a tally for each query. */
class Tallies {
  private readonly byQuery = new Map<string, Tally>();

  tally(id: string): Tally {
    const known = this.byQuery.get(id) ?? new Tally();
    this.byQuery.set(id, known);
    return known;
  }
}

/** For machines: a line a batch, or nothing at all. */
class MachineView extends Tallies implements ProgressView {
  constructor(private readonly write: (progress: StreamingQueryProgress, tally: Tally) => void) {
    super();
  }

  progress(progress: StreamingQueryProgress): void {
    const tally = this.tally(progress.id);
    tally.add(progress);
    this.write(progress, tally);
  }

  note(): void {}

  board(): void {}

  above(write: () => void): void {
    write();
  }

  end(): void {}
}

/** The lines of a query on a terminal: of the last batch that wrote something, and of those behind it the newest. */
interface LiveLines {
  readonly wrote: string | null;
  readonly newest: string | null;
}

/**
 * On a terminal: a board and the lines of each query, overwritten in place. What a batch wrote is not overwritten by one that wrote nothing: in append mode
 * that is often the next one, milliseconds later.
 */
class LiveView extends Tallies implements ProgressView {
  private readonly lines = new Map<string, LiveLines>();
  private boardLines: readonly string[] = [];
  private drawn = 0;

  constructor(private readonly out: Terminal) {
    super();
  }

  progress(progress: StreamingQueryProgress): void {
    const tally = this.tally(progress.id);
    tally.add(progress);
    const line = progressLine(progress, tally);
    const wrote = this.lines.get(progress.id)?.wrote ?? null;
    this.lines.set(progress.id, progress.sink.numOutputRows > 0 ? { wrote: line, newest: null } : { wrote, newest: line });
    this.draw();
  }

  note(text: string): void {
    this.above(() => this.out.write(`${text}\n`));
  }

  above(write: () => void): void {
    this.erase();
    write();
    this.draw();
  }

  board(text: string): void {
    this.boardLines = text.split("\n");
    this.draw();
  }

  end(): void {
    this.erase();
    this.boardLines = [];
    this.draw();
    this.drawn = 0;
    this.lines.clear();
  }

  private erase(): void {
    if (this.drawn > 0) this.out.write(`\u001b[${this.drawn}A\u001b[0J`);
    this.drawn = 0;
  }

  /** No line is wider than the terminal: one that wraps could not be erased. */
  private draw(): void {
    this.erase();
    const ofQueries = [...this.lines.values()].flatMap(({ wrote, newest }) => [wrote, newest]);
    const lines = [...this.boardLines, ...ofQueries.filter((line) => line !== null)];
    for (const line of lines) this.out.write(`${line.slice(0, Math.max(20, this.out.columns - 1))}\n`);
    this.drawn = lines.length;
  }
}

/** In a log: a line for every batch that wrote something; of the others at most one a query in every interval, and the last one, so that the end is seen. */
class PlainView extends Tallies implements ProgressView {
  private readonly lastMs = new Map<string, number>();
  /** The newest line of a query that was held back. */
  private readonly held = new Map<string, string>();

  constructor(
    private readonly out: Terminal,
    private readonly clock: () => number,
    private readonly intervalMs: number,
  ) {
    super();
  }

  progress(progress: StreamingQueryProgress): void {
    const tally = this.tally(progress.id);
    tally.add(progress);
    const line = progressLine(progress, tally);
    const now = this.clock();
    if (progress.sink.numOutputRows === 0 && now - (this.lastMs.get(progress.id) ?? -Infinity) < this.intervalMs) {
      this.held.set(progress.id, line);
      return;
    }
    this.lastMs.set(progress.id, now);
    this.held.delete(progress.id);
    this.out.write(`${line}\n`);
  }

  note(text: string): void {
    this.release();
    this.out.write(`${text}\n`);
  }

  board(): void {}

  above(write: () => void): void {
    this.release();
    write();
  }

  end(): void {
    this.release();
  }

  private release(): void {
    for (const line of this.held.values()) this.out.write(`${line}\n`);
    this.held.clear();
  }
}
