import { StreamingError } from "../engine/errors/streamingError.js";
import type { StreamingQuery, StreamingQueryListener } from "../engine/query/streamingQuery.js";
import { userCode } from "./userCode.js";

/**
 * The streaming queries of a session. Spark's StreamingQueryManager.
 *
 * @example session.streams.active.map((query) => query.name)
 */
export class StreamingQueryManager {
  private readonly running = new Map<string, StreamingQuery>();
  private readonly added: StreamingQueryListener[] = [];
  private readonly waiting = new Set<() => void>();
  /** The first query that ended since the last `resetTerminated`. */
  private ended: { readonly failure: StreamingError | null } | null = null;

  /** The queries that run. */
  get active(): StreamingQuery[] {
    return [...this.running.values()].filter((query) => query.isActive);
  }

  /** A running query by its id; null when there is none. @example session.streams.get("0f8fad5b-d9cb-469f-a165-70867728950e") */
  get(id: string): StreamingQuery | null {
    return this.active.find((query) => query.id === id) ?? null;
  }

  /**
   * Resolves when a query of this session ends (or has ended since `resetTerminated`): true, or false when `timeoutMs` passed first.
   *
   * @throws the failure of that query; QUERY_WAITS_FOR_ITSELF in a function that one of them waits for
   * @example await session.streams.awaitAnyTermination(100)
   */
  async awaitAnyTermination(timeoutMs?: number): Promise<boolean> {
    const waiting = this.active.find(({ runId }) => userCode.isInside(runId));
    if (waiting) throw new StreamingError("QUERY_WAITS_FOR_ITSELF", { method: "awaitAnyTermination", name: waiting.name ?? waiting.id });
    if (!this.ended) await this.nextEnd(timeoutMs);
    const ended = this.ended;
    if (ended?.failure) throw ended.failure;
    return ended !== null;
  }

  /** Forgets the queries that have ended, so that `awaitAnyTermination` waits for the next. @example session.streams.resetTerminated() */
  resetTerminated(): void {
    this.ended = null;
  }

  /** Tells a listener of all queries started from now on. @example session.streams.addListener({ onQueryProgress: ({ progress }) => console.log(progress.batchId) }) */
  addListener(listener: StreamingQueryListener): void {
    if (!this.added.includes(listener)) this.added.push(listener);
  }

  /** Tells it no more. @example session.streams.removeListener({}) */
  removeListener(listener: StreamingQueryListener): void {
    const index = this.added.indexOf(listener);
    if (index >= 0) this.added.splice(index, 1);
  }

  /** Who is told. @example session.streams.listListeners() */
  listListeners(): readonly StreamingQueryListener[] {
    return [...this.added];
  }

  /**
   * A listener that passes on to those added at each moment: what every query of the session gets.
   * A listener added while a query runs hears of it from then on.
   */
  readonly dispatcher: StreamingQueryListener = {
    onQueryStarted: (event) => this.tell((listener) => listener.onQueryStarted?.(event)),
    onQueryProgress: (event) => this.tell((listener) => listener.onQueryProgress?.(event)),
    onQueryIdle: (event) => this.tell((listener) => listener.onQueryIdle?.(event)),
    onQueryTerminated: (event) => this.tell((listener) => listener.onQueryTerminated?.(event)),
  };

  /** Keeps a started query until it ends. */
  register(query: StreamingQuery): void {
    this.running.set(query.runId, query);
    void this.watch(query);
  }

  /** Stops every running query, and waits for those that are about to let go of what they hold. */
  async stopAll(): Promise<void> {
    await Promise.all(Array.from(this.running.values(), (query) => query.stop()));
  }

  private async watch(query: StreamingQuery): Promise<void> {
    // The failure is `query.exception`; whoever awaits the query gets it thrown.
    await query.awaitTermination().catch(() => undefined);
    this.running.delete(query.runId);
    this.ended ??= { failure: query.exception };
    for (const wake of this.waiting) wake();
  }

  private nextEnd(timeoutMs: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.waiting.delete(wake);
        clearTimeout(timer);
        resolve();
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(wake, timeoutMs);
      this.waiting.add(wake);
    });
  }

  /** One listener that throws must not keep the others from hearing; the failure is thrown when all have heard, for the query to report. */
  private tell(call: (listener: StreamingQueryListener) => void): void {
    const failures: unknown[] = [];
    for (const listener of this.added.slice()) {
      try {
        call(listener);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
