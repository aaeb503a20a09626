import { displayPath } from "../../connectors/files/uri.js";
import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { openBytes } from "./readers.js";

const chunkBytes = 256 * 1024;

/**
 * Where a record is in a file of lines, as a message says it. It is looked for only when a query fails of it, by reading the file again up to there: a
 * decoder at work counts no lines. Of equal lines the first is meant, since that one would have failed too.
 */
export async function placeOfRecord(files: FileSystem, path: string, record: string): Promise<string> {
  const line = await lineOf(files, path, record.trim()).catch(() => null);
  return line === null ? `In ${displayPath(path)}` : `In line ${line} of ${displayPath(path)}`;
}

/** The number of the line from 1 on; null when none is the record, or the file cannot be read any more. */
async function lineOf(files: FileSystem, path: string, record: string): Promise<number | null> {
  const reader = await openBytes(files, path);
  try {
    const decoder = new TextDecoder();
    const chunk = new Uint8Array(chunkBytes);
    let number = 0;
    let unfinished = "";
    for (let atEnd = false; !atEnd;) {
      const count = await reader.read(chunk);
      atEnd = count === 0;
      const lines = (unfinished + decoder.decode(chunk.subarray(0, count), { stream: !atEnd })).split("\n");
      unfinished = atEnd ? "" : lines.pop()!;
      for (const line of lines) {
        number++;
        if (line.trim() === record) return number;
      }
    }
    return null;
  } finally {
    await reader.close();
  }
}
