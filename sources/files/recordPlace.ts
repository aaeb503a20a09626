import { displayPath } from "../../connectors/files/uri.js";
import type { FileSystem } from "../../engine/contract/fileSystem.js";
import type { BytesReader } from "../../engine/contract/source.js";
import { openText } from "./readers.js";

const chunkBytes = 256 * 1024;

/** The reader's options, of which those count that say what a line is. */
type Given = Readonly<Record<string, string>>;

/**
 * Where a record is in a file of lines, as a message says it. It is looked for only when a query fails of it, by reading the file again up to there: a
 * decoder at work counts no lines. Of equal records the first is meant, since that one would have failed too; a header is none.
 *
 * @param record null: no single record
 */
export async function placeOfRecord(files: FileSystem, path: string, record: string | null, given: Given): Promise<string> {
  const line = record === null ? null : await lineOf(files, path, record, given).catch(() => null);
  return line === null ? `In ${displayPath(path)}` : `In line ${line} of ${displayPath(path)}`;
}

/** The number of the line from 1 on in which the record begins; null when there is none, or the file cannot be read any more. */
async function lineOf(files: FileSystem, path: string, record: string, given: Given): Promise<number | null> {
  const separator = given["lineSep"] ?? /\r\n|\r|\n/;
  const wanted = record
    .trim()
    .split(separator)
    .map((line) => line.trim());
  const reader = await openText(files, path, given);
  try {
    let number = 0;
    let isInHeader = given["header"]?.toLowerCase() === "true";
    /** Where the lines so far may be the beginning of the record. */
    let begun: number[] = [];
    for await (const line of linesOf(reader, separator)) {
      number++;
      const text = line.trim();
      if (isInHeader) {
        isInHeader = text === "";
        continue;
      }
      if (text === wanted[0]) begun.push(number);
      begun = begun.filter((first) => text === wanted[number - first]);
      const found = begun.find((first) => number - first === wanted.length - 1);
      if (found !== undefined) return found;
    }
    return null;
  } finally {
    await reader.close();
  }
}

async function* linesOf(reader: BytesReader, separator: string | RegExp): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(chunkBytes);
  let unfinished = "";
  for (let atEnd = false; !atEnd;) {
    const count = await reader.read(chunk);
    atEnd = count === 0;
    const text = unfinished + decoder.decode(chunk.subarray(0, count), { stream: !atEnd });
    // What ends in a carriage return may go on with the line feed that belongs to it.
    const isCut = !atEnd && text.endsWith("\r");
    const lines = (isCut ? text.slice(0, -1) : text).split(separator);
    unfinished = atEnd ? "" : `${lines.pop()!}${isCut ? "\r" : ""}`;
    yield* lines;
  }
}
