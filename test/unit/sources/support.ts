import { mkdtemp, mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Schema } from "../../../engine/arrow/types.js";
import type { FileSystem } from "../../../engine/contract/fileSystem.js";
import type { SourceProvider } from "../../../engine/contract/provider.js";
import type { Offset, Source, SourceLog } from "../../../engine/contract/source.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";
import { memoryLog } from "../../../sources/files/seenFilesLog.js";
import { readRange } from "../../contracts/sourceContract.js";

/** A folder that goes when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file with a modification time in seconds. */
export async function put(path: string, content: string | Uint8Array, modifiedSeconds: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await utimes(path, modifiedSeconds, modifiedSeconds);
}

export interface OpenOptions {
  readonly log?: SourceLog;
  readonly bounded?: boolean;
  readonly files?: FileSystem;
  readonly conf?: Readonly<Record<string, string>>;
  readonly warn?: (message: string) => void;
}

export async function open(
  provider: SourceProvider,
  options: Record<string, string>,
  userSchema: Schema | null,
  { log = memoryLog(), bounded = false, files, conf = {}, warn = () => {} }: OpenOptions = {},
): Promise<Source> {
  const runtime = systemRuntime(files ? { files } : {});
  const schema = provider.schema(options, userSchema);
  return provider.create({ runtime, options, schema, log: bounded ? null : log, bounded, conf, warn });
}

/** Reads batch after batch, as a drained query would, until there is nothing new. */
export async function drain(source: Source, start: Offset | null = null): Promise<string[][]> {
  const batches: string[][] = [];
  for (let from = start; ;) {
    const end = await source.latestOffset(from, source.defaultLimit);
    if (end === null || (from !== null && source.sameOffset(from, end))) return batches;
    batches.push(await readRange(source, from, end));
    await source.commit(end);
    from = end;
  }
}
