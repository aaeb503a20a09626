import { assert } from "../errors/assert.js";
import type { OffsetEntry } from "../contract/checkpoint.js";
import { readAll, type Offset } from "../contract/source.js";
import { factsOf, type PlannedBatch } from "./batchRun.js";
import type { OpenQuery } from "./openQuery.js";
import type { PhaseTimer } from "./phaseTimer.js";
import type { RestartPoint } from "./recovery.js";
import type { WatermarkTracker } from "./watermarkTracker.js";

/**
 * Decides what the next batch is: the one that an earlier run planned and did not commit, exactly so; else what the sources have that is new, within their
 * limits; else a batch without data, when the watermark has moved and an operator acts on it (SEMANTICS 3), or a time has come that an operator waits for.
 *
 * Invariant: between batches it stands behind the last committed one.
 */
export class BatchPlanner {
  private batchId: number;
  private start: readonly (Offset | null)[];
  private unfinished: OffsetEntry | null;
  private previousWatermarkMs: number;
  /** Whether a batch has run in this run of the query: only then does the watermark make a batch without data due. */
  private hasRun = false;

  constructor(point: RestartPoint) {
    this.batchId = point.batchId;
    this.start = point.start;
    this.unfinished = point.planned;
    this.previousWatermarkMs = point.previousWatermarkMs;
  }

  /** The batch that would run next, for messages. */
  get nextBatchId(): number {
    return this.batchId;
  }

  /** The next batch; null when there is no reason for one. */
  async next(query: OpenQuery, tracker: WatermarkTracker, nowMs: number, timer: PhaseTimer): Promise<PlannedBatch | null> {
    if (this.unfinished !== null) return this.replayOf(query, this.unfinished);
    const ends = await timer.phase("latestOffset", () => this.latestOffsets(query));
    const planned = this.planned(query, ends, tracker.loggedMs, nowMs);
    return !planned.noData || this.isDue(query, planned) ? planned : this.dueByClock(query, ends, tracker.atMs(nowMs), nowMs);
  }

  /** A batch without data under a watermark that has moved with the clock, where something has waited for that; else null. */
  private dueByClock(query: OpenQuery, ends: readonly (Offset | null)[], watermarkMs: number, nowMs: number): PlannedBatch | null {
    if (!query.settings.noDataMicroBatches || watermarkMs <= this.previousWatermarkMs) return null;
    const planned = this.planned(query, ends, watermarkMs, nowMs);
    return query.execution.isDue(factsOf(query, planned)) ? planned : null;
  }

  /** A batch without data under a watermark behind all times, where one has run before and an operator acts on it; else null. */
  last(query: OpenQuery, watermarkMs: number, nowMs: number): PlannedBatch | null {
    if (this.batchId === 0) return null;
    const planned = this.planned(
      query,
      this.start.map(() => null),
      watermarkMs,
      nowMs,
    );
    return query.execution.needsBatch(factsOf(query, planned)) ? planned : null;
  }

  private planned(query: OpenQuery, ends: readonly (Offset | null)[], watermarkMs: number, nowMs: number): PlannedBatch {
    const { batchId, start } = this;
    const offsets = start.map((from, i) => ends[i] ?? from);
    return {
      batchId,
      start,
      entry: { batchWatermarkMs: watermarkMs, batchTimestampMs: nowMs, conf: query.confToLog, offsets },
      previousWatermarkMs: batchId === 0 ? watermarkMs : this.previousWatermarkMs,
      noData: ends.every((end) => end === null),
      replay: false,
    };
  }

  /** The batch that `next` gave is committed. */
  committed({ batchId, entry }: PlannedBatch): void {
    assert(batchId === this.batchId, `batch ${batchId} is committed, batch ${this.batchId} was planned`);
    this.batchId = batchId + 1;
    this.start = entry.offsets;
    this.previousWatermarkMs = entry.batchWatermarkMs;
    this.unfinished = null;
    this.hasRun = true;
  }

  /** Where each source is now, within its limit; null where it has nothing new. */
  private async latestOffsets({ sources, trigger }: OpenQuery): Promise<(Offset | null)[]> {
    const ends: (Offset | null)[] = [];
    for (const [i, source] of sources.entries()) {
      const start = this.start[i]!;
      const end = await source.latestOffset(start, trigger.kind === "once" ? readAll : source.defaultLimit);
      const isNew = end !== null && (start === null || !source.sameOffset(start, end));
      ends.push(isNew ? end : null);
    }
    return ends;
  }

  /** Whether a batch without new data would do anything. What the watermark of an earlier run makes due waits for data, as in Spark; what the clock does not. */
  private isDue(query: OpenQuery, planned: PlannedBatch): boolean {
    if (!query.settings.noDataMicroBatches) return false;
    const asked = this.hasRun ? planned : { ...planned, previousWatermarkMs: planned.entry.batchWatermarkMs };
    return query.execution.needsBatch(factsOf(query, asked));
  }

  private replayOf({ sources }: OpenQuery, entry: OffsetEntry): PlannedBatch {
    const { batchId, start, previousWatermarkMs } = this;
    const noData = entry.offsets.every((end, i) => {
      const from = start[i]!;
      return end === null || (from !== null && sources[i]!.sameOffset(from, end));
    });
    return { batchId, start, entry, previousWatermarkMs, noData, replay: true };
  }
}
