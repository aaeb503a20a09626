import { displayPath } from "../../connectors/files/uri.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/** Runs what reads the disk; what the system refuses becomes a condition that names the path: the one that the system names, where it does. */
export async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    // Conditions, and failures that are none of the system's, go on as they are.
    if (error instanceof StreamingError || !(error instanceof Error) || !("code" in error)) throw error;
    const place = "path" in error && typeof error.path === "string" ? error.path : path;
    throw new StreamingError("FAILED_READ_FILE.NO_HINT", { path: displayPath(place), reason: error.message }, { cause: error });
  }
}
