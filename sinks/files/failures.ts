import { displayPath } from "../../connectors/files/uri.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/** Runs what touches the disk; what the system refuses becomes a condition that names the path. */
export async function writing<T>(path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw asCondition(path, error);
  }
}

function asCondition(path: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  // Conditions, and failures that are none of the system's, go on as they are.
  if (error instanceof StreamingError || typeof code !== "string") return error;
  const parameters = { path: displayPath(path), code };
  if (code === "ENOSPC" || code === "EDQUOT") return new StreamingError("SINK_WRITE_FAILED.DISK_FULL", parameters, { cause: error });
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new StreamingError("SINK_WRITE_FAILED.PERMISSION_DENIED", parameters, { cause: error });
  }
  return new StreamingError("SINK_WRITE_FAILED.IO", parameters, { cause: error });
}
