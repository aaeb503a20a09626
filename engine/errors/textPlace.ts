import { StreamingError } from "./streamingError.js";

/** Where in a text what failed stands, from its beginning. Known where the failure is met; what the text is, to whoever gave it. */
const offsets = new WeakMap<StreamingError, number>();

/** Does the work, and remembers of its failure that it is about this place of a text. The innermost place stays. */
export function atPlace<T>(position: { readonly start: number } | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw placed(error, position);
  }
}

/** The failure, which is about this place of a text. */
export function placed(error: unknown, position: { readonly start: number } | undefined): unknown {
  if (error instanceof StreamingError && position !== undefined && !offsets.has(error)) offsets.set(error, position.start);
  return error;
}

/** Does the work, and shows of its failure where in the text that is: the line, with a caret under the place. */
export async function inText<T>(text: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const offset = error instanceof StreamingError ? offsets.get(error) : undefined;
    if (offset === undefined) throw error;
    throw (error as StreamingError).withPicture(pictureText(text, offset));
  }
}

/** How much of a line is shown to either side of a place. */
const widest = 100;

/** Line (from 1) and column (from 0) of a place, and the line with a caret below it: what is near, of a line that is long. */
export function placeOf(text: string, at: number): { readonly line: number; readonly column: number; readonly picture: string } {
  const before = text.slice(0, at).split("\n");
  const column = before.at(-1)!.length;
  const line = text.split("\n")[before.length - 1]!;
  const first = Math.max(0, column - widest);
  const start = first === 0 ? "" : "…";
  const end = column + widest < line.length ? "…" : "";
  const shown = `${start}${line.slice(first, column + widest)}${end}`;
  return { line: before.length, column, picture: `\n${shown}\n${" ".repeat(start.length + column - first)}^` };
}

function pictureText(text: string, at: number): string {
  const { line, column, picture } = placeOf(text, at);
  return ` (line ${line}, pos ${column})${picture}\n`;
}
