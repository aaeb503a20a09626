import type { EventTimeStats } from "../physical/eventTimeStats.js";
import type { AnalyzedPlan } from "../plan/logicalPlan.js";
import { isBatchTime } from "../plan/batchTime.js";
import { nodesUp } from "../plan/transform.js";

export type WatermarkPolicy = "min" | "max";

/** A `withWatermark` of the plan. */
export interface WatermarkDefinition {
  readonly watermarkId: number;
  readonly delayMs: number;
  /** Whether its event time is the time of the batch: then no row can come with an earlier one than the clock shows, and time passes without rows. */
  readonly byClock: boolean;
}

/** The watermarks that a plan defines, upstream first. */
export function watermarksOf(plan: AnalyzedPlan): WatermarkDefinition[] {
  return [...nodesUp(plan)].flatMap((node) =>
    node.kind === "withWatermark" ? [{ watermarkId: node.watermarkId, delayMs: node.delayMs!, byClock: isBatchTime(node) }] : [],
  );
}

/** Behind all event times: no event comes any more. In microseconds it is still a whole number. */
export const finalWatermarkMs = 9_000_000_000_000;

/**
 * The global watermark: per `withWatermark` the largest event time seen minus its delay, combined by policy; it never moves back (SEMANTICS 1, 5–10).
 *
 * A restart restores the global value only, not the values per `withWatermark` (SEMANTICS 8, as in Spark's WatermarkTracker): until each has
 * seen data again, `min` holds the watermark where it was.
 */
export class WatermarkTracker {
  private readonly perDefinition = new Map<number, number>();
  private globalMs = 0;

  constructor(
    private readonly definitions: readonly WatermarkDefinition[],
    private readonly policy: WatermarkPolicy,
  ) {
    for (const { watermarkId } of definitions) this.perDefinition.set(watermarkId, 0);
  }

  /** Null when the query has no watermark at all. */
  get currentMs(): number | null {
    return this.definitions.length === 0 ? null : this.globalMs;
  }

  /** What `currentMs` is in the logs, where Spark writes 0 for a query without a watermark. */
  get loggedMs(): number {
    return this.globalMs;
  }

  /** Whether no event comes any more. */
  get hasEnded(): boolean {
    return this.globalMs >= finalWatermarkMs;
  }

  /** No event comes any more. */
  end(): void {
    if (this.definitions.length > 0) this.globalMs = finalWatermarkMs;
  }

  /** The same watermark over the same definitions of a plan that was made anew, in their order. */
  over(definitions: readonly WatermarkDefinition[]): WatermarkTracker {
    const tracker = new WatermarkTracker(definitions, this.policy);
    const values = [...this.perDefinition.values()];
    for (const [i, { watermarkId }] of definitions.entries()) tracker.perDefinition.set(watermarkId, values[i] ?? 0);
    tracker.globalMs = this.globalMs;
    return tracker;
  }

  /** What the watermark may be while no row comes: event times that are those of batches move with the clock, whoever waits for them. */
  atMs(nowMs: number): number {
    if (!this.definitions.some(({ byClock }) => byClock)) return this.globalMs;
    const values = this.definitions.map(({ watermarkId, delayMs, byClock }) => {
      const seenMs = this.perDefinition.get(watermarkId)!;
      return byClock ? Math.max(seenMs, nowMs - delayMs) : seenMs;
    });
    return Math.max(this.globalMs, this.chosen(values));
  }

  /** Moves the watermark to what the logs name: at a restart, and with a batch that the clock has made due. */
  reach(watermarkMs: number): void {
    this.globalMs = Math.max(this.globalMs, watermarkMs);
  }

  /** Moves the watermark by the event times of a finished batch. */
  advance(stats: ReadonlyMap<number, EventTimeStats>): void {
    if (this.definitions.length === 0) return;
    for (const { watermarkId, delayMs } of this.definitions) {
      const seen = stats.get(watermarkId);
      if (!seen || seen.count === 0) continue;
      const candidateMs = Math.floor(seen.maxUs / 1000) - delayMs;
      this.perDefinition.set(watermarkId, Math.max(this.perDefinition.get(watermarkId)!, candidateMs));
    }
    this.globalMs = Math.max(this.globalMs, this.chosen([...this.perDefinition.values()]));
  }

  private chosen(values: readonly number[]): number {
    return this.policy === "min" ? Math.min(...values) : Math.max(...values);
  }
}
