import { replayBatch } from "../dataframe/replay.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { exitCodes } from "./failure.js";
import { inJobSession } from "./jobSession.js";
import { loadJob, queryOf } from "./job.js";
import { Messages } from "./messages.js";

/** What `tidemark replay` was told. */
export interface ReplayFlags {
  readonly job: string;
  readonly batch: string | undefined;
  readonly query: string | undefined;
  readonly checkpoint: string | undefined;
  readonly set: readonly string[];
}

/** Shows what a past batch of a job gave, by running it again without touching anything. Gives the exit code. */
export function replay(flags: ReplayFlags): Promise<number> {
  return inJobSession(
    new Messages(false),
    flags.set,
    (line) => void process.stdout.write(`${line}\n`),
    async (session, overrides) => {
      const batchId = batchOf(flags.batch);
      const writer = queryOf(await loadJob(flags.job, session), flags.query);
      const changed = overrides.writer(flags.checkpoint === undefined ? writer : writer.option("checkpointLocation", flags.checkpoint));
      overrides.checkUsed();
      const { lastProgress } = await replayBatch(session, changed.definition, batchId);
      if (lastProgress !== null) {
        const { numInputRows, sink, eventTime } = lastProgress;
        const watermark = eventTime.watermark === undefined ? "" : `, watermark ${eventTime.watermark}`;
        process.stdout.write(`batch ${batchId}: ${numInputRows} rows in, ${sink.numOutputRows} out${watermark}\n`);
      }
      return exitCodes.done;
    },
  );
}

/** @throws INVALID_FLAG */
function batchOf(batch: string | undefined): number {
  if (batch !== undefined && /^\d{1,15}$/.test(batch)) return Number(batch);
  throw new StreamingError("INVALID_FLAG", { flag: "batch", value: batch ?? "", expected: "the number of a batch" });
}
