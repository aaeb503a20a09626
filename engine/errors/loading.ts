import { StreamingError } from "./streamingError.js";

/**
 * A part of ours that is loaded where it is first needed.
 *
 * @throws TOO_MANY_OPEN_FILES where its files cannot be opened for that reason
 */
export async function lazily<T>(part: Promise<T>): Promise<T> {
  try {
    return await part;
  } catch (error) {
    const { code, path } = error as { readonly code?: unknown; readonly path?: unknown };
    if (code !== "EMFILE" && code !== "ENFILE") throw error;
    throw new StreamingError("TOO_MANY_OPEN_FILES", { path: typeof path === "string" ? path : "A file of tidemark" }, { cause: error });
  }
}
