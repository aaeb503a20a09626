import { StreamingError } from "../errors/streamingError.js";
import { placeOf } from "../errors/textPlace.js";

/** PARSE_SYNTAX_ERROR at a place of a text, with the line and a caret under the place. `near` is what stands there, quoted. */
export function syntaxError(text: string, at: number, near: string, hint = ""): StreamingError {
  const { line, column, picture } = placeOf(text, at);
  return new StreamingError("PARSE_SYNTAX_ERROR", {
    error: near.length > longest ? `${near.slice(0, longest)}…` : near,
    hint: hint === "" ? "" : `: ${hint}`,
    line: String(line),
    position: String(column),
    context: picture,
  });
}

/** Of what stands at the place the message shows so much. */
const longest = 100;
