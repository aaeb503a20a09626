import { StreamingError } from "../errors/streamingError.js";

/** How much one value may hold: what is larger ends the query by a condition instead of the process. */

const maxStringLength = 2 ** 28;
const maxElements = 2 ** 24;

/** The length of a string (in UTF-16 units or bytes) that is about to be made. @throws STRING_TOO_LONG */
export function checkedStringLength(length: number): number {
  if (length > maxStringLength) throw new StreamingError("STRING_TOO_LONG", { length: String(length), limit: String(maxStringLength) });
  return length;
}

/** The texts with a delimiter between them. @throws STRING_TOO_LONG */
export function joinedTexts(texts: readonly string[], delimiter: string): string {
  checkedStringLength(texts.reduce((sum, text) => sum + text.length + delimiter.length, 0));
  return texts.join(delimiter);
}

/** What JavaScript says of a text or an array that it cannot hold, as a condition; other failures as they are. */
export function tooLargeOr(error: unknown): unknown {
  if (!(error instanceof Error) || !/^(Invalid (string|array|typed array) length|Cannot create a string longer than)/.test(error.message))
    return error;
  const parameters = { length: `more than ${maxStringLength}`, limit: String(maxStringLength) };
  return new StreamingError("STRING_TOO_LONG", parameters, { cause: error });
}

/** The number of elements of an array that is about to be made. @throws COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION */
export function checkedElements(count: number, functionName: string): number {
  if (count <= maxElements) return count;
  throw new StreamingError("COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION", {
    numberOfElements: String(count),
    maxRoundedArrayLength: String(maxElements),
    functionName: `\`${functionName}\``,
  });
}
