import type { Clock } from "../../../engine/contract/clock.js";

interface Sleeper {
  readonly wakeMs: number;
  readonly order: number;
  readonly wake: () => void;
}

/**
 * A clock that only moves when it is told to, or — with `autoAdvance` — jumps to the next sleeper when nothing else is left to do. Simulated I/O
 * ends within microtasks, so the turn of the event loop after a sleep began is that moment.
 */
export class SimulatedClock implements Clock {
  private timeMs: number;
  private readonly startMs: number;
  private sleepers: Sleeper[] = [];
  private order = 0;
  private scheduled = false;

  constructor(
    startMs: number,
    public autoAdvance = true,
  ) {
    this.timeMs = startMs;
    this.startMs = startMs;
  }

  nowMs(): number {
    return Math.floor(this.timeMs);
  }

  monotonicMs(): number {
    return this.timeMs - this.startMs;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        wakeMs: this.timeMs + Math.max(0, delayMs),
        order: this.order++,
        wake: () => {
          signal?.removeEventListener("abort", sleeper.wake);
          this.sleepers = this.sleepers.filter((other) => other !== sleeper);
          resolve();
        },
      };
      signal?.addEventListener("abort", sleeper.wake, { once: true });
      this.sleepers.push(sleeper);
      this.scheduleAdvance();
    });
  }

  /** Moves time on, waking whoever is due, in order. */
  advance(byMs: number): void {
    const untilMs = this.timeMs + byMs;
    for (let next = this.nextSleeper(); next && next.wakeMs <= untilMs; next = this.nextSleeper()) {
      this.timeMs = Math.max(this.timeMs, next.wakeMs);
      next.wake();
    }
    this.timeMs = untilMs;
  }

  private nextSleeper(): Sleeper | undefined {
    return this.sleepers.toSorted((a, b) => a.wakeMs - b.wakeMs || a.order - b.order)[0];
  }

  private scheduleAdvance(): void {
    if (!this.autoAdvance || this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      const next = this.nextSleeper();
      if (!next || !this.autoAdvance) return;
      this.advance(Math.max(0, next.wakeMs - this.timeMs));
      if (this.sleepers.length > 0) this.scheduleAdvance();
    });
  }
}
