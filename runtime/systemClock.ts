import type { Clock } from "../engine/contract/clock.js";

/** The longest delay that `setTimeout` takes; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The clock of this machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(delayMs, signal) {
    for (let leftMs = delayMs; leftMs > 0; leftMs -= longestTimerMs) {
      if (signal?.aborted) return;
      await pause(Math.min(leftMs, longestTimerMs), signal);
    }
  },
};

function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal?.addEventListener("abort", done, { once: true });
  });
}
