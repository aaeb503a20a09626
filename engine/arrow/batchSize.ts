import { StreamingError } from "../errors/streamingError.js";

/** Places are 32 bits: one column of one batch holds at most so many bytes of text, or elements. */
const mostPlaces = 2 ** 31 - 1;

/**
 * How much the values of a column, or of a part of the state, take together.
 *
 * @throws BATCH_TOO_LARGE
 */
export function checkedPlaces(count: number, what = "The values of a column", limit = mostPlaces): number {
  if (count <= limit) return count;
  throw new StreamingError("BATCH_TOO_LARGE", { what, size: String(count), limit: String(limit) });
}
