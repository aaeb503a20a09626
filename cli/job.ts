import { thrownText } from "../engine/errors/shownValue.js";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, resolve } from "node:path";
import { withoutStarts } from "../dataframe/startGate.js";
import { DataStreamWriter } from "../dataframe/streamWriter.js";
import type { Session } from "../dataframe/session.js";
import { nearestName } from "../engine/errors/nearest.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { parseStatements } from "../engine/sql/statements.js";
import { placeInJob } from "./failure.js";
import { importJob } from "./importJob.js";

/** What a job file exports by default: a function that says what to run. It may be asynchronous (inferred schemas are). */
export type Job = (session: Session) => JobResult | Promise<JobResult>;

type JobResult = DataStreamWriter<never> | readonly DataStreamWriter<never>[];

/**
 * Loads a job file (a program, or statements of SQL) and asks it for its writers.
 * @throws JOB_NOT_FOUND, JOB_NOT_LOADABLE, JOB_STARTS_QUERY, JOB_WITHOUT_DEFAULT_EXPORT, JOB_FAILED, JOB_GIVES_NO_WRITER, JOB_INSERTS_NO_STREAM, and whatever the job's own DataFrames refuse
 */
export async function loadJob(path: string, session: Session): Promise<DataStreamWriter[]> {
  const absolute = resolve(path);
  if (statSync(absolute, { throwIfNoEntry: false })?.isFile() !== true) throw notFound(path, absolute);
  // The place in the job is below all of ours.
  Error.stackTraceLimit = 100;
  const isSql = extname(path) === ".sql";
  const { result, inserts } = await withoutStarts(path, () =>
    isSql ? runStatements(absolute, session) : callJob(path, absolute, session),
  );
  const given: readonly unknown[] = Array.isArray(result) ? result : result === undefined && (isSql || inserts.length > 0) ? [] : [result];
  const writers = [...given, ...inserts];
  if (writers.length === 0 && isSql) throw new StreamingError("JOB_INSERTS_NO_STREAM", { path });
  if (writers.length === 0) throw new StreamingError("JOB_GIVES_NO_WRITER", { path, given: "an empty list" });
  return writers.map((writer) => {
    if (writer instanceof DataStreamWriter) return writer as DataStreamWriter;
    throw new StreamingError("JOB_GIVES_NO_WRITER", { path, given: describe(writer) });
  });
}

/** The one query that is meant. @throws INVALID_FLAG where it is not said which of several, or where there is none of that name */
export function queryOf(writers: readonly DataStreamWriter[], name: string | undefined): DataStreamWriter {
  const names = writers.map(({ definition }, i) => definition.queryName ?? String(i + 1));
  const place = name === undefined && writers.length === 1 ? 0 : names.indexOf(name ?? "");
  if (place >= 0) return writers[place]!;
  const nearest = nearestName(name ?? "", names);
  throw new StreamingError("INVALID_FLAG", {
    flag: "query",
    value: name ?? "",
    expected: `one of ${names.join(", ")}${nearest ? ` (did you mean ${nearest}?)` : ""}`,
  });
}

/** Runs the statements of a file; an INSERT of a stream is kept for the command. Rows that nobody takes are shown. */
async function runStatements(absolute: string, session: Session): Promise<void> {
  for (const { statement, text } of parseStatements(readFileSync(absolute, "utf8"))) {
    const result = await session.sql(text);
    if (statement.kind === "query") await result.show();
  }
}

async function callJob(path: string, absolute: string, session: Session): Promise<unknown> {
  const loaded = await importOrExplain(path, absolute);
  if (typeof loaded.default !== "function") throw new StreamingError("JOB_WITHOUT_DEFAULT_EXPORT", { path });
  return callOrExplain(path, loaded.default as Job, session);
}

async function importOrExplain(path: string, absolute: string): Promise<Record<string, unknown>> {
  try {
    return await importJob(absolute);
  } catch (error) {
    if (error instanceof StreamingError) throw error;
    throw new StreamingError("JOB_NOT_LOADABLE", { path, reason: reasonOf(error) }, { cause: error });
  }
}

async function callOrExplain(path: string, job: Job, session: Session): Promise<unknown> {
  try {
    return await job(session);
  } catch (error) {
    if (error instanceof StreamingError) throw error;
    const place = error instanceof Error ? placeInJob(error) : null;
    throw new StreamingError("JOB_FAILED", { path: place ?? path, reason: reasonOf(error) }, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : thrownText(error);
}

function notFound(path: string, absolute: string): StreamingError {
  const folder = dirname(absolute);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /\.([mc]?[jt]s|sql)$/.test(name)) : [];
  const nearest = nearestName(basename(absolute), names);
  const suggestion = nearest
    ? `Did you mean ${path.slice(0, path.length - basename(path).length)}${nearest}?`
    : `Check the path, which means ${absolute}.`;
  return new StreamingError("JOB_NOT_FOUND", { path, suggestion });
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value !== "object") return `a ${typeof value}`;
  return "writeStream" in value ? "a DataFrame" : "an object";
}
