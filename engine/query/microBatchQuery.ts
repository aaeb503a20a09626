import { thrownText } from "../errors/shownValue.js";
import { StreamingError } from "../errors/streamingError.js";
import { explainMode, type ExplainMode } from "../physical/explain.js";
import { BatchPlanner } from "./batchPlanner.js";
import { advanceSnapshot, runBatch, type PlannedBatch } from "./batchRun.js";
import type { QueryDefinition } from "./definition.js";
import { IdleWaiters } from "./idleWaiters.js";
import { ListenerBus } from "./listenerBus.js";
import { checkSources, openQuery, type OpenQuery } from "./openQuery.js";
import { PhaseTimer } from "./phaseTimer.js";
import { isoMs, type StreamingQueryProgress } from "./progress.js";
import { progressOf } from "./progressReport.js";
import { findRestartPoint, type RestartPoint } from "./recovery.js";
import type { StreamingQuery, StreamingQueryStatus } from "./streamingQuery.js";
import { reasonOf, takenOverOr } from "./startFailure.js";
import { StateGrowth } from "./stateGrowth.js";
import { delayToNextTriggerMs } from "./trigger.js";
import { WatermarkTracker } from "./watermarkTracker.js";

/**
 * A run of a query: the trigger loop, and what is told of it. What a batch is, the planner decides; how it runs, `runBatch`.
 *
 * Invariant: between batches the planner, the operators and the tracker stand behind the last committed batch.
 */
export class MicroBatchQuery implements StreamingQuery {
  readonly id: string;
  readonly runId: string;
  readonly name: string | null;
  private readonly bus: ListenerBus;
  private readonly recent: StreamingQueryProgress[] = [];
  private readonly stopping = new AbortController();
  /** Aborted when who stops the query waits for its end: a function that never answers must not hold it. */
  private readonly leaving = new AbortController();
  /** Renewed for every wait: whoever wants the loop awake aborts it. */
  private waiting = new AbortController();
  private readonly idle = new IdleWaiters();
  private ended: Promise<void> = Promise.resolve();
  private active = true;
  private failure: StreamingError | null = null;
  private currentStatus: StreamingQueryStatus = { message: "Initializing", isDataAvailable: false, isTriggerActive: false };
  private lastIdleEventMs = -Infinity;
  private readonly planner: BatchPlanner;
  private tracker: WatermarkTracker;
  private readonly growth: StateGrowth;

  private constructor(
    private readonly definition: QueryDefinition,
    private query: OpenQuery,
    point: RestartPoint,
  ) {
    this.id = query.checkpoint.queryId;
    this.runId = query.checkpoint.runId;
    this.name = query.name;
    this.bus = new ListenerBus(query.listeners, query.warn);
    this.planner = new BatchPlanner(point);
    this.tracker = new WatermarkTracker(query.watermarks, query.watermarkPolicy);
    this.tracker.reach(point.watermarkMs);
    if (this.tracker.hasEnded && point.planned === null)
      query.warn(
        `An earlier run of query ${this.name ?? this.id} ended with finalWatermark: what comes now is late. (checkpoint ${query.checkpoint.location})`,
      );
    this.growth = new StateGrowth(query.unbounded, query.warn);
  }

  /**
   * Recovers from the checkpoint and starts the loop. What can be refused is refused here; the checkpoint is then still the caller's.
   * @throws conditions of the checkpoint, the sources and the sink
   */
  static async start(definition: QueryDefinition): Promise<MicroBatchQuery> {
    checkSources(await definition.recordedShape(), definition.identity, definition.checkpoint.location);
    const { open, point } = await openAtRestartPoint(definition);
    const query = new MicroBatchQuery(definition, open, point);
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

  explain(mode: boolean | ExplainMode = false): string {
    return this.query.explain(explainMode(mode));
  }

  async awaitTermination(timeoutMs?: number): Promise<boolean> {
    this.checkIsOutside("awaitTermination");
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
    this.checkIsOutside("processAllAvailable");
    if (this.failure !== null) throw this.failure;
    if (!this.active) return;
    const idle = this.idle.wait();
    this.waiting.abort();
    await idle;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.waiting.abort();
    // A function that the batch waits for cannot wait for the batch: the query ends behind it.
    if (this.query.userCode.isInside(this.runId)) return;
    this.leaving.abort();
    await this.ended;
  }

  /** @throws QUERY_WAITS_FOR_ITSELF in a function that the query itself waits for */
  private checkIsOutside(method: string): void {
    if (!this.query.userCode.isInside(this.runId)) return;
    throw new StreamingError("QUERY_WAITS_FOR_ITSELF", { method, name: this.name ?? this.id });
  }

  private async loop(): Promise<void> {
    const { checkpoint, runtime, warn } = this.query;
    this.bus.started({ id: this.id, runId: this.runId, name: this.name, timestamp: isoMs(runtime.clock.nowMs()) });
    try {
      while (!this.stopping.signal.aborted && (await this.trigger()));
      // A run that ends by itself may be one of many short ones, none of which would ever complete a snapshot. Who is stopped does not dwell.
      while (!this.stopping.signal.aborted && (await this.advanceSnapshot()));
    } catch (error) {
      if (!this.isLeft(error)) this.failure = this.failureOf(await takenOverOr(error, checkpoint));
    }
    this.active = false;
    this.setStatus(this.failure === null ? "Stopped" : "Terminated with exception", { isTriggerActive: false });
    await this.query.close();
    await checkpoint.release().catch((error: unknown) => warn(`while stopping query ${this.name ?? this.id}: ${thrownText(error)}`));
    this.idle.end(this.failure);
    this.bus.terminated({ id: this.id, runId: this.runId, exception: this.failure });
  }

  /** One trigger. False when the query is done. */
  private async trigger(): Promise<boolean> {
    const { trigger, runtime, settings } = this.query;
    const startMs = runtime.clock.nowMs();
    this.waiting = new AbortController();
    this.idle.triggerBegins();
    this.setStatus("Getting offsets", { isTriggerActive: true });
    const ran = await this.runNextBatch(startMs);
    this.setStatus("Waiting for next trigger", { isDataAvailable: ran, isTriggerActive: false });
    if (!ran) this.nothingToDo(startMs);
    if (trigger.kind === "once") return false;
    if (trigger.kind === "availableNow") return ran;
    const pollingMs = Math.max(settings.pollingDelayMs, ...this.query.sources.map((source) => source.pollingDelayMs ?? 0));
    const delayMs = Math.max(delayToNextTriggerMs(trigger.intervalMs, startMs, runtime.clock.nowMs()), ran ? 0 : pollingMs);
    // Whoever waits for the query to be idle, or to end, does not wait for the interval.
    const wanted = !this.idle.isEmpty || this.stopping.signal.aborted;
    if (delayMs > 0 && !(wanted && ran) && !this.waiting.signal.aborted) await this.wait(delayMs);
    return true;
  }

  /** Until the next trigger, or until somebody wants the loop awake; a snapshot that is under way goes on meanwhile, and other hosts are shown that this run lives. */
  private async wait(delayMs: number): Promise<void> {
    const { clock } = this.query.runtime;
    const { signal } = this.waiting;
    const untilMs = clock.monotonicMs() + delayMs;
    while (!signal.aborted && clock.monotonicMs() < untilMs && (await this.advanceSnapshot())) await clock.sleep(0, signal);
    for (;;) {
      const leaseMs = await this.query.checkpoint.keepLease();
      const leftMs = untilMs - clock.monotonicMs();
      if (leftMs <= 0 || signal.aborted) return;
      await clock.sleep(Math.min(leftMs, leaseMs), signal);
    }
  }

  /** True while there is more of a snapshot to take. */
  private advanceSnapshot(): Promise<boolean> {
    return advanceSnapshot(this.query, this.planner.nextBatchId);
  }

  private nothingToDo(nowMs: number): void {
    this.idle.nothingLeft();
    if (nowMs - this.lastIdleEventMs < this.query.settings.noDataProgressIntervalMs) return;
    this.lastIdleEventMs = nowMs;
    this.bus.idle({ id: this.id, runId: this.runId, timestamp: isoMs(nowMs) });
  }

  private async runNextBatch(triggerMs: number): Promise<boolean> {
    const { query, planner, tracker } = this;
    const timer = new PhaseTimer(query.runtime.clock);
    const planned = (await planner.next(query, tracker, triggerMs, timer)) ?? this.lastBatch(triggerMs);
    if (planned === null) return false;
    this.setStatus("Processing new data", { isDataAvailable: !planned.noData, isTriggerActive: true });
    const result = await runBatch(query, tracker, planned, timer, this.leaving.signal);
    planner.committed(planned);
    const progress = progressOf(query, planned, result, timer, triggerMs, this.growth);
    this.recent.push(progress);
    if (this.recent.length > query.settings.numRecentProgressUpdates) this.recent.shift();
    this.bus.progress({ progress });
    if (query.forReplayOnly) await this.openForNewBatches();
    return true;
  }

  /** The batch that closes what is open, of a query that was told that no event comes any more. */
  private lastBatch(triggerMs: number): PlannedBatch | null {
    const { query, planner, tracker } = this;
    const { trigger } = query;
    if (trigger.kind !== "availableNow" || !trigger.finalWatermark || tracker.hasEnded) return null;
    tracker.end();
    return planner.last(query, tracker.loggedMs, triggerMs);
  }

  /** The batch of an earlier run is done, under its configuration; those that follow have the session's. */
  private async openForNewBatches(): Promise<void> {
    const { definition } = this;
    await this.query.close();
    this.query = (await openAtRestartPoint(definition)).open;
    this.tracker = this.tracker.over(this.query.watermarks);
  }

  private setStatus(message: string, flags: Partial<StreamingQueryStatus>): void {
    this.currentStatus = { isDataAvailable: false, isTriggerActive: false, ...flags, message };
  }

  /** Whether a batch was given up because the query was stopped: it committed nothing, and the next run does it again. */
  private isLeft(error: unknown): boolean {
    return this.leaving.signal.aborted && error instanceof StreamingError && error.condition === "OPERATION_CANCELED";
  }

  private failureOf(error: unknown): StreamingError {
    if (error instanceof StreamingError) return error;
    const message = thrownText(error);
    const parameters = { name: this.name ?? this.id, runId: this.runId, batchId: String(this.planner.nextBatchId), message };
    return new StreamingError("STREAM_FAILED", parameters, { cause: error });
  }
}

async function openAtRestartPoint(definition: QueryDefinition): Promise<{ readonly open: OpenQuery; readonly point: RestartPoint }> {
  const { checkpoint, identity } = definition;
  try {
    const point = await findRestartPoint(checkpoint, identity.sources.length);
    return { open: await openQuery(definition, point), point };
  } catch (error) {
    throw await reasonOf(error, checkpoint);
  }
}
