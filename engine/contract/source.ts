import type { Batch } from "../arrow/batch.js";
import type { Schema } from "../arrow/types.js";
import type { Value } from "../arrow/value.js";
import type { Json } from "./json.js";

/** A position in a source: one line of JSON text, written as it is into the offset log (Spark's form of that source). Opaque to the engine. */
export type Offset = string;

/** How much a batch may take. Several limits: the first that is reached ends the batch, but `minRows` holds a batch back until `maxDelayMs` has passed. */
export interface ReadLimit {
  readonly maxRows?: number;
  readonly maxFiles?: number;
  readonly maxBytes?: number;
  readonly minRows?: number;
  readonly maxDelayMs?: number;
}

/** `Source.offsetProblem` of a source whose offsets are numbers. `least`: the smallest there is. */
export function countingProblem(before: number | null, now: number, least: number): string | null {
  if (!Number.isSafeInteger(now) || now < least) return "it is no offset of this source";
  return before !== null && now < before ? `it goes back from ${before} to ${now}` : null;
}

/** Everything that is there: what `trigger({ once: true })` asks for. */
export const readAll: ReadLimit = {};

/**
 * A condition that a source may apply itself, as Spark's `sources.Filter`: `column` is a path of field names. Under `not`, `and` and `or` null is neither true
 * nor false, as everywhere in SQL.
 */
export type PushedFilter =
  | { readonly op: "isNull" | "isNotNull"; readonly column: readonly string[] }
  /** `<=>` is never null: nulls are equal to null and to nothing else. */
  | { readonly op: "=" | "<=>" | "<" | "<=" | ">" | ">="; readonly column: readonly string[]; readonly value: Value }
  | { readonly op: "in"; readonly column: readonly string[]; readonly values: readonly Value[] }
  | { readonly op: "startsWith" | "endsWith" | "contains"; readonly column: readonly string[]; readonly text: string }
  | { readonly op: "not"; readonly filter: PushedFilter }
  | { readonly op: "and" | "or"; readonly filters: readonly PushedFilter[] };

/** The paths of the columns that a filter names. */
export function columnsIn(filter: PushedFilter): (readonly string[])[] {
  if ("filter" in filter) return columnsIn(filter.filter);
  return "filters" in filter ? filter.filters.flatMap(columnsIn) : [filter.column];
}

/** What the query needs of a source, known before the first batch. */
export interface ScanRequest {
  /**
   * The fields the query uses: a subset of the source's schema, in its order, nested fields pruned too, and the provider's `metadata` behind them where it is
   * asked for. May be empty (`count(*)`).
   */
  readonly schema: Schema;
  readonly filters: readonly PushedFilter[];
}

/** A part of a batch's input; one task reads it. Plain data. */
export type InputPartition = Json;

/** How the bytes of a partition become rows: decoding belongs to the engine. */
export interface DecodeSpec {
  readonly format: "csv" | "json" | "text";
  /** What a decoded row holds: the requested schema (with the corrupt-record column where asked for). */
  readonly schema: Schema;
  /** All columns that a record holds, in order, where the format knows them by their place only. */
  readonly fileSchema?: Schema;
  /** The reader's options, validated (`mode`, `columnNameOfCorruptRecord`, `timestampFormat`, `lineSep` …). */
  readonly options: Readonly<Record<string, string>>;
}

/** Lends itself to one task at a time. */
export type PartitionReader = BytesReader | ColumnsReader;

/** What both kinds of reader have. */
interface ReaderBase {
  /** Columns that are the same in every row, as a batch of one: values that folders' names say. Readers and decoders know nothing of them. */
  readonly constants?: Batch;
  close(): Promise<void>;
}

/** Newline-framed text. The engine lends the buffer; a partition is a sequence of whole records. */
export interface BytesReader extends ReaderBase {
  readonly kind: "bytes";
  /** Fills `into` from its start as far as it likes; returns the number of bytes, 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  /** Where a record of it is, for a message; null: where all of it is. */
  placeOf?(record: string | null): Promise<string>;
}

/** Columns, as the source itself decodes them. A batch is borrowed until the next pull. */
export interface ColumnsReader extends ReaderBase {
  readonly kind: "columns";
  next(): Promise<Batch | null>;
}

/** A source prepared for one query: which columns it gives and which filters it took over. */
export interface Scan {
  /** Null when the readers give columns (of the requested schema); else how the engine decodes their bytes. */
  readonly decode: DecodeSpec | null;
  /** Filters of the request that rows may still fail. */
  readonly residual: readonly PushedFilter[];
  /** Cuts (start, end] into partitions, in arrival order. The same arguments give the same partitions every time until `commit(end)`. */
  partitions(start: Offset | null, end: Offset): Promise<InputPartition[]>;
  open(partition: InputPartition): Promise<PartitionReader>;
}

/**
 * An unbounded table that can be read in ranges.
 *
 * Whatever `latestOffset` returned stays readable, with the same rows in the same order, until it is committed. A source that cannot know
 * that from its offsets alone (files) writes a log of its own before `latestOffset` returns.
 */
export interface Source {
  /** What it reads, as progress shows it (`FileStreamSource[file:/…]`, `KafkaV2[Subscribe[readings]]`). */
  readonly description: string;
  readonly schema: Schema;
  /** The limit of its options (`maxFilesPerTrigger` …). */
  readonly defaultLimit: ReadLimit;
  /** How long an idle query waits at least before it asks again, where asking costs something. */
  readonly pollingDelayMs?: number;
  /** The end of the next batch; null, or `start` itself, when there is nothing new. `start` is null before the first batch. */
  latestOffset(start: Offset | null, limit: ReadLimit): Promise<Offset | null>;
  /** Fixes what "available now" means: later calls of `latestOffset` never go beyond what is there at this moment. */
  prepareForAvailableNow(): Promise<void>;
  scan(request: ScanRequest): Scan;
  /** Batches up to `end` are committed and will not be read again. */
  commit(end: Offset): Promise<void>;
  /** Whether `a` and `b` are the same position (their texts may differ). */
  sameOffset(a: Offset, b: Offset): boolean;
  /**
   * What is wrong with an offset that the log of a checkpoint has behind another one (null before the first); null when nothing is. Asked at every start, once
   * for each offset that the log has, and before one is logged: other methods may trust the texts that they get.
   */
  offsetProblem(before: Offset | null, offset: Offset): string | null;
  /** Numbers for the progress (Kafka's lag …), as of the end of the last batch. */
  metrics(end: Offset | null): Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** A log in the checkpoint that belongs to one source (`sources/N`). */
export interface SourceLog {
  /** Where it lies, for messages; absent when it lies nowhere. */
  readonly location?: string;
  /** Adds entry `id`; false when it is there already. Durable when it resolves. Rejects when the checkpoint was taken over. */
  add(id: number, text: string): Promise<boolean>;
  get(id: number): Promise<string | null>;
  /** The ids that are there, ascending. */
  list(): Promise<number[]>;
  remove(id: number): Promise<void>;
  /** `<id>.compact` entries, as Spark's compactible logs name them. */
  addCompact(id: number, text: string): Promise<boolean>;
  getCompact(id: number): Promise<string | null>;
  listCompact(): Promise<number[]>;
  removeCompact(id: number): Promise<void>;
  /** What the offsets belong to, where a name does not say it; absent where nothing outlives the run. */
  readonly identities?: IdentityLog;
}

/** `<id>.identity` entries of a source's log: ours, beside what Spark keeps there. The newest counts. */
export interface IdentityLog {
  /** Adds entry `id`; false when it is there already. Durable when it resolves. */
  add(id: number, text: string): Promise<boolean>;
  get(id: number): Promise<string | null>;
  /** The ids that are there, ascending. */
  list(): Promise<number[]>;
  remove(id: number): Promise<void>;
  /** The file of an entry, for messages. */
  pathOf(id: number): string;
}
