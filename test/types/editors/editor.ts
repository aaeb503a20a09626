import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** What an editor asks TypeScript about a program in which `|` is where the cursor is. */
export interface Editor {
  completions(program: string): Promise<readonly string[]>;
  hover(program: string): Promise<string>;
  close(): void;
}

/** The folder of the program, which is in the editor only. */
export const sampleFolder = fileURLToPath(new URL("../", import.meta.url));
export const samplePath = join(sampleFolder, "editorSample.ts");

/** A program without its mark, and the place of it. */
export function atCursor(program: string): { readonly text: string; readonly before: string } {
  const place = program.indexOf("|");
  return { text: program.slice(0, place) + program.slice(place + 1), before: program.slice(0, place) };
}
