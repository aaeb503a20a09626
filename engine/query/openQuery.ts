import { mainOutput } from "../contract/sink.js";
import { thrownText } from "../errors/shownValue.js";
import type { QueryDefinition, QueryOutput, QueryParts } from "./definition.js";
import { confOfNewBatches, confOfReplay, confToLog, plansTheSame, overruled, type Conf } from "./configuration.js";
import { checkLoggedOffsets } from "./offsetOrder.js";
import type { RestartPoint } from "./recovery.js";
import { checkState } from "./changedState.js";
import { restoreState } from "./restoreState.js";
import { queryChanged, sourcesChange, type QueryIdentity, type RecordedShape } from "./shape.js";
import type { WatermarkPolicy } from "./watermarkTracker.js";

/** A query with its parts open: what runs batches. */
export interface OpenQuery extends QueryDefinition, QueryParts {
  /** What holds for its batches. */
  readonly conf: Conf;
  /** What the offset log records with the batches it plans. */
  readonly confToLog: Conf;
  readonly watermarkPolicy: WatermarkPolicy;
  /** Whether it is open for the one batch that an earlier run planned under another configuration. */
  readonly forReplayOnly: boolean;
  /** Lets go of the parts; a failure there must not hide the one that it comes after. */
  close(): Promise<void>;
}

/**
 * Opens a query where an earlier run left it: operators with their state, sources, sink.
 *
 * A batch that an earlier run planned is run again under the configuration that it was logged with. When that means something else than the session's, the
 * query is opened for that batch only, and again, for those behind it, under the session's.
 */
export async function openQuery(definition: QueryDefinition, point: RestartPoint): Promise<OpenQuery> {
  const { conf: session, checkpoint, trigger, warn } = definition;
  const { loggedConf: logged } = point;
  for (const [key, now, fixed] of overruled(session, logged)) {
    warn(`${key} is ${fixed} for the life of this query, as at its first start; ${now} is not used. (checkpoint ${checkpoint.location})`);
  }
  const forNew = confOfNewBatches(session, logged);
  const forReplay = point.planned === null ? forNew : confOfReplay(session, point.planned.conf);
  const forReplayOnly = !plansTheSame(forReplay, forNew);
  const conf = forReplayOnly ? forReplay : forNew;
  const parts = await definition.open(conf);
  const close = onlyOnce(() => closeParts(definition, parts));
  try {
    const checked = await checkState(definition, parts, point);
    checkLoggedOffsets(checkpoint, parts.sources);
    await restoreState(definition, parts, checked.changed, point.batchId);
    if (trigger.kind === "availableNow") for (const source of parts.sources) await source.prepareForAvailableNow();
    for (const output of parts.outputs) await startSink(definition, output);
    // Where it writes to is recorded when that place has taken it: one that refuses may be changed.
    await checked.record();
  } catch (error) {
    await close();
    throw error;
  }
  const watermarkPolicy = conf["spark.sql.streaming.multipleWatermarkPolicy"] === "max" ? "max" : "min";
  return { ...definition, ...parts, conf, confToLog: confToLog(session, logged), watermarkPolicy, forReplayOnly, close };
}

/**
 * Compares the sources with those that the checkpoint was made with, before anything is opened.
 *
 * @throws QUERY_CHANGED naming the change
 */
export function checkSources(recorded: RecordedShape | null, now: QueryIdentity, location: string): void {
  const change = recorded === null ? null : sourcesChange(recorded, now);
  if (change !== null) throw queryChanged({ location }, change);
}

/** A sink is told of the batches that the commit log keeps, with what the sink said of them: a target that lacks them is refused. */
function startSink({ checkpoint }: QueryDefinition, { id: outputId, sink }: QueryOutput): Promise<void> {
  const { queryId, runId, history } = checkpoint;
  const committed = history.flatMap(({ batchId, commit }) => {
    if (commit === null) return [];
    const receipt = commit.outputs?.[outputId] ?? null;
    // A side output may be younger than the query.
    return receipt === null && outputId !== mainOutput && sink.receiptOf !== undefined ? [] : [{ batchId, receipt }];
  });
  return sink.start({ queryId, runId, outputId }, committed, history.at(-1)?.batchId ?? -1);
}

async function closeParts({ name, checkpoint, warn }: QueryDefinition, { sources, outputs, execution }: QueryParts): Promise<void> {
  const opened = [...sources, ...outputs.map(({ sink }) => sink)];
  const closing = [...opened.map((part) => part.stop()), Promise.resolve().then(() => execution.close())];
  for (const result of await Promise.allSettled(closing)) {
    if (result.status === "rejected") warn(`while stopping query ${name ?? checkpoint.queryId}: ${thrownText(result.reason)}`);
  }
}

function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => (done ??= work());
}
