import { crc32c } from "@node-rs/crc32";
import { describe, expect, it, vi } from "vitest";
import { compressionCode, compressionTypes, loadCodec, type CompressionType } from "../../connectors/kafka/codecs.js";
import { RecordDecoder, type DecodedRecords, type Views, type WantedColumns } from "../../connectors/kafka/recordDecoder.js";
import { RecordBatchBuilder, recordSize, type ByteViews, type HeaderViews } from "../../connectors/kafka/recordEncoder.js";
import { Random } from "../simulation/world/random.js";
import { mutate } from "./mutations.js";

/*
 * What a broker sends, damaged: the right records, or an error (the source names topic and offset). Some of the damaged batches get a right checksum, as a
 * producer that is wrong would make it: then anything may come of it, but in bounds.
 */
const mutations = Number(process.env["FUZZ_MUTATIONS"] ?? "600");
const firstSeed = Number(process.env["FUZZ_SEED"] ?? "1");

vi.setConfig({ testTimeout: 600_000 + 500 * mutations });

const everything: WantedColumns = { key: true, value: true, offset: true, timestamp: true, timestampType: true, headers: true };
const batchRecords = 20;
const headerBytes = 61;
const crcAt = 17;
const attributesAt = 21;

function viewsOf(texts: readonly (string | null)[]): ByteViews {
  const lengths = Int32Array.from(texts, (text) => (text === null ? -1 : text.length));
  const starts = new Int32Array(texts.length);
  for (let i = 1; i < texts.length; i++) starts[i] = starts[i - 1]! + Math.max(0, lengths[i - 1]!);
  return { data: Buffer.from(texts.join("")), starts, lengths };
}

async function batchOf(compression: CompressionType, baseOffset: number): Promise<Buffer> {
  const rows = Array.from({ length: batchRecords }, (_, i) => i + baseOffset);
  const keys = viewsOf(rows.map((i) => (i % 5 === 0 ? null : `key-${i}`)));
  const values = viewsOf(rows.map((i) => (i % 7 === 0 ? null : `the value of record ${i}`)));
  const headers: HeaderViews = {
    offsets: Int32Array.from({ length: batchRecords + 1 }, (_, i) => i),
    nulls: null,
    keys: viewsOf(rows.map((i) => `h${i}`)),
    values: viewsOf(rows.map((i) => (i % 3 === 0 ? null : "x"))),
  };
  const builder = new RecordBatchBuilder();
  for (let row = 0; row < batchRecords; row++) builder.add(keys, values, headers, row, recordSize(keys, values, headers, row));
  const code = compressionCode[compression];
  const batch = builder.finish({ producerId: 7, producerEpoch: 1 }, 0, 1_700_000_000_000, code, code === 0 ? null : await loadCodec(code));
  batch.writeBigInt64BE(BigInt(baseOffset), 0);
  return batch;
}

/** As text, so that whole pieces can be compared. */
function rowsOf(decoded: DecodedRecords): string[] {
  const { data } = decoded;
  const text = (views: Views, i: number): string =>
    views.nulls[i] === 1 ? "null" : Buffer.from(data.subarray(views.starts[i], views.starts[i]! + views.lengths[i]!)).toString("latin1");
  return Array.from({ length: decoded.count }, (_, i) => {
    const headers: string[] = [];
    for (let h = decoded.headerOffsets[i]!; h < decoded.headerOffsets[i + 1]!; h++) {
      headers.push(`${text(decoded.headerKeys, h)}=${text(decoded.headerValues, h)}`);
    }
    return [decoded.offsets[i], decoded.timestamps[i], text(decoded.keys, i), text(decoded.values, i), ...headers].join("|");
  });
}

async function decode(bytes: Buffer): Promise<string[]> {
  return rowsOf(await new RecordDecoder(everything).decode(bytes, [], 0, 1000));
}

describe("damaged record batches", () => {
  it.each(compressionTypes)("%s", async (compression) => {
    const pieces = [await batchOf(compression, 0), await batchOf(compression, batchRecords)];
    const whole = Buffer.concat(pieces);
    const expected = await decode(whole);
    expect(expected.length).toBe(2 * batchRecords);
    const counts = { right: 0, fewer: 0, refused: 0, signed: 0 };
    for (let i = 0; i < mutations / compressionTypes.length; i++) {
      const random = new Random(firstSeed + i);
      const { bytes, name } = mutate(whole, random, pieces);
      const damaged = Buffer.from(bytes ?? []);
      const isSigned = random.chance(0.4) && sign(damaged);
      const rows = await decode(damaged).catch((error: unknown) => error);
      const what = { seed: firstSeed + i, name, isSigned };
      if (isSigned) {
        expect({ ...what, isKnown: Array.isArray(rows) || rows instanceof Error }).toEqual({ ...what, isKnown: true });
        counts.signed++;
      } else if (!Array.isArray(rows)) {
        expect({ ...what, error: rows }).toEqual({ ...what, error: expect.any(Error) as Error });
        counts.refused++;
      } else if (rows.length === expected.length) {
        // The offset at which a batch begins is the only thing that its checksum does not cover.
        expect({ ...what, rows: rows.map(withoutOffset) }).toEqual({ ...what, rows: expected.map(withoutOffset) });
        counts.right++;
      } else {
        // Batches that are missing are asked for again, and those that come twice have been seen.
        const known = new Set(expected.map(withoutOffset));
        expect({ ...what, others: rows.map(withoutOffset).filter((row) => !known.has(row)) }).toEqual({ ...what, others: [] });
        counts.fewer++;
      }
    }
    expect(counts.refused).toBeGreaterThan(0);
    expect(counts.signed).toBeGreaterThan(0);
  });
});

function withoutOffset(row: string): string {
  return row.slice(row.indexOf("|"));
}

/** Gives the first batch the checksum of what it holds. */
function sign(bytes: Buffer): boolean {
  if (bytes.length < headerBytes) return false;
  const end = 12 + bytes.readInt32BE(8);
  if (end < headerBytes || end > bytes.length) return false;
  bytes.writeUInt32BE(crc32c(bytes.subarray(attributesAt, end)), crcAt);
  return true;
}
