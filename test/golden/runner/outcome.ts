import { StreamingError } from "../../../engine/errors/streamingError.js";
import type { GoldenCase, Outcome } from "./case.js";

/** Runs a case in one way. `check` gives what is different, or null; NOT_YET_SUPPORTED from the engine makes the case unsupported, whatever else it says. */
export async function outcomeOf(golden: GoldenCase, via: string, check: () => Promise<string | null>): Promise<Outcome> {
  const { name, kind } = golden;
  try {
    const diff = await check();
    return diff === null ? { name, kind, via, status: "passed" } : { name, kind, via, status: "failed", diff };
  } catch (error) {
    if (isUnsupported(error)) return { name, kind, via, status: "unsupported", reason: (error as StreamingError).parameters.feature! };
    const diff = error instanceof StreamingError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { name, kind, via, status: "failed", diff };
  }
}

export function isUnsupported(error: unknown): boolean {
  return error instanceof StreamingError && error.condition === "NOT_YET_SUPPORTED";
}
