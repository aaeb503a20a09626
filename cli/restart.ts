import { inspectCheckpoint } from "../dataframe/checkpointReport.js";
import type { SessionContext } from "../dataframe/sessionContext.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { thrownText } from "../engine/errors/shownValue.js";

/** How `--restart` was given. */
export interface RestartFlags {
  /** Restarts without a committed batch between them. */
  readonly limit: number;
}

/** How long the first restart waits; each further one in a row waits twice as long as the one before. */
const firstDelayMs = 1000;
const longestDelayMs = 60_000;

/** How often a batch may fail the same way: what fails three times alike fails for what it reads. */
const sameFailures = 3;

/** What a batch read that failed. */
interface FailedBatch {
  readonly batchId: number;
  /** Of each source, in words: from where to where. */
  readonly ranges: string;
}

/**
 * When a query that has failed is started again: after a delay that doubles, at most so often without a committed batch between, and not when its batch has failed
 * three times in the same way.
 */
export class RestartPolicy {
  /** Restarts so far. */
  count = 0;
  /** Of those, since a batch was committed. */
  #inARow = 0;
  #last: { readonly batchId: number; readonly text: string; times: number } | null = null;

  constructor(
    private readonly session: SessionContext,
    private readonly checkpoint: string,
    private readonly flags: RestartFlags,
  ) {}

  /** A batch was committed. */
  committed(): void {
    this.#inARow = 0;
    this.#last = null;
  }

  /** How long to wait before the next start; or why there is none. */
  async next(error: unknown): Promise<number | StreamingError> {
    const text = thrownText(error);
    const failed = await this.#failedBatch();
    if (failed !== null) {
      const isSame = this.#last?.batchId === failed.batchId && this.#last.text === text;
      this.#last = isSame ? { ...this.#last!, times: this.#last!.times + 1 } : { batchId: failed.batchId, text, times: 1 };
      if (this.#last.times >= sameFailures) {
        const { batchId, ranges } = failed;
        return new StreamingError(
          "BATCH_FAILS_REPEATEDLY",
          { batchId: String(batchId), times: String(sameFailures), ranges },
          { cause: error },
        );
      }
    }
    if (this.#inARow >= this.flags.limit)
      return new StreamingError("RESTART_LIMIT_REACHED", { limit: String(this.flags.limit) }, { cause: error });
    const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** this.#inARow);
    this.#inARow++;
    this.count++;
    return delayMs;
  }

  /** The batch that was planned and not committed; null where there is none, or where the checkpoint itself is what failed. */
  async #failedBatch(): Promise<FailedBatch | null> {
    try {
      const { batches, sources } = await inspectCheckpoint(this.session, this.checkpoint);
      if (batches === null || batches.lastPlanned === batches.lastCommitted) return null;
      const ranges = sources.map(
        ({ name, before, offset }) => `${name} from ${before === null ? "its start" : JSON.stringify(before)} to ${JSON.stringify(offset)}`,
      );
      return { batchId: batches.lastPlanned, ranges: ranges.join("; ") };
    } catch (error) {
      if (error instanceof StreamingError) return null;
      throw error;
    }
  }
}
