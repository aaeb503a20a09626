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
  "UNKNOWN_SETTING",
  "AMBIGUOUS_SETTING",
  "BACKFILL_NEEDS_OUTPUT",
  "BACKFILL_BOUND_INVALID",
];

/** The exit code of a failure. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof StreamingError)) return exitCodes.failed;
  // For those who start the command by the clock: nothing is wrong.
  if (error.condition === "CHECKPOINT_IN_USE") return exitCodes.alreadyRunning;
  if (error.condition === "BACKFILL_STOPPED") return exitCodes.stopped;
  return usageConditions.includes(error.condition) ? exitCodes.usage : exitCodes.failed;
}

/** What a person reads when something failed: condition, what and why, the place in the job, advice, causes. No stack but for what we did not foresee. */
export function failureText(error: unknown): string {
  return withoutCredentials(error instanceof StreamingError ? conditionText(error) : plainText(error));
}

function plainText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : thrownText(error);
}

function conditionText(error: StreamingError): string {
  const text = error.message.replace(/ SQLSTATE: \w{5}$/, "").slice(error.condition.length + 3);
  const what = text.endsWith(error.advice) ? text.slice(0, text.length - error.advice.length).trimEnd() : text;
  const place = [error, ...causesOf(error)].map((each) => (each instanceof Error ? placeInJob(each) : null)).find((each) => each !== null);
  const lines = [
    `${error.condition} (SQLSTATE ${error.sqlState})`,
    `  ${what}`,
    ...(place === undefined ? [] : [`  at ${place}`]),
    `  → ${error.advice}`,
  ];
  for (const cause of causesOf(error)) {
    const said = causeText(cause);
    // What is in the message already needs no line of its own.
    if (!lines.some((line) => line.includes(said) || line.includes(messageOf(cause)))) lines.push(`  caused by: ${said}`);
  }
  return lines.join("\n");
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
