import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Session } from "../../../dataframe/session.js";
import type { OutputMode } from "../../../engine/contract/sink.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { memory } from "../../memory.js";
import { runAction } from "./buildDataFrame.js";
import { differences, refusedAtOnce } from "../differences.js";
import type { Outcome, RejectCase } from "./case.js";
import { expectedCondition } from "./compareRun.js";
import { isUnsupported, outcomeOf } from "./outcome.js";
import { frameOf, waysOf, type Way } from "./queryText.js";
import { memoryFrame, memoryStreams, staticFrames } from "./tables.js";

/** Whether the engine accepts a query, over one empty batch, as Spark did. */
export async function runRejectCase(golden: RejectCase): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const way of waysOf(golden.query)) {
    const outcome = await outcomeOf(golden, way, () => verdictDifference(golden, way));
    const onVerdict = outcome.status === "passed" && !golden.accepted && expectedCondition(golden.error!) === null;
    outcomes.push(onVerdict ? { ...outcome, reason: "verdict only" } : outcome);
  }
  return outcomes;
}

async function verdictDifference(golden: RejectCase, way: Way): Promise<string | null> {
  const refusal = await tryQuery(golden, way);
  if (isUnsupported(refusal)) throw refusal;
  const ours = differences[golden.name];
  if (ours !== undefined)
    return refusal?.condition === ours ? null : `we refuse it with ${ours} on purpose; got ${refusal?.message ?? "no refusal"}`;
  if (golden.accepted && refusal?.condition === refusedAtOnce) return null;
  if (golden.accepted) return refusal === null ? null : `Spark accepts it; we refuse: ${refusal.message}`;
  if (refusal === null) return `Spark refuses it with ${golden.error!.condition}: ${golden.error!.message}; we accept it`;
  const condition = expectedCondition(golden.error!);
  return condition === null || condition === refusal.condition ? null : `expected ${condition}, got ${refusal.message}`;
}

/** Builds, starts and runs it; the refusal, or null when there is none. */
async function tryQuery(golden: RejectCase, way: Way): Promise<StreamingError | null> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-golden-"));
  const session = Session.create({ memoryTables: memory, ...(golden.conf && { conf: golden.conf }), print: () => {}, warn: () => {} });
  const streams = memoryStreams(golden.inputs);
  const name = golden.options?.queryName ?? `golden-${golden.name}`;
  try {
    const frames = new Map([...streams].map(([table, stream]) => [table, memoryFrame(session, stream)]));
    const tables = new Map([...frames, ...staticFrames(session, golden.static)]);
    if (golden.query.plan?.op.endsWith("-action")) {
      await runAction(golden.query.plan, tables, golden.query.pyspark);
      return null;
    }
    const frame = await frameOf(golden.query, way, session, tables);
    for (const stream of streams.values()) stream.addData([]);
    const sink = golden.sink ?? "memory";
    const writer = frame.writeStream
      .format(sink)
      .outputMode(golden.outputMode as OutputMode)
      .queryName(name)
      .option("checkpointLocation", join(folder, "checkpoint"))
      .trigger(
        golden.options?.trigger?.processingTime === undefined
          ? { availableNow: true }
          : { processingTime: golden.options.trigger.processingTime },
      );
    const query = await writer.start(sink === "memory" ? undefined : join(folder, "out"));
    await query.processAllAvailable();
    await query.stop();
    return query.exception;
  } catch (error) {
    if (error instanceof StreamingError) return error;
    throw error;
  } finally {
    memory.drop(name);
    for (const stream of streams.values()) stream.close();
    await rm(folder, { recursive: true, force: true });
  }
}
