import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { DataStreamWriter } from "../dataframe/streamWriter.js";
import type { Session } from "../dataframe/session.js";
import { nearestName } from "../engine/errors/nearest.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { importJob } from "./loadHook.js";

/** What a job file exports by default: a function that says what to run. It may be asynchronous (inferred schemas are). */
export type Job = (session: Session) => JobResult | Promise<JobResult>;

type JobResult = DataStreamWriter<never> | readonly DataStreamWriter<never>[];

/**
 * Loads a job file and asks it for its writers.
 * @throws JOB_NOT_FOUND, JOB_NOT_LOADABLE, JOB_WITHOUT_DEFAULT_EXPORT, JOB_GIVES_NO_WRITER, and whatever the job's own DataFrames refuse
 */
export async function loadJob(path: string, session: Session): Promise<DataStreamWriter[]> {
  const absolute = resolve(path);
  if (!existsSync(absolute)) throw notFound(path, absolute);
  const loaded = await importOrExplain(path, absolute);
  if (typeof loaded.default !== "function") throw new StreamingError("JOB_WITHOUT_DEFAULT_EXPORT", { path });
  const result: unknown = await (loaded.default as Job)(session);
  const writers: readonly unknown[] = Array.isArray(result) ? result : [result];
  if (writers.length === 0) throw new StreamingError("JOB_GIVES_NO_WRITER", { path, given: "an empty list" });
  return writers.map((writer) => {
    if (writer instanceof DataStreamWriter) return writer as DataStreamWriter;
    throw new StreamingError("JOB_GIVES_NO_WRITER", { path, given: describe(writer) });
  });
}

async function importOrExplain(path: string, absolute: string): Promise<Record<string, unknown>> {
  try {
    return await importJob(absolute);
  } catch (error) {
    if (error instanceof StreamingError) throw error;
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new StreamingError("JOB_NOT_LOADABLE", { path, reason }, { cause: error });
  }
}

function notFound(path: string, absolute: string): StreamingError {
  const folder = dirname(absolute);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const nearest = nearestName(basename(absolute), names);
  const suggestion = nearest ? `Did you mean ${path.slice(0, path.length - basename(path).length)}${nearest}?` : "Check the path.";
  return new StreamingError("JOB_NOT_FOUND", { path, suggestion });
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null && "isActive" in value) return "a query that is already started";
  return value === null ? "null" : `a ${typeof value}`;
}
