import type { StreamingQuery } from "../../engine/query/streamingQuery.js";
import type { AnalyzedPlan } from "../../engine/plan/logicalPlan.js";
import { parseOutputMode } from "../../engine/plan/analyzer/streaming.js";
import { nearestName } from "../../engine/errors/nearest.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { optionOf } from "../options.js";
import type { SessionContext } from "../sessionContext.js";
import { DataFrame } from "../dataFrame.js";
import { checkedEmission, emissionOf } from "../emitEvery.js";
import { keptForCommand } from "../startGate.js";
import { newStreamDefinition, type StreamDefinition } from "../streamDefinition.js";
import { DataStreamWriter } from "../streamWriter.js";
import { checkedTrigger } from "../triggers.js";

/** What an INSERT of a stream says of its query; everything else is the sink's. */
const ofQuery = ["outputMode", "queryName", "trigger", "checkpointLocation", "emitEvery"] as const;

/**
 * Starts the query of `INSERT INTO t OPTIONS ('checkpointLocation' …, 'queryName' …, 'outputMode' …, 'trigger' …, 'emitEvery' …) SELECT … FROM STREAM …`. The trigger is
 * `availableNow`, `once`, or the interval of a processing-time trigger. In a job file it gives null: the command starts the query.
 *
 * @throws INSERT_STREAM_NEEDS_NAME without a query name: its checkpoint and name are not invented; UNKNOWN_OPTION for one that is misspelt
 */
export async function startInsert(
  session: SessionContext,
  plan: AnalyzedPlan,
  format: string,
  path: string,
  options: Readonly<Record<string, string>>,
): Promise<StreamingQuery | null> {
  checkSpelling(options);
  const [mode, queryName, trigger, checkpointLocation, emitEvery] = ofQuery.map((name) => optionOf(options, name));
  if (queryName === undefined || checkpointLocation === undefined) throw new StreamingError("INSERT_STREAM_NEEDS_NAME");
  const known = new Set(ofQuery.map((name) => name.toLowerCase()));
  const rest = Object.fromEntries(Object.entries(options).filter(([name]) => !known.has(name.toLowerCase())));
  const definition: StreamDefinition = {
    ...newStreamDefinition(plan),
    format,
    queryName,
    checkpointLocation,
    options: { ...rest, path },
    ...(mode !== undefined && { outputMode: parseOutputMode(mode) }),
    ...(trigger !== undefined && { trigger: triggerOf(trigger) }),
    ...(emitEvery !== undefined && { emitEvery: checkedEmission(emissionOf(emitEvery)) }),
  };
  const writer = new DataStreamWriter(session, definition, {
    batch: (rows, own) => DataFrame.ofBatch(own, rows),
    side: (side) => new DataFrame(session, side),
  });
  return keptForCommand(writer) ? null : writer.start();
}

/** @throws UNKNOWN_OPTION for an option of the query that is misspelt: the sink would be given it, or the query be said to have no name */
function checkSpelling(options: Readonly<Record<string, string>>): void {
  const missing = ofQuery.filter((name) => optionOf(options, name) === undefined);
  for (const option of Object.keys(options)) {
    const nearest = nearestName(option, missing);
    if (nearest === undefined || ofQuery.some((name) => name.toLowerCase() === option.toLowerCase())) continue;
    throw new StreamingError("UNKNOWN_OPTION", { option, owner: "INSERT of a stream", suggestion: `Did you mean \`${nearest}\`?` });
  }
}

/** @throws INSERT_READS_NO_STREAM where rows of tables are inserted with what only the query of a stream has */
export function checkNoQueryOptions(options: Readonly<Record<string, string>>): void {
  const option = ofQuery.find((name) => optionOf(options, name) !== undefined);
  if (option !== undefined) throw new StreamingError("INSERT_READS_NO_STREAM", { option });
}

function triggerOf(text: string) {
  const word = text.toLowerCase().replaceAll(/[-_ ]/g, "");
  if (word === "availablenow") return checkedTrigger({ availableNow: true });
  return word === "once" ? checkedTrigger({ once: true }) : checkedTrigger({ processingTime: text });
}
