import { StreamingError } from "../errors/streamingError.js";
import { tokenize } from "./tokenizer.js";

/**
 * Whether a text that is being typed is whole: it ends in a semicolon that stands in no string, quoted name or comment. A text that no further line can mend is
 * whole too: its error is to be said at once.
 *
 * @example endsStatement("SELECT 'a;") // false
 */
export function endsStatement(text: string): boolean {
  try {
    return tokenize(text).at(-2)?.word === ";";
  } catch (error) {
    if (!(error instanceof StreamingError)) throw error;
    return error.condition !== "UNCLOSED_BRACKETED_COMMENT" && !(error.parameters["hint"] ?? "").includes("is not closed");
  }
}
