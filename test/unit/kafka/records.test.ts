import { crc32c } from "@node-rs/crc32";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compressionCode, loadCodec } from "../../../connectors/kafka/codecs.js";
import { RecordDecoder, type DecodedRecords, type Views, type WantedColumns } from "../../../connectors/kafka/recordDecoder.js";
import { RecordBatchBuilder, recordSize, type ByteViews, type HeaderViews } from "../../../connectors/kafka/recordEncoder.js";

interface TestRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [Uint8Array, Uint8Array | null])[];
}

const everything: WantedColumns = { key: true, value: true, offset: true, timestamp: true, timestampType: true, headers: true };
const producer = { producerId: 7, producerEpoch: 1 };

const bytes = fc.uint8Array({ maxLength: 200 });
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(fc.tuple(bytes, fc.option(bytes)), { maxLength: 3 }),
});

function viewsOf(values: readonly (Uint8Array | null)[]): ByteViews {
  const data = Buffer.concat(values.map((value) => value ?? new Uint8Array(0)));
  const starts = new Int32Array(values.length);
  const lengths = new Int32Array(values.length);
  let at = 0;
  values.forEach((value, i) => {
    starts[i] = at;
    lengths[i] = value ? value.length : -1;
    at += value?.length ?? 0;
  });
  return { data, starts, lengths };
}

/** One batch as a broker would keep it: at an offset, with a time, within a transaction or not. */
function encode(
  records: readonly TestRecord[],
  baseOffset: number,
  compression: number,
  codec: Awaited<ReturnType<typeof loadCodec>> | null,
): Buffer {
  const keys = viewsOf(records.map((r) => r.key));
  const values = viewsOf(records.map((r) => r.value));
  const offsets = new Int32Array(records.length + 1);
  records.forEach((r, i) => (offsets[i + 1] = offsets[i]! + r.headers.length));
  const headers: HeaderViews = {
    offsets,
    nulls: null,
    keys: viewsOf(records.flatMap((r) => r.headers.map(([key]) => key))),
    values: viewsOf(records.flatMap((r) => r.headers.map(([, value]) => value))),
  };
  const builder = new RecordBatchBuilder();
  records.forEach((_, row) => builder.add(keys, values, headers, row, recordSize(keys, values, headers, row)));
  const batch = builder.finish(producer, 0, 1_700_000_000_000, compression, codec);
  batch.writeBigInt64BE(BigInt(baseOffset), 0);
  return batch;
}

function setAttributes(batch: Buffer, attributes: number): Buffer {
  batch.writeInt16BE(attributes, 21);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

function bytesAt(views: Views, data: Uint8Array, row: number): Uint8Array | null {
  if (views.nulls[row] === 1) return null;
  return Uint8Array.from(data.subarray(views.starts[row], views.starts[row]! + views.lengths[row]!));
}

function recordsOf(decoded: DecodedRecords): (TestRecord & { offset: number })[] {
  return Array.from({ length: decoded.count }, (_, row) => ({
    offset: decoded.offsets[row]!,
    key: bytesAt(decoded.keys, decoded.data, row),
    value: bytesAt(decoded.values, decoded.data, row),
    headers: Array.from({ length: decoded.headerOffsets[row + 1]! - decoded.headerOffsets[row]! }, (__, i) => {
      const entry = decoded.headerOffsets[row]! + i;
      return [bytesAt(decoded.headerKeys, decoded.data, entry)!, bytesAt(decoded.headerValues, decoded.data, entry)] as const;
    }),
  }));
}

const oneRecord = (value: string): TestRecord[] => [{ key: null, value: Buffer.from(value), headers: [] }];

const dataAt = (offset: number, producerId: number, value: string): Buffer => {
  const batch = encode(oneRecord(value), offset, 0, null);
  batch.writeBigInt64BE(BigInt(producerId), 43);
  return setAttributes(batch, 0x10);
};

describe("record batches", () => {
  test("what is encoded is decoded: any batches, codecs, range, and a cut-off end", async () => {
    const codecs = await Promise.all([1, 2, 3, 4].map((code) => loadCodec(code)));
    const batches = fc.array(
      fc.record({ records: fc.array(record, { minLength: 1, maxLength: 8 }), compression: fc.nat(4), gap: fc.nat(3) }),
      {
        maxLength: 5,
      },
    );
    const decoder = new RecordDecoder(everything);
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(30), fc.nat(40), fc.nat(100), async (list, from, length, cut) => {
        let next = 0;
        const all: (TestRecord & { offset: number })[] = [];
        const whole = list.map(({ records, compression, gap }) => {
          const base = next + gap;
          next = base + records.length;
          all.push(...records.map((r, i) => ({ ...r, offset: base + i })));
          return encode(records, base, compression, compression === 0 ? null : codecs[compression - 1]!);
        });
        const tail = encode([{ key: null, value: new Uint8Array(150), headers: [] }], next, 0, null);
        const data = Buffer.concat([...whole, tail.subarray(0, cut)]);
        const decoded = await decoder.decode(data, [], from, from + length);
        expect(recordsOf(decoded)).toEqual(all.filter(({ offset }) => offset >= from && offset < from + length));
        expect(Array.from(decoded.timestamps.subarray(0, decoded.count))).toEqual(
          Array.from({ length: decoded.count }, () => 1_700_000_000_000),
        );
      }),
      { numRuns: 150 },
    );
  });

  test("damaged bytes give a RangeError or an error of the codec, and never another row", async () => {
    const decoder = new RecordDecoder(everything);
    const records = fc.array(record, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(records, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), async (list, at, flip, repairsChecksum) => {
        const batch = encode(list, 3, 0, null);
        // The length of the batch stays: a longer one is a batch that is cut off, which is no error.
        const position = 12 + (at % (batch.length - 12));
        batch[position]! ^= flip;
        if (repairsChecksum) batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
        try {
          const decoded = await decoder.decode(batch, [], 0, 1000);
          if (!repairsChecksum && position >= 16) expect(recordsOf(decoded)).toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect((error as Error).name).not.toBe("AssertionError");
        }
      }),
      { numRuns: 300 },
    );
  });

  test("a damaged checksum, length or message format is told", async () => {
    const decoder = new RecordDecoder(everything);
    const damage = async (change: (batch: Buffer) => void): Promise<DecodedRecords> => {
      const batch = encode([{ key: null, value: new Uint8Array(10), headers: [] }], 0, 0, null);
      change(batch);
      return decoder.decode(batch, [], 0, 10);
    };
    await expect(damage((b) => (b[70]! ^= 1))).rejects.toThrow("checksum");
    await expect(damage((b) => b.writeInt8(1, 16))).rejects.toThrow("message format 1");
    await expect(damage((b) => b.writeInt32BE(3, 8))).rejects.toThrow("a batch of 3 bytes");
    await expect(damage((b) => (b.writeInt32BE(1_000_000, 57), setAttributes(b, 0)))).rejects.toThrow("number of records");
  });

  test("log append time is that of the batch, and its own kind", async () => {
    const batch = encode([{ key: null, value: null, headers: [] }], 0, 0, null);
    batch.writeBigInt64BE(1_800_000_000_000n, 35);
    const decoded = await new RecordDecoder(everything).decode(setAttributes(batch, 0x08), [], 0, 10);
    expect([decoded.timestamps[0], decoded.timestampTypes[0]]).toEqual([1_800_000_000_000, 1]);
  });

  test("timestamp deltas beyond 32 bits", async () => {
    // length 13, attributes, delta of 10^11 ms as zigzag varint, offset delta 0, null key, null value, no headers
    const delta = 100_000_000_000;
    const varint: number[] = [];
    for (let rest = BigInt(delta) * 2n; ; rest >>= 7n) {
      varint.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
      if (rest <= 0x7fn) break;
    }
    const body = [0, ...varint, 0, 1, 1, 0];
    const head = encode([{ key: null, value: null, headers: [] }], 0, 0, null).subarray(0, 61);
    const batch = Buffer.concat([head, Buffer.from([body.length * 2, ...body])]);
    batch.writeInt32BE(batch.length - 12, 8);
    const decoded = await new RecordDecoder(everything).decode(setAttributes(batch, 0), [], 0, 10);
    expect(decoded.timestamps[0]).toBe(1_700_000_000_000 + delta);
  });

  test("each aborted transaction ends at its own marker", async () => {
    const marker = (offset: number, producerId: number): Buffer => setAttributes(dataAt(offset, producerId, "m"), 0x30);
    const log = Buffer.concat([
      dataAt(0, 1, "a"),
      dataAt(1, 2, "b"),
      marker(2, 2),
      dataAt(3, 2, "c"),
      dataAt(4, 1, "d"),
      marker(5, 1),
      dataAt(6, 1, "e"),
      marker(7, 2),
    ]);
    const aborted = [
      { producerId: 1, firstOffset: 0 },
      { producerId: 2, firstOffset: 1 },
    ];
    const decoded = await new RecordDecoder(everything).decode(log, aborted, 0, 100);
    expect(recordsOf(decoded).map(({ value }) => Buffer.from(value!).toString())).toEqual(["c", "e"]);
    expect(decoded.nextOffset).toBe(8);
  });
});

describe("codecs", () => {
  test.each(Object.entries(compressionCode).filter(([, code]) => code > 0))("%s gives back what it got, at any size", async (_, code) => {
    const codec = await loadCodec(code);
    for (const size of [0, 1, 100, 32 * 1024, 32 * 1024 + 1, 3_000_000]) {
      const input = Buffer.from(Uint8Array.from({ length: size }, (__, i) => (i * i) >> 5));
      expect(Buffer.from(codec.decompress(Buffer.from(codec.compress(input)))).equals(input)).toBe(true);
    }
  });

  test("a snappy block without the framing of the Java client", async () => {
    const snappy = await import("snappyjs");
    const codec = await loadCodec(compressionCode.snappy);
    expect(Buffer.from(codec.decompress(Buffer.from(snappy.compress(Buffer.from("plain block"))))).toString()).toBe("plain block");
  });
});
