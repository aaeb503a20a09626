import { lazily } from "../engine/errors/loading.js";
import { relative, resolve, sep } from "node:path";
import { optionOf, withoutOption } from "../dataframe/options.js";
import { absolutePath } from "../dataframe/paths.js";
import type { Session } from "../dataframe/session.js";
import type { StreamDefinition } from "../dataframe/streamDefinition.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { nodesUp } from "../engine/plan/transform.js";

/** Where the backfill of a query writes. */
export interface BackfillTarget {
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
  /** The folder or topic, as it was given. */
  readonly place: string;
}

const fileFormats = new Set(["arrow", "csv", "json", "parquet", "text"]);

/** The job's own format at another place; sinks for looking become Parquet files. Each of several queries has a place of its own. */
export function targetOf({ format, options }: StreamDefinition, output: string, ownName: string | null): BackfillTarget {
  if (format === "kafka") {
    const topic = ownName === null ? output : `${output}-${ownName}`;
    return { format, options: { ...withoutOption(options, "topic"), topic }, place: topic };
  }
  const path = ownName === null ? output : `${output}/${ownName}`;
  if (!fileFormats.has(format)) return { format: "parquet", options: { path }, place: path };
  return { format, options: { ...withoutOption(options, "path"), path }, place: path };
}

/**
 * Refuses a target in which something would be harmed. Changes nothing.
 * @throws BACKFILL_OUTPUT_IS_LIVE, BACKFILL_TARGET_NOT_EMPTY, BACKFILL_TOPIC_NOT_EMPTY
 */
export async function checkTarget(
  session: Session,
  target: BackfillTarget,
  { definitions, job, overwrite }: { readonly definitions: readonly StreamDefinition[]; readonly job: string; readonly overwrite: boolean },
): Promise<void> {
  if (target.format === "kafka") {
    const topics = definitions.flatMap((definition) => liveTopics(session, definition));
    if (topics.includes(target.place)) throw new StreamingError("BACKFILL_OUTPUT_IS_LIVE", { output: target.place });
    return checkTopic(session, target);
  }
  const folder = absolutePath(target.place);
  const live = definitions.flatMap((definition) => liveFolders(session, definition));
  // What is overwritten is removed first, so the job and the folder it is called from may not be in there.
  const touches =
    live.some((path) => within(path, folder) || within(folder, path)) || within(resolve(job), folder) || within(resolve(""), folder);
  if (touches) throw new StreamingError("BACKFILL_OUTPUT_IS_LIVE", { output: target.place });
  if (overwrite) return;
  const { files } = session.runtime;
  const status = await files.status(folder);
  const taken = status !== null && (!status.directory || (await files.list(folder)).length > 0);
  if (taken) throw new StreamingError("BACKFILL_TARGET_NOT_EMPTY", { path: target.place });
}

/** What a job reads, writes and remembers in files. A pattern counts from its first wildcard's folder. */
function liveFolders(session: Session, { plan, options, checkpointLocation, format }: StreamDefinition): string[] {
  const read = [...nodesUp(plan)].flatMap((node) =>
    node.kind === "read" ? [optionOf(session.tables.get(node.table).options, "path")] : [],
  );
  const written = format === "kafka" ? undefined : optionOf(options, "path");
  return [...read, written, checkpointLocation ?? undefined].flatMap((path) => (path === undefined ? [] : [absolutePath(fixedPart(path))]));
}

function fixedPart(path: string): string {
  const wildcard = path.search(/[*?[{]/);
  return wildcard < 0 ? path : path.slice(0, path.lastIndexOf("/", wildcard) + 1);
}

function liveTopics(session: Session, { plan, options, format }: StreamDefinition): string[] {
  const read = [...nodesUp(plan)].flatMap((node) =>
    node.kind === "read" ? (optionOf(session.tables.get(node.table).options, "subscribe") ?? "").split(",") : [],
  );
  const written = format === "kafka" ? [optionOf(options, "topic") ?? ""] : [];
  return [...read, ...written].map((topic) => topic.trim()).filter((topic) => topic !== "");
}

/** Whether a path is a folder or lies in it. */
function within(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`));
}

async function checkTopic(session: Session, { options, place: topic }: BackfillTarget): Promise<void> {
  const { topicRecords } = await lazily(import("../dataframe/topicRecords.js"));
  const records = await topicRecords(session, topic, options);
  if (records > 0) throw new StreamingError("BACKFILL_TOPIC_NOT_EMPTY", { topic, records: String(records) });
}
