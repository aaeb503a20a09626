import { StreamingError } from "../errors/streamingError.js";
import { readAll, type Offset } from "../contract/source.js";
import type { OffsetEntry } from "../contract/checkpoint.js";
import { runBatch, type PlannedBatch } from "./batchRun.js";
import type { QueryDefinition } from "./definition.js";
import { ListenerBus } from "./listenerBus.js";
import { PhaseTimer } from "./phaseTimer.js";
import type { StreamingQueryProgress } from "./progress.js";
import { progressOf } from "./progressReport.js";
import { checkShape, findRestartPoint } from "./recovery.js";
import type { StreamingQuery, StreamingQueryStatus } from "./streamingQuery.js";
import { WatermarkTracker, type WatermarkPolicy } from "./watermarkTracker.js";

/** A batch waiting at a start: planned by an earlier run, not committed. */
interface Unfinished {
  readonly entry: OffsetEntry;
}

/**
 * The trigger loop: plan a batch, run it, wait for the next trigger, until stopped, failed, or done.
 *
 * Invariant: between batches, `start` holds the offsets of the last committed batch, the operators its state, the tracker its watermark.
 */
export class MicroBatchQuery implements StreamingQuery {
  readonly id: string;
  readonly runId: string;
  readonly name: string | null;
  private readonly bus: ListenerBus;
  private readonly recent: StreamingQueryProgress[] = [];
  private readonly stopping = new AbortController();
  /** Renewed for every wait: whoever wants the loop awake aborts it. */
  private waiting = new AbortController();
  private readonly idleWaiters: { readonly resolve: () => void; readonly reject: (error: unknown) => void; armed: boolean }[] = [];
  private ended: Promise<void> = Promise.resolve();
  private active = true;
  private failure: StreamingError | null = null;
  private currentStatus: StreamingQueryStatus = { message: "Initializing", isDataAvailable: false, isTriggerActive: false };
  private batchId = 0;
  private start: readonly (Offset | null)[] = [];
  private unfinished: Unfinished | null = null;
  private previousWatermarkMs = 0;
  /** Whether this run has run a batch: only then is a batch without data worth a thought (SEMANTICS 3). */
  private hasRun = false;
  private lastIdleEventMs = -Infinity;
  private tracker: WatermarkTracker;

  private constructor(private readonly query: QueryDefinition) {
    this.id = query.checkpoint.queryId;
    this.runId = query.checkpoint.runId;
    this.name = query.name;
    this.bus = new ListenerBus(query.listeners, query.warn);
    this.tracker = new WatermarkTracker(query.watermarks, query.settings.watermarkPolicy);
  }

  /**
   * Recovers from the checkpoint and starts the loop. What can be refused is refused here.
   * @throws conditions of the checkpoint, the sources and the sink
   */
  static async start(definition: QueryDefinition): Promise<MicroBatchQuery> {
    const query = new MicroBatchQuery(definition);
    try {
      await query.recover();
    } catch (error) {
      query.active = false;
      await query.close();
      throw error;
    }
    query.ended = query.loop();
    return query;
  }

  get isActive(): boolean {
    return this.active;
  }

  get status(): StreamingQueryStatus {
    return this.currentStatus;
  }

  get lastProgress(): StreamingQueryProgress | null {
    return this.recent.at(-1) ?? null;
  }

  get recentProgress(): readonly StreamingQueryProgress[] {
    return [...this.recent];
  }

  get exception(): StreamingError | null {
    return this.failure;
  }

  explain(extended = false): string {
    return this.query.explain(extended);
  }

  async awaitTermination(timeoutMs?: number): Promise<boolean> {
    if (timeoutMs === undefined) {
      await this.ended;
    } else {
      const gone = new AbortController();
      const inTime = await Promise.race([
        this.ended.then(() => true),
        this.query.runtime.clock.sleep(timeoutMs, gone.signal).then(() => false),
      ]);
      gone.abort();
      if (!inTime) return false;
    }
    if (this.failure !== null) throw this.failure;
    return true;
  }

  async processAllAvailable(): Promise<void> {
    if (this.failure !== null) throw this.failure;
    if (!this.active) return;
    await new Promise<void>((resolve, reject) => {
      this.idleWaiters.push({ resolve, reject, armed: false });
      this.waiting.abort();
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.waiting.abort();
    await this.ended;
  }

  private async recover(): Promise<void> {
    const { checkpoint, sources, execution, settings, sink, trigger } = this.query;
    const point = await findRestartPoint(checkpoint, sources.length);
    await checkShape(checkpoint, this.query.shape, point);
    const policy = point.loggedConf?.["spark.sql.streaming.multipleWatermarkPolicy"] ?? settings.watermarkPolicy;
    this.tracker = new WatermarkTracker(this.query.watermarks, policy as WatermarkPolicy);
    this.tracker.restore(point.watermarkMs);
    this.batchId = point.batchId;
    this.start = point.start;
    this.unfinished = point.planned === null ? null : { entry: point.planned };
    this.previousWatermarkMs = point.previousWatermarkMs;
    if (execution.stateful.length > 0) await this.restoreState(point.batchId);
    if (trigger.kind === "availableNow") for (const source of sources) await source.prepareForAvailableNow();
    await sink.start({ queryId: this.id, runId: this.runId, outputId: "main" });
  }

  private async restoreState(version: number): Promise<void> {
    const { checkpoint, execution } = this.query;
    await checkpoint.state.registerSchemas(execution.stateful.flatMap((operator) => operator.schemas));
    if (version === 0) return;
    const byId = new Map(execution.stateful.map((operator) => [operator.operatorId, operator]));
    for await (const changes of checkpoint.state.restore(version)) byId.get(changes.operatorId)?.restore(changes);
  }

  private async loop(): Promise<void> {
    const { clock } = this.query.runtime;
    this.bus.started({ id: this.id, runId: this.runId, name: this.name, timestamp: new Date(clock.nowMs()).toISOString() });
    try {
      let goOn = true;
      while (goOn && !this.stopping.signal.aborted) goOn = await this.trigger();
      // A run that ends by itself may be one of many short ones, none of which would ever complete a snapshot. Who is stopped does not dwell.
      while (!this.stopping.signal.aborted && (await this.advanceSnapshot()));
    } catch (error) {
      this.failure = this.failureOf(error);
    }
    this.active = false;
    this.currentStatus = {
      message: this.failure === null ? "Stopped" : "Terminated with exception",
      isDataAvailable: false,
      isTriggerActive: false,
    };
    await this.close();
    for (const waiter of this.idleWaiters.splice(0)) {
      if (this.failure === null) waiter.resolve();
      else waiter.reject(this.failure);
    }
    this.bus.terminated({ id: this.id, runId: this.runId, exception: this.failure });
  }

  /** One trigger. False when the query is done. */
  private async trigger(): Promise<boolean> {
    const { trigger, runtime, settings } = this.query;
    const { clock } = runtime;
    const startMs = clock.nowMs();
    this.waiting = new AbortController();
    for (const waiter of this.idleWaiters) waiter.armed = true;
    this.currentStatus = { message: "Getting offsets", isDataAvailable: false, isTriggerActive: true };
    const ran = await this.runNextBatch(startMs);
    this.currentStatus = { message: "Waiting for next trigger", isDataAvailable: ran, isTriggerActive: false };
    if (!ran) this.nothingToDo(startMs);
    if (trigger.kind === "once") return false;
    if (trigger.kind === "availableNow") return ran;
    const nextMs = trigger.intervalMs > 0 ? Math.floor(startMs / trigger.intervalMs) * trigger.intervalMs + trigger.intervalMs : 0;
    const delayMs = Math.max(nextMs - clock.nowMs(), ran ? 0 : settings.pollingDelayMs);
    const wanted = this.idleWaiters.length > 0 || this.stopping.signal.aborted;
    if (delayMs > 0 && !(wanted && ran) && !this.waiting.signal.aborted) await this.wait(delayMs);
    return true;
  }

  /** Until the next trigger, or until somebody wants the loop awake; a snapshot that is under way goes on meanwhile. */
  private async wait(delayMs: number): Promise<void> {
    const { clock } = this.query.runtime;
    const { signal } = this.waiting;
    const untilMs = clock.monotonicMs() + delayMs;
    while (!signal.aborted && clock.monotonicMs() < untilMs && (await this.advanceSnapshot())) await clock.sleep(0, signal);
    const leftMs = untilMs - clock.monotonicMs();
    if (leftMs > 0 && !signal.aborted) await clock.sleep(leftMs, signal);
  }

  /** True while there is more of a snapshot to take. */
  private async advanceSnapshot(): Promise<boolean> {
    const { checkpoint, execution } = this.query;
    return execution.stateful.length > 0 && (await checkpoint.state.advanceSnapshot(this.batchId, execution.stateful));
  }

  private nothingToDo(nowMs: number): void {
    for (let i = this.idleWaiters.length - 1; i >= 0; i--) {
      if (this.idleWaiters[i]!.armed) this.idleWaiters.splice(i, 1)[0]!.resolve();
    }
    if (nowMs - this.lastIdleEventMs < this.query.settings.noDataProgressIntervalMs) return;
    this.lastIdleEventMs = nowMs;
    this.bus.idle({ id: this.id, runId: this.runId, timestamp: new Date(nowMs).toISOString() });
  }

  private async runNextBatch(triggerMs: number): Promise<boolean> {
    const timer = new PhaseTimer(this.query.runtime.clock);
    const planned = this.unfinished === null ? await this.planBatch(triggerMs, timer) : this.replayOf(this.unfinished);
    if (planned === null) return false;
    this.currentStatus = { message: "Processing new data", isDataAvailable: !planned.noData, isTriggerActive: true };
    const result = await runBatch(this.query, this.tracker, planned, timer);
    this.unfinished = null;
    this.hasRun = true;
    this.batchId = planned.batchId + 1;
    this.start = planned.entry.offsets;
    this.previousWatermarkMs = planned.entry.batchWatermarkMs;
    const progress = progressOf(this.query, planned, result, timer, triggerMs);
    this.recent.push(progress);
    if (this.recent.length > this.query.settings.numRecentProgressUpdates) this.recent.shift();
    this.bus.progress({ progress });
    return true;
  }

  /** The next batch: where the sources are, and whether there is any reason to run. */
  private async planBatch(nowMs: number, timer: PhaseTimer): Promise<PlannedBatch | null> {
    const { sources, trigger, settings, execution } = this.query;
    const offsets: (Offset | null)[] = [];
    let hasNewData = false;
    await timer.phase("latestOffset", async () => {
      for (const [i, source] of sources.entries()) {
        const start = this.start[i]!;
        const end = await source.latestOffset(start, trigger.kind === "once" ? readAll : source.defaultLimit);
        const isNew = end !== null && (start === null || !source.sameOffset(start, end));
        hasNewData ||= isNew;
        offsets.push(isNew ? end : start);
      }
    });
    const watermarkMs = this.tracker.loggedMs;
    const watermarkActs = settings.noDataMicroBatches && this.hasRun && execution.needsNoDataBatch(this.previousWatermarkMs, watermarkMs);
    if (!hasNewData && !watermarkActs) return null;
    return {
      batchId: this.batchId,
      start: this.start,
      entry: { batchWatermarkMs: watermarkMs, batchTimestampMs: nowMs, conf: settings.loggedConf, offsets },
      previousWatermarkMs: this.batchId === 0 ? watermarkMs : this.previousWatermarkMs,
      noData: !hasNewData,
      replay: false,
    };
  }

  private replayOf({ entry }: Unfinished): PlannedBatch {
    const { sources } = this.query;
    const noData = entry.offsets.every((end, i) => {
      const start = this.start[i]!;
      return end === null || (start !== null && sources[i]!.sameOffset(start, end));
    });
    return { batchId: this.batchId, start: this.start, entry, previousWatermarkMs: this.previousWatermarkMs, noData, replay: true };
  }

  private failureOf(error: unknown): StreamingError {
    if (error instanceof StreamingError) return error;
    const message = error instanceof Error ? error.message : String(error);
    const parameters = { name: this.name ?? this.id, runId: this.runId, batchId: String(this.batchId), message };
    return new StreamingError("STREAM_FAILED", parameters, { cause: error });
  }

  /** Lets go of everything; a failure here must not hide the one that ended the query. */
  private async close(): Promise<void> {
    const { sources, sink, checkpoint, warn } = this.query;
    const closing = [...sources.map((source) => source.stop()), sink.stop(), checkpoint.release()];
    for (const result of await Promise.allSettled(closing)) {
      if (result.status === "rejected") warn(`while stopping query ${this.name ?? this.id}: ${String(result.reason)}`);
    }
  }
}
