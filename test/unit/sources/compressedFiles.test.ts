import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codecOfName, compress, textCodecs, uncompressed, writtenCodecs, type TextCodec } from "../../../connectors/files/codecs.js";
import { compressionCode, loadCodec } from "../../../connectors/kafka/codecs.js";
import { Session } from "../../../index.js";
import { testRuntime } from "../../runtime/testRuntime.js";
import { temporaryFolder } from "./support.js";

const session = Session.create({ runtime: testRuntime(), warn: () => {} });

/** Five rows as Spark 4.3.0 wrote them with its option `compression`; those of Zstandard as pyarrow (of no stated length) and the command `zstd` did. */
const written: readonly (readonly [string, string])[] = [
  ["spark.txt.bz2", "QlpoOTFBWSZTWaa46qwAAApZgAAQQAB8AAAAkIAgACEVGjJ6hADC6524mJE8kT4u5IpwoSFNcdVY"],
  ["spark.txt.lz4", "AAAAHgAAABpgcm93IDAKBgARMQYAETIGAIAzCnJvdyA0Cg=="],
  ["spark.txt.snappy", "AAAAHgAAAB0eFHJvdyAwCgEGADEFBjQyCnJvdyAzCnJvdyA0Cg=="],
  ["spark.txt.gz", "H4sIAAAAAAAAACvKL1cw4CoCkoZg0ghMGoNJEy4AP8L7wR4AAAA="],
  ["spark.txt.deflate", "eJwryi9XMOAqApKGYNIITBqDSRMuAIuXCIU="],
  ["arrow.txt.zst", "KLUv/QBI8QAAcm93IDAKcm93IDEKcm93IDIKcm93IDMKcm93IDQK"],
  ["command.txt.ZST", "KLUv/QRY8QAAcm93IDAKcm93IDEKcm93IDIKcm93IDMKcm93IDQKxHi/5g=="],
];
const rows = Array.from({ length: 5 }, (_, i) => ({ value: `row ${i}` }));

async function contentOf(codec: TextCodec, pieces: readonly Uint8Array[]): Promise<Buffer> {
  async function* given(): AsyncGenerator<Uint8Array> {
    yield* pieces;
  }
  const found: Uint8Array[] = [];
  for await (const piece of uncompressed(codec, given())) found.push(piece);
  return Buffer.concat(found);
}

function cut(bytes: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) => bytes.slice(i * length, (i + 1) * length));
}

describe("compressed files of text", () => {
  it.each(written)("reads %s", async (name, base64) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, name), Buffer.from(base64, "base64"));
    expect(await session.read.text(folder).collect()).toEqual(rows);
  });

  it.each(written)("reads two of %s that were put together, in pieces of any length", async (name, base64) => {
    const one = Buffer.from(base64, "base64");
    // What `deflate` has behind its end is not read, as everywhere.
    const times = name.endsWith(".deflate") ? 1 : 2;
    const text = rows.map(({ value }) => `${value}\n`).join("");
    for (const length of [1, 7, 1000]) {
      expect(String(await contentOf(codecOfName(name)!, cut(Buffer.concat(Array<Buffer>(times).fill(one)), length)))).toBe(
        text.repeat(times),
      );
    }
  });

  it("reads the several chunks of one of Hadoop's blocks", async () => {
    const chunk = Buffer.from("AAAAHR4Ucm93IDAKAQYAMQUGNDIKcm93IDMKcm93IDQK", "base64");
    const block = Buffer.concat([Buffer.from([0, 0, 0, 60]), chunk, chunk, Buffer.from([0, 0, 0, 0])]);
    expect(String(await contentOf("snappy", [block]))).toBe(
      rows
        .map(({ value }) => `${value}\n`)
        .join("")
        .repeat(2),
    );
  });

  it("reads what it writes, of any length", async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 20_000 })).map(([part, times]) => {
        return Uint8Array.from({ length: part.length * times }, (_, i) => part[i % part.length]!);
      }),
      fc.integer({ min: 60_000, max: 200_000 }).map((length) => Uint8Array.from({ length }, (_, i) => (i * i * 31) % 251)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom(...writtenCodecs), fc.integer({ min: 100, max: 100_000 }), async (given, codec, length) => {
        const content = await contentOf(codec, cut(await compress(codec, given), length));
        expect(content.equals(given)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("ends with a condition at damage, or gives what was written", async () => {
    const folder = await temporaryFolder();
    for (const [name, base64] of written) {
      const bytes = Buffer.from(base64, "base64");
      for (let end = 1; end < bytes.length; end++) {
        const path = join(folder, name);
        await writeFile(path, bytes.subarray(0, end));
        const read = await session.read
          .text(path)
          .collect()
          .catch((error: unknown) => error);
        if (Array.isArray(read)) expect(rows.slice(0, read.length)).toEqual(read);
        else expect(read).toMatchObject({ condition: "FAILED_READ_FILE.NO_HINT" });
      }
    }
  });

  it.each(["json", "csv", "text"] as const)("writes %s in every codec under Spark's names", async (format) => {
    const folder = await temporaryFolder();
    const frame = session.range(0, 100).selectExpr("'row ' || id AS value");
    const lines = Array.from({ length: 100 }, (_, i) => (format === "json" ? `{"value":"row ${i}"}` : `row ${i}`));
    const plain = Buffer.from(`${lines.join("\n")}\n`);
    for (const codec of writtenCodecs) {
      const out = join(folder, codec);
      await frame.write.format(format).option("compression", codec.toUpperCase()).save(out);
      const [name] = readdirSync(out).filter((file) => file.startsWith("part-"));
      expect(name).toMatch(new RegExp(`\\.${format === "text" ? "txt" : format}${textCodecs[codec].replace(".", "\\.")}$`));
      const bytes = await readFile(join(out, name!));
      expect(codec !== "none" && codec !== "uncompressed" ? await contentOf(codec, [bytes]) : bytes).toEqual(plain);
      const reader = session.read.schema("value STRING").format(format);
      expect(await reader.load(out).collect()).toEqual(await frame.collect());
    }
  });

  it("shares Zstandard with Kafka, whoever comes first", async () => {
    const bytes = Buffer.from("a row\n".repeat(100));
    const first = await compress("zstd", bytes);
    const kafka = await loadCodec(compressionCode.zstd);
    expect(Buffer.from(kafka.decompress(Buffer.from(first)))).toEqual(bytes);
    expect(await contentOf("zstd", [kafka.compress(bytes)])).toEqual(bytes);
  });

  it("refuses codecs that it cannot write, and files that it cannot read, by name", async () => {
    const folder = await temporaryFolder();
    const frame = session.range(0, 1).selectExpr("'a' AS value");
    await expect(frame.write.option("compression", "bzip2").text(join(folder, "out"))).rejects.toMatchObject({
      condition: "INVALID_OPTION_VALUE",
      parameters: { option: "compression" },
    });
    await writeFile(join(folder, "x.txt.xz"), "a");
    await expect(session.read.text(join(folder, "x.txt.xz")).collect()).rejects.toMatchObject({ condition: "NOT_YET_SUPPORTED" });
  });
});
