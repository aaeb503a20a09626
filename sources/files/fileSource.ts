import { withoutCharset } from "../../connectors/files/charsets.js";
import { displayPath, pathOfUri, uriOf } from "../../connectors/files/uri.js";
import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import type { Field, Schema } from "../../engine/arrow/types.js";
import { isObjectPath } from "../../engine/contract/objectPath.js";
import type { SourceContext } from "../../engine/contract/provider.js";
import {
  countingProblem,
  type InputPartition,
  type Offset,
  type PartitionReader,
  type ReadLimit,
  type Scan,
  type ScanRequest,
  type Source,
} from "../../engine/contract/source.js";
import { inferPartitions, partitionConstants, partitionNames, partitionRoot, splitSchema } from "./partitions.js";
import { reading } from "./failures.js";
import { Links } from "./links.js";
import { fileConstant, splitMetadata, withRowIndexes, type FileFacts } from "./metadata.js";
import { FileListing, type InputFile } from "./listing.js";
import type { FileOptions } from "./options.js";
import { openText, openWholeText } from "./readers.js";
import { placeOfRecord } from "./recordPlace.js";
import { openTolerantly, type Tolerance } from "./tolerance.js";
import { SeenFiles } from "./seenFiles.js";
import { memoryLog, SeenFilesLog } from "./seenFilesLog.js";

/** Opens one file for a scan, which must have so many bytes at least. */
export type OpenParquet = (path: string, wanted: Schema, leastBytes: number) => Promise<PartitionReader>;

/** An idle query lists a folder of an object store no more often: each listing is a request that is paid for, and read by the thousand. */
const objectPollingMs = 1000;

interface FilePartition extends FileFacts {
  /** The size that it was listed with; 0 when that is not known, after a restart. */
  readonly bytes: number;
}

/**
 * The files of a path, each read once. Spark's FileStreamSource.
 *
 * The offset `{"logOffset":N}` is the number of an entry in the source's log, which names the files; so what an offset means never changes, even
 * when files come and go. New files are taken in the order of their modification times, ties by path; a bounded read takes all in path order.
 */
export class FileSource implements Source {
  readonly description: string;
  readonly schema: Schema;
  readonly defaultLimit: ReadLimit;
  readonly pollingDelayMs?: number;
  /** Files of the last listing that no batch took yet, in order. */
  private unread: InputFile[] = [];
  /** Set when the files are fixed for good: bounded reads, "available now". */
  private isFixed = false;
  /** The sizes of files that batches took, as they were listed, until those are committed. */
  private readonly listedBytes = new Map<string, number>();

  private constructor(
    private readonly context: SourceContext,
    private readonly options: FileOptions,
    private readonly listing: FileListing,
    private readonly seen: SeenFiles,
    private readonly log: SeenFilesLog,
    private readonly openParquet: OpenParquet,
    private readonly tolerance: Tolerance,
    /** The folder below which folders name columns, of a file. */
    private readonly rootOf: (path: string) => string,
    /** Columns that folders name, in small letters. */
    private readonly partitioned: ReadonlySet<string>,
  ) {
    if (isObjectPath(options.path)) this.pollingDelayMs = objectPollingMs;
    this.description = `FileStreamSource[${displayPath(options.path)}]`;
    this.schema = context.schema;
    this.defaultLimit = {
      ...(options.maxFiles === null ? {} : { maxFiles: options.maxFiles }),
      ...(options.maxBytes === null ? {} : { maxBytes: options.maxBytes }),
    };
  }

  static async open(context: SourceContext, options: FileOptions, openParquet: OpenParquet, tolerance: Tolerance): Promise<FileSource> {
    // A file is known by where it lies, whatever links the path goes through.
    const links = new Links(context.runtime.files);
    const path = await links.pathWithout(options.path);
    const basePath = options.basePath === null ? null : await links.pathWithout(options.basePath);
    const placed = { ...options, path, basePath };
    const listing = new FileListing(context.runtime.files, placed, context.bounded, (message) => context.warn(message));
    await listing.check();
    const { log, files } = await SeenFilesLog.open(context.log ?? memoryLog());
    // With the newest files first an old one may come at any time, so age says nothing.
    const hasLimit = options.maxFiles !== null || options.maxBytes !== null;
    const maxAgeMs = context.bounded || (options.latestFirst && hasLimit) ? Infinity : options.maxFileAgeMs;
    const seen = new SeenFiles(maxAgeMs, options.fileNameOnly && !context.bounded);
    for (const file of files) seen.add(await links.fileWithout(pathOfUri(file.path)), file.timestamp);
    seen.purge();
    const rootOf = (file: string): string => partitionRoot(path, listing.isPattern, basePath, file);
    const names = await FileSource.foldersNames(context, placed, listing, rootOf);
    const partitioned = new Set(names.map((name) => name.toLowerCase()));
    return new FileSource(context, options, listing, seen, log, openParquet, tolerance, rootOf, partitioned);
  }

  /** The columns that folders name: of a pattern, those of the files that are there for a bounded read; a stream of one has none, as in Spark. */
  private static async foldersNames(
    context: SourceContext,
    { path, basePath }: FileOptions,
    listing: FileListing,
    rootOf: (path: string) => string,
  ): Promise<readonly string[]> {
    if (basePath !== null || !listing.isPattern) return reading(path, () => partitionNames(context.runtime.files, basePath ?? path));
    if (!context.bounded) return [];
    const files = await listing.list();
    return inferPartitions(
      rootOf,
      files.map((file) => file.path),
    ).map(({ name }) => name);
  }

  async latestOffset(start: Offset | null, limit: ReadLimit): Promise<Offset | null> {
    if (this.log.latestId <= entryOf(start)) {
      const taken = await this.takeFiles(limit);
      if (taken.length === 0) return start;
      await this.log.add(taken.map((file) => ({ path: uriOf(file.path), timestamp: file.modifiedMs })));
      for (const file of taken) {
        this.seen.add(file.path, file.modifiedMs);
        this.listedBytes.set(file.path, file.sizeBytes);
      }
      this.seen.purge();
    }
    // An entry beyond `start` that nobody has run is of a run that died before it logged the offset, or of a query that was told to go back: it is the next batch, by itself
    // where batches are limited.
    const isLimited = limit.maxFiles !== undefined || limit.maxBytes !== undefined;
    return JSON.stringify({ logOffset: isLimited ? entryOf(start) + 1 : this.log.latestId });
  }

  async prepareForAvailableNow(): Promise<void> {
    this.unread = await this.newFiles();
    this.isFixed = true;
  }

  scan(request: ScanRequest): Scan {
    const { format, given } = this.options;
    const { files } = this.context.runtime;
    const isWhole = format === "text" && given["wholetext"]?.toLowerCase() === "true";
    const isColumns = format === "parquet" || isWhole;
    const { columns, isAsked } = splitMetadata(request.schema, this.schema);
    const { inFiles, inFolders } = splitSchema(columns, this.partitioned);
    const open = (path: string, bytes: number): Promise<PartitionReader> => {
      if (format === "parquet") return this.openParquet(path, inFiles, bytes);
      return isWhole ? openWholeText(files, path, inFiles, bytes, given) : openText(files, path, given, bytes);
    };
    const fileSchema = splitSchema(this.schema, this.partitioned).inFiles;
    return {
      decode: isColumns ? null : { format, schema: inFiles, fileSchema, options: withoutCharset(given) },
      residual: request.filters,
      partitions: (start, end) => this.partitions(entryOf(start), entryOf(end)),
      open: async (partition) => {
        const file = partition as unknown as FilePartition;
        const { path, bytes } = file;
        const constants = this.constantsOf(path, inFolders);
        const reader = await openTolerantly(
          path,
          () => open(path, bytes),
          isColumns,
          this.tolerance,
          (message) => this.context.warn(message),
        );
        const place = (record: string | null): Promise<string> => placeOfRecord(files, path, record, given);
        if (!isAsked) return withFacts(reader, constants, place);
        if (format === "parquet" && reader.kind === "columns") return withFacts(withRowIndexes(reader, file), constants, place);
        return withFacts(reader, beside(constants, fileConstant(file)), place);
      },
    };
  }

  private constantsOf(path: string, wanted: readonly Field[]): Batch | null {
    const zone = this.context.conf["spark.sql.session.timeZone"] ?? "UTC";
    return partitionConstants(this.rootOf(path), path, wanted, this.partitioned.size === 0 ? this.schema : emptySchema, zone);
  }

  /** The files of the entries, without those that hold nothing, and those that somebody has removed since: Spark goes on without them as well. */
  private async partitions(start: number, end: number): Promise<InputPartition[]> {
    const found: FilePartition[] = [];
    for (const taken of await this.log.between(start, end)) {
      const path = pathOfUri(taken.path);
      const status = await reading(path, () => this.context.runtime.files.status(path));
      if (status === null) this.context.warn(`${displayPath(path)} was taken for a batch and is gone: the query goes on without it`);
      const bytes = this.listedBytes.get(path) ?? (await this.listing.listedSize(path)) ?? 0;
      if (status !== null && (status.sizeBytes > 0 || bytes > 0)) {
        found.push({ path, bytes, sizeBytes: status.sizeBytes, modifiedMs: taken.timestamp });
      }
    }
    return found as unknown as InputPartition[];
  }

  async commit(end: Offset): Promise<void> {
    for (const { path } of this.log.forget(entryOf(end))) this.listedBytes.delete(pathOfUri(path));
  }

  offsetProblem(before: Offset | null, offset: Offset): string | null {
    const entry = entryOf(offset);
    const problem = countingProblem(before === null ? null : entryOf(before), entry, 0);
    if (problem !== null || entry <= this.log.latestId) return problem;
    return `it stands for entry ${entry} of the source's log ${this.log.location}, whose newest is ${this.log.latestId}`;
  }

  sameOffset(a: Offset, b: Offset): boolean {
    return entryOf(a) === entryOf(b);
  }

  metrics(): Readonly<Record<string, string>> {
    return {};
  }

  async stop(): Promise<void> {}

  /** The files of the next batch, taken out of `unread`. */
  private async takeFiles(limit: ReadLimit): Promise<InputFile[]> {
    if (!this.isFixed && this.unread.length === 0) {
      this.unread = await this.newFiles();
      this.isFixed = this.context.bounded;
    }
    const count = countWithin(this.unread, limit);
    const taken = this.unread.slice(0, count);
    this.unread = this.unread.slice(count);
    if (!this.isFixed && !this.isWorthKeeping(limit)) this.unread = [];
    return taken;
  }

  /** Whether the files left fill enough of a batch to go without a new listing, as Spark decides it. */
  private isWorthKeeping(limit: ReadLimit): boolean {
    if (this.options.latestFirst) return false;
    this.unread = this.unread.slice(0, this.options.maxCachedFiles);
    const files = limit.maxFiles === undefined ? Infinity : this.unread.length / limit.maxFiles;
    const bytes = limit.maxBytes === undefined ? Infinity : this.unread.reduce((sum, file) => sum + file.sizeBytes, 0) / limit.maxBytes;
    return Math.min(files, bytes) >= this.options.discardCachedInputRatio;
  }

  private async newFiles(): Promise<InputFile[]> {
    const listed = await this.listing.list((path) => this.seen.has(path));
    const direction = this.options.latestFirst ? -1 : 1;
    const order = this.context.bounded
      ? byPath
      : (a: InputFile, b: InputFile): number => (a.modifiedMs - b.modifiedMs) * direction || byPath(a, b);
    const found = listed.filter((file) => this.seen.isNew(file.path, file.modifiedMs)).toSorted(order);
    return this.options.fileNameOnly && !this.context.bounded ? firstOfEachName(found) : found;
  }
}

const emptySchema: Schema = { kind: "struct", fields: [] };

/** Constants of both, as one batch. */
function beside(a: Batch | null, b: Batch): Batch {
  return a === null ? b : batchOf({ kind: "struct", fields: [...a.schema.fields, ...b.schema.fields] }, [...a.columns, ...b.columns], 1);
}

/** A reader that knows what its folders say, and where its records are. */
function withFacts(reader: PartitionReader, constants: Batch | null, placeOf: (record: string | null) => Promise<string>): PartitionReader {
  const ofFolders = constants === null ? {} : { constants };
  if (reader.kind === "bytes")
    return { kind: "bytes", ...ofFolders, placeOf, read: (into) => reader.read(into), close: () => reader.close() };
  return constants === null ? reader : { kind: "columns", constants, next: () => reader.next(), close: () => reader.close() };
}

/** How many files, from the front, a batch takes: at least one. */
function countWithin(files: readonly InputFile[], limit: ReadLimit): number {
  const most = Math.min(files.length, limit.maxFiles ?? Infinity);
  let bytes = 0;
  for (let i = 0; i < most; i++) {
    bytes += files[i]!.sizeBytes;
    if (i > 0 && bytes > (limit.maxBytes ?? Infinity)) return i;
  }
  return most;
}

/** Two files of one name that come together are one file as well. */
function firstOfEachName(files: readonly InputFile[]): InputFile[] {
  const names = new Set<string>();
  return files.filter(({ path }) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return !names.has(name) && names.add(name);
  });
}

function byPath(a: InputFile, b: InputFile): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** The entry of the source's log that an offset stands for, −1 before the first; NaN for what is no offset. As in Spark a number alone is one too. */
function entryOf(offset: Offset | null): number {
  if (offset === null) return -1;
  try {
    const parsed = JSON.parse(offset) as unknown;
    const entry = typeof parsed === "object" && parsed !== null && "logOffset" in parsed ? parsed.logOffset : parsed;
    return typeof entry === "number" ? entry : NaN;
  } catch {
    return NaN;
  }
}
