import { fileURLToPath } from "node:url";
import { relative } from "node:path";
import { withoutCredentials } from "../engine/errors/credentials.js";
import { thrownText } from "../engine/errors/shownValue.js";
import { StreamingError } from "../engine/errors/streamingError.js";

/** The exit codes of the command. */
export const exitCodes = { done: 0, failed: 1, usage: 2, alreadyRunning: 3, stopped: 130 } as const;

/** What is wrong with the command line, not with the query. */
const usageConditions: readonly string[] = [
  "JOB_NOT_FOUND",
  "INVALID_FLAG",
  "INVALID_COMMAND_LINE",
  "UNKNOWN_SETTING",
  "AMBIGUOUS_SETTING",
  "BACKFILL_NEEDS_OUTPUT",
  "BACKFILL_BOUND_INVALID",
  "BACKFILL_EVENT_TIME_UNKNOWN",
];

/** The exit code of a failure. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof StreamingError)) return exitCodes.failed;
  // For those who start the command by the clock: nothing is wrong.
  if (error.condition === "CHECKPOINT_IN_USE") return exitCodes.alreadyRunning;
  if (error.condition === "BACKFILL_STOPPED") return exitCodes.stopped;
  return usageConditions.includes(error.condition) ? exitCodes.usage : exitCodes.failed;
}

/** The exit code of several failures: their own where all have the same. */
export function exitCodeOfAll(errors: readonly unknown[]): number {
  const codes = new Set(errors.map(exitCodeOf));
  return codes.size === 1 ? [...codes][0]! : codes.size === 0 ? exitCodes.done : exitCodes.failed;
}

/** What a person reads when something failed: condition, what and why, the place in the job, advice, causes. No stack but for what we did not foresee. */
export function failureText(error: unknown): string {
  return withoutCredentials(error instanceof StreamingError ? conditionText(error) : plainText(error));
}

/** A failure for machines. One that has no condition (a bug, or what nobody of the job caught) has null there. */
export interface FailureRecord {
  readonly kind: "error";
  /** The name of the query that failed (the beginning of its id where it has none), null when it is none's failure. */
  readonly query: string | null;
  readonly condition: string | null;
  readonly sqlState: string | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly message: string;
  readonly advice: string | null;
  /** The place in the job that it came from. */
  readonly at: string | null;
  readonly causes: readonly string[];
}

/** The same for machines. */
export function failureRecord(error: unknown, query: string | null): FailureRecord {
  const known = error instanceof StreamingError ? error : null;
  const causes = error instanceof Error ? causesOf(error) : [];
  return {
    kind: "error",
    query,
    condition: known?.condition ?? null,
    sqlState: known?.sqlState ?? null,
    parameters: known?.parameters ?? {},
    message: withoutCredentials(known === null ? plainText(error) : whatOf(known)),
    advice: known?.advice ?? null,
    at: placeOf([error, ...causes]),
    causes: causes.map((cause) => withoutCredentials(causeText(cause))),
  };
}

function plainText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : thrownText(error);
}

function conditionText(error: StreamingError): string {
  const place = placeOf([error, ...causesOf(error)]);
  const lines = [
    `${error.condition} (SQLSTATE ${error.sqlState})`,
    `  ${whatOf(error)}`,
    ...(place === null ? [] : [`  at ${place}`]),
    `  → ${error.advice}`,
  ];
  for (const cause of causesOf(error)) {
    const said = causeText(cause);
    // What is in the message already needs no line of its own.
    if (!lines.some((line) => line.includes(said) || line.includes(messageOf(cause)))) lines.push(`  caused by: ${said}`);
  }
  return lines.join("\n");
}

/** What happened and why, without the name, the advice and the SQLSTATE. */
function whatOf(error: StreamingError): string {
  const text = error.message.replace(/ SQLSTATE: \w{5}$/, "").slice(error.condition.length + 3);
  return text.endsWith(error.advice) ? text.slice(0, text.length - error.advice.length).trimEnd() : text;
}

function placeOf(thrown: readonly unknown[]): string | null {
  return thrown.map((each) => (each instanceof Error ? placeInJob(each) : null)).find((each) => each !== null) ?? null;
}

/** `job.ts:12:5`, where in the user's own files a failure came from; null when it came from none of them. */
export function placeInJob(error: Error): string | null {
  const distribution = new URL("../", import.meta.url).href;
  for (const [, url, place] of (error.stack ?? "").matchAll(/(file:\/\/[^\s()]+?)((?::\d+){2})\)?$/gm)) {
    if (!url!.startsWith(distribution) && !url!.includes("/node_modules/")) return `${relative("", fileURLToPath(url!))}${place}`;
  }
  return null;
}

function causesOf(error: Error): unknown[] {
  const causes: unknown[] = [];
  for (let cause = error.cause; cause !== undefined && cause !== null; cause = (cause as Error).cause) causes.push(cause);
  return causes;
}

/** What stands for a cause in a message that has taken it over; an empty one stands nowhere. */
function messageOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : thrownText(cause);
  return message === "" ? "\n" : message;
}

function causeText(cause: unknown): string {
  if (cause instanceof StreamingError) return cause.message;
  if (!(cause instanceof Error)) return thrownText(cause);
  // What Node itself says of a failed connection is in the causes of an error without a message.
  const inner = cause instanceof AggregateError ? cause.errors.map((one) => causeText(one)).join("; ") : "";
  return `${cause.name}: ${cause.message || inner}`;
}
