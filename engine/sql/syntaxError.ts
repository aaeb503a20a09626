import { StreamingError } from "../errors/streamingError.js";

/** PARSE_SYNTAX_ERROR at a place of a text, with the line and a caret under the place. `near` is what stands there, quoted. */
export function syntaxError(text: string, at: number, near: string, hint = ""): StreamingError {
  const { line, column, picture } = placeOf(text, at);
  return new StreamingError("PARSE_SYNTAX_ERROR", {
    error: near.length > widest ? `${near.slice(0, widest)}…` : near,
    hint: hint === "" ? "" : `: ${hint}`,
    line: String(line),
    position: String(column),
    context: picture,
  });
}

/** How much of a line is shown to either side of a place. */
const widest = 100;

/** Line (from 1) and column (from 0) of a place, and the line with a caret below it: what is near, of a line that is long. */
function placeOf(text: string, at: number): { line: number; column: number; picture: string } {
  const before = text.slice(0, at).split("\n");
  const column = before.at(-1)!.length;
  const line = text.split("\n")[before.length - 1]!;
  const first = Math.max(0, column - widest);
  const start = first === 0 ? "" : "…";
  const end = column + widest < line.length ? "…" : "";
  const shown = `${start}${line.slice(first, column + widest)}${end}`;
  return { line: before.length, column, picture: `\n${shown}\n${" ".repeat(start.length + column - first)}^` };
}
