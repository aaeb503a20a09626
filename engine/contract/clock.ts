/** Wall clock and waiting; injected, so that tests can hold time still. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** A monotonic time in milliseconds, for durations. */
  monotonicMs(): number;
  /** Resolves after `delayMs`, or at once when `signal` is aborted (it never rejects). */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}
