import { StreamingError } from "../engine/errors/streamingError.js";

/** The exit codes of the command. */
export const exitCodes = { done: 0, failed: 1, usage: 2, secondSignal: 130 } as const;

/** What a person reads when something failed: condition, what and why, advice, causes. No stack but for what we did not foresee. */
export function failureText(error: unknown): string {
  if (!(error instanceof StreamingError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const text = error.message.replace(/ SQLSTATE: \w{5}$/, "").slice(error.condition.length + 3);
  const what = text.endsWith(error.advice) ? text.slice(0, text.length - error.advice.length).trimEnd() : text;
  const lines = [`${error.condition} (SQLSTATE ${error.sqlState})`, `  ${what}`, `  → ${error.advice}`];
  for (let cause = error.cause; cause !== undefined && cause !== null; cause = (cause as Error).cause)
    lines.push(`  caused by: ${causeText(cause)}`);
  return lines.join("\n");
}

function causeText(cause: unknown): string {
  if (cause instanceof StreamingError) return cause.message;
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
