import { crc32c } from "@node-rs/crc32";
import { largestPieceBytes } from "./codecLimits.js";
import { loadCodec, loadedCodec } from "./codecs.js";
import type { AbortedTransaction } from "./fetch.js";
import { readInt64 } from "./wire.js";

/** Which parts of a record are wanted; the others are stepped over. */
export interface WantedColumns {
  readonly key: boolean;
  readonly value: boolean;
  readonly offset: boolean;
  readonly timestamp: boolean;
  readonly timestampType: boolean;
  readonly headers: boolean;
}

/** Byte strings as views of `DecodedRecords.data`; `nulls[i]` is 1 where there is none. */
export interface Views {
  starts: Int32Array;
  lengths: Int32Array;
  nulls: Uint8Array;
  anyNull: boolean;
}

/** The records of one fetched piece of a partition, as columns. Borrowed until the next `decode`; arrays may be longer than `count`. */
export interface DecodedRecords {
  count: number;
  /** Where to fetch next: after the last whole batch, whether or not its records were wanted. */
  nextOffset: number;
  data: Uint8Array;
  readonly keys: Views;
  readonly values: Views;
  offsets: Float64Array;
  /** ms. */
  timestamps: Float64Array;
  /** 0 create time, 1 log append time. */
  timestampTypes: Int32Array;
  /** Headers of record i: entries `headerOffsets[i] .. headerOffsets[i + 1])` of the two lists. */
  headerOffsets: Int32Array;
  readonly headerKeys: Views;
  readonly headerValues: Views;
}

/** One record batch whose records are wanted: where they are, decompressed, and what its header says of all of them. */
interface RecordBatch {
  start: number;
  end: number;
  count: number;
  baseOffset: number;
  firstTimestamp: number;
  /** Of all records under log append time; NaN when each has its own. */
  appendTimestamp: number;
}

/** Sizes and positions in a batch's header (message format 2). */
const header = {
  baseOffset: 0,
  batchLength: 8,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  recordsCount: 57,
  size: 61,
} as const;

const attribute = { compression: 0x07, logAppendTime: 0x08, transactional: 0x10, control: 0x20 } as const;

/** Batches in bytes a length prefix covers only from here on. */
const lengthPrefixBytes = 12;

/**
 * Decodes record batches of Kafka's message format 2 straight into columns. One decoder serves one partition reader: its buffers are reused.
 *
 * Skips control records, aborted transactions, and records outside `[from, to)`. Throws a RangeError for bytes that are no record batches.
 */
export class RecordDecoder {
  private capacity = 0;
  private arena: Buffer = Buffer.alloc(0);
  private arenaLength = 0;
  private readonly result: DecodedRecords;

  constructor(private readonly wanted: WantedColumns) {
    this.result = {
      count: 0,
      nextOffset: 0,
      data: this.arena,
      keys: newViews(0),
      values: newViews(0),
      offsets: new Float64Array(0),
      timestamps: new Float64Array(0),
      timestampTypes: new Int32Array(0),
      headerOffsets: new Int32Array(1),
      headerKeys: newViews(0),
      headerValues: newViews(0),
    };
  }

  /**
   * @param records whole batches, and perhaps the beginning of one
   * @param aborted the aborted transactions that the broker names for this piece; empty for read_uncommitted
   * @param from the offset that was asked for; `to` the offset before which reading ends
   */
  async decode(records: Buffer, aborted: readonly AbortedTransaction[], from: number, to: number): Promise<DecodedRecords> {
    await loadCodecsOf(records);
    const { result } = this;
    const plan = this.planBatches(records, aborted, from, to);
    result.data = plan.compressed ? this.arena : records;
    this.reserve(plan.batches.reduce((count, batch) => count + batch.count, 0));
    result.count = 0;
    result.headerOffsets[0] = 0;
    for (const views of [result.keys, result.values, result.headerKeys, result.headerValues]) views.anyNull = false;
    for (const batch of plan.batches) this.decodeBatch(result.data as Buffer, batch, from, to);
    return result;
  }

  /** Reads the headers: which batches count, and where their (decompressed) records are. Sets `nextOffset`. */
  private planBatches(records: Buffer, aborted: readonly AbortedTransaction[], from: number, to: number) {
    const transactions = new TransactionFilter(aborted);
    const compressed = anyCompressed(records);
    this.arenaLength = 0;
    const batches: RecordBatch[] = [];
    let next = from;
    for (const at of batchPositions(records)) {
      const end = at + lengthPrefixBytes + records.readInt32BE(at + header.batchLength);
      const baseOffset = readInt64(records, at + header.baseOffset);
      if (baseOffset >= to) {
        next = Math.max(next, to);
        break;
      }
      checkBatch(records, at, end);
      const lastOffset = baseOffset + records.readInt32BE(at + header.lastOffsetDelta);
      next = Math.max(next, lastOffset + 1);
      if (!transactions.passes(records, at, lastOffset) || lastOffset < from) continue;
      const range = compressed ? this.unpack(records, at, end) : { start: at + header.size, end };
      batches.push({ ...batchFacts(records, at, baseOffset, range.end - range.start), ...range });
    }
    this.result.nextOffset = next;
    return { batches, compressed };
  }

  /** Puts the records of a batch, decompressed, behind what the arena holds. */
  private unpack(records: Buffer, at: number, end: number): { start: number; end: number } {
    const body = records.subarray(at + header.size, end);
    const code = records.readInt16BE(at + header.attributes) & attribute.compression;
    const bytes = code === 0 ? body : loadedCodec(code)!.decompress(body);
    const start = this.arenaLength;
    this.arenaLength += bytes.length;
    if (this.arenaLength > largestPieceBytes) {
      throw new RangeError(`more than ${largestPieceBytes} bytes, decompressed, in one piece; lower kafka.max.partition.fetch.bytes`);
    }
    if (this.arenaLength > this.arena.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(this.arenaLength, this.arena.length * 2));
      this.arena.copy(grown, 0, 0, start);
      this.arena = grown;
    }
    this.arena.set(bytes, start);
    return { start, end: this.arenaLength };
  }

  private reserve(count: number): void {
    if (count <= this.capacity) return;
    this.capacity = Math.max(count, this.capacity * 2);
    const { result, wanted } = this;
    if (wanted.key) Object.assign(result.keys, newViews(this.capacity));
    if (wanted.value) Object.assign(result.values, newViews(this.capacity));
    if (wanted.offset) result.offsets = new Float64Array(this.capacity);
    if (wanted.timestamp) result.timestamps = new Float64Array(this.capacity);
    if (wanted.timestampType) result.timestampTypes = new Int32Array(this.capacity);
    if (wanted.headers) result.headerOffsets = new Int32Array(this.capacity + 1);
  }

  /** The hot loop. Offsets outside `[from, to)` are stepped over. */
  private decodeBatch(data: Buffer, batch: RecordBatch, from: number, to: number): void {
    const { result, wanted } = this;
    const { keys, values, offsets, timestamps } = result;
    const { baseOffset, firstTimestamp, appendTimestamp, end } = batch;
    const ownTimestamp = Number.isNaN(appendTimestamp);
    const firstRow = result.count;
    let row = firstRow;
    let p = batch.start;
    for (let left = batch.count; left > 0; left--) {
      const length = varint(data, p);
      const next = varintEnd + length;
      if (length < 0 || next > end) throw new RangeError("a record that ends outside its batch");
      const timestampDelta = varint(data, varintEnd + 1); // behind the attributes, of which none are defined
      const offset = baseOffset + varint(data, varintEnd);
      p = varintEnd;
      if (offset < from || offset >= to) {
        p = next;
        continue;
      }
      const keyLength = varint(data, p);
      if (wanted.key) {
        keys.starts[row] = varintEnd;
        keys.lengths[row] = keyLength;
      }
      p = keyLength > 0 ? varintEnd + keyLength : varintEnd;
      const valueLength = varint(data, p);
      if (wanted.value) {
        values.starts[row] = varintEnd;
        values.lengths[row] = valueLength;
      }
      p = valueLength > 0 ? varintEnd + valueLength : varintEnd;
      if (p > next) throw new RangeError("a key or value that ends outside its record");
      if (wanted.offset) offsets[row] = offset;
      if (wanted.timestamp) timestamps[row] = ownTimestamp ? firstTimestamp + timestampDelta : appendTimestamp;
      if (wanted.headers) this.decodeHeaders(data, p, next, row);
      row++;
      p = next;
    }
    result.count = row;
    if (wanted.key) settleNulls(keys, firstRow, row);
    if (wanted.value) settleNulls(values, firstRow, row);
    if (wanted.timestampType) result.timestampTypes.fill(ownTimestamp ? 0 : 1, firstRow, row);
  }

  private decodeHeaders(data: Buffer, at: number, end: number, row: number): void {
    const { headerOffsets, headerKeys, headerValues } = this.result;
    const count = varint(data, at);
    let p = varintEnd;
    const first = headerOffsets[row]!;
    if (count < 0 || count > end - at) throw new RangeError("a record with an impossible number of headers");
    growViews(headerKeys, first + count);
    growViews(headerValues, first + count);
    for (let i = first; i < first + count; i++) {
      for (const views of [headerKeys, headerValues]) {
        const length = varint(data, p);
        p = varintEnd;
        views.starts[i] = p;
        views.lengths[i] = length;
        if (length > 0) p += length;
        if (p > end) throw new RangeError("a header that ends outside its record");
      }
    }
    settleNulls(headerKeys, first, first + count);
    settleNulls(headerValues, first, first + count);
    headerOffsets[row + 1] = first + count;
  }
}

/** Where to fetch after `records`, which were fetched from offset `from`: behind the last whole batch. */
export function nextOffsetOf(records: Buffer, from: number): number {
  let next = from;
  for (const at of batchPositions(records)) {
    next = Math.max(next, readInt64(records, at + header.baseOffset) + records.readInt32BE(at + header.lastOffsetDelta) + 1);
  }
  return next;
}

/** Drops control batches and aborted transactions, as the Java client does. Sees every batch, in order. */
class TransactionFilter {
  private readonly pending: AbortedTransaction[];
  private readonly abortedProducers = new Set<number>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.pending = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  passes(records: Buffer, at: number, lastOffset: number): boolean {
    const attributes = records.readInt16BE(at + header.attributes);
    const isControl = (attributes & attribute.control) !== 0;
    if ((attributes & attribute.transactional) === 0) return !isControl;
    while (this.pending.length > 0 && this.pending[0]!.firstOffset <= lastOffset)
      this.abortedProducers.add(this.pending.shift()!.producerId);
    const producerId = readInt64(records, at + header.producerId);
    // A control batch of a transaction is the marker that ends it; a later transaction of this producer counts again.
    if (isControl) this.abortedProducers.delete(producerId);
    return !isControl && !this.abortedProducers.has(producerId);
  }
}

function batchFacts(records: Buffer, at: number, baseOffset: number, byteLength: number) {
  const isAppendTime = (records.readInt16BE(at + header.attributes) & attribute.logAppendTime) !== 0;
  const count = records.readInt32BE(at + header.recordsCount);
  // A record takes 7 bytes at least, so a damaged count cannot make us allocate much.
  if (count < 0 || count * 7 > byteLength) throw new RangeError(`a batch with an impossible number of records (${count})`);
  return {
    count,
    baseOffset,
    firstTimestamp: readInt64(records, at + header.firstTimestamp),
    appendTimestamp: isAppendTime ? readInt64(records, at + header.maxTimestamp) : Number.NaN,
  };
}

function checkBatch(records: Buffer, at: number, end: number): void {
  const magic = records[at + header.magic];
  if (magic !== 2) throw new RangeError(`message format ${magic}, written before Kafka 0.11, is not supported`);
  const expected = records.readUInt32BE(at + header.crc);
  if (crc32c(records.subarray(at + header.attributes, end)) !== expected) throw new RangeError("the checksum of a batch does not match");
}

/** Where the whole batches begin. */
function* batchPositions(records: Buffer): Generator<number> {
  for (let at = 0; at + header.size <= records.length;) {
    const length = records.readInt32BE(at + header.batchLength);
    if (length < header.size - lengthPrefixBytes) throw new RangeError(`a batch of ${length} bytes`);
    const end = at + lengthPrefixBytes + length;
    if (end > records.length) return;
    yield at;
    at = end;
  }
}

function anyCompressed(records: Buffer): boolean {
  for (const at of batchPositions(records)) {
    if ((records.readInt16BE(at + header.attributes) & attribute.compression) !== 0) return true;
  }
  return false;
}

async function loadCodecsOf(records: Buffer): Promise<void> {
  for (const at of batchPositions(records)) {
    const code = records.readInt16BE(at + header.attributes) & attribute.compression;
    if (code !== 0 && !loadedCodec(code)) await loadCodec(code);
  }
}

function newViews(capacity: number): Views {
  return { starts: new Int32Array(capacity), lengths: new Int32Array(capacity), nulls: new Uint8Array(capacity), anyNull: false };
}

function growViews(views: Views, length: number): void {
  if (length <= views.starts.length) return;
  const grown = newViews(Math.max(length, views.starts.length * 2, 64));
  grown.starts.set(views.starts);
  grown.lengths.set(views.lengths);
  grown.nulls.set(views.nulls);
  grown.anyNull = views.anyNull;
  Object.assign(views, grown);
}

/** A length of -1 says null. */
function settleNulls(views: Views, start: number, end: number): void {
  const { lengths, nulls } = views;
  for (let i = start; i < end; i++) {
    if (lengths[i]! >= 0) {
      nulls[i] = 0;
    } else {
      nulls[i] = 1;
      lengths[i] = 0;
      views.anyNull = true;
    }
  }
}

/** Where the last `varint` ended. */
let varintEnd = 0;

/** The zigzag number at `at`; almost all take one byte. */
function varint(data: Uint8Array, at: number): number {
  const byte = data[at]!;
  if (byte >= 0x80 || byte === undefined) return longVarint(data, at);
  varintEnd = at + 1;
  return (byte >>> 1) ^ -(byte & 1);
}

/** Exact to 2^53; timestamp deltas pass 2^28 easily, so it is not 32-bit arithmetic. */
function longVarint(data: Uint8Array, at: number): number {
  let p = at;
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = data[p++];
    if (byte === undefined || p - at > 10) throw new RangeError("a number that does not end");
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
    scale *= 128;
  }
  varintEnd = p;
  if (value > Number.MAX_SAFE_INTEGER) throw new RangeError("a number beyond 2^53");
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
