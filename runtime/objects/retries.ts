import type { Clock } from "../../engine/contract/clock.js";
import { ObjectStoreError } from "../../engine/contract/objectStore.js";

export interface RetryPolicy {
  /** How often a request is tried again. */
  readonly limit: number;
  /** How long the first pause is at most; each further one may take twice as long. */
  readonly intervalMs: number;
}

/** No pause is longer. */
const longestPauseMs = 10_000;

/** Before anybody has answered at all: it is more likely that the endpoint is wrong than that the service is down. */
const firstContactLimit = 5;

/** Tries requests again that failed in passing, after pauses that grow and are drawn, so that many clients do not come back at once. */
export class Retries {
  private hasAnswered = false;

  constructor(
    private readonly policy: RetryPolicy,
    private readonly clock: Clock,
    /** A number from 0 to 1. */
    private readonly random: () => number,
  ) {}

  /** @param request is told whether one before it may have taken effect though its answer was lost */
  async run<T>(request: (mayBeDone: boolean) => Promise<T>): Promise<T> {
    for (let tried = 0; ; tried++) {
      try {
        const answer = await request(tried > 0);
        this.hasAnswered = true;
        return answer;
      } catch (error) {
        if (!(error instanceof ObjectStoreError) || !error.again || tried >= this.limit) throw error;
        const most = Math.min(this.policy.intervalMs * 2 ** tried, longestPauseMs);
        await this.clock.sleep(most * (0.5 + this.random() / 2));
      }
    }
  }

  private get limit(): number {
    return this.hasAnswered ? this.policy.limit : Math.min(this.policy.limit, firstContactLimit);
  }
}
