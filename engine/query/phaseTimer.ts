import type { Clock } from "../contract/clock.js";

/** Adds up how long each phase of a trigger took (Spark's `durationMs`). */
export class PhaseTimer {
  private readonly totals: Record<string, number> = {};
  private readonly startedMs: number;

  constructor(private readonly clock: Clock) {
    this.startedMs = clock.monotonicMs();
  }

  async phase<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = this.clock.monotonicMs();
    try {
      return await work();
    } finally {
      this.totals[name] = (this.totals[name] ?? 0) + this.clock.monotonicMs() - start;
    }
  }

  /** Milliseconds since this timer was made. */
  elapsedMs(): number {
    return this.clock.monotonicMs() - this.startedMs;
  }

  /** Whole milliseconds a phase, `triggerExecution` for the whole. */
  durations(): Record<string, number> {
    const rounded = Object.entries(this.totals).map(([name, ms]) => [name, Math.round(ms)] as const);
    return { ...Object.fromEntries(rounded), triggerExecution: Math.round(this.elapsedMs()) };
  }
}
