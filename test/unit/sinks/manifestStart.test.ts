import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { manifestText, type ManifestEntry } from "../../../connectors/files/manifest.js";
import { field, types } from "../../../engine/arrow/types.js";
import type { CommittedBatch, Sink } from "../../../engine/contract/sink.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";
import { ListedPaths } from "../../../sinks/files/listedPaths.js";
import { jsonSinkProvider } from "../../../sinks/files/sink.js";
import { sinkIdentity } from "../../contracts/sinkContract.js";
import { temporaryFolder } from "../sources/support.js";

const schema = types.struct([field("a", types.int)]);
const batches = 100_000;

/** An output of so many batches, each of one file, whose data was archived. */
async function outputOf(count: number): Promise<{ path: string; committed: CommittedBatch[]; manifest: string }> {
  const path = await temporaryFolder();
  const manifest = join(path, "_spark_metadata");
  await sinkOf(path).start(sinkIdentity);
  const entries = Array.from({ length: count }, (_, i): ManifestEntry => ({
    path: `file://${path}/part-00000-${String(i).padStart(8, "0")}-8a1f-4c33-9d7e-1f2a3b4c5d6e-c000.json`,
    size: 1000 + i,
    isDir: false,
    modificationTime: 1_700_000_000_000 + i,
    blockReplication: 1,
    blockSize: 33_554_432,
    action: "add",
  }));
  const bytes = new TextEncoder().encode(manifestText(entries));
  const name = `${count - 1}.compact`;
  await writeFile(join(manifest, name), bytes);
  const committed = Array.from({ length: 10 }, (_, i) => {
    const batchId = count - 10 + i;
    return { batchId, receipt: { manifest, entries: i === 9 ? { [name]: crc32(bytes) } : {}, files: 1 } };
  });
  return { path, committed, manifest: join(manifest, name) };
}

function sinkOf(path: string): Sink {
  const base = { schema, outputMode: "append", streaming: true, partitionBy: [], conf: {}, print: () => {}, warn: () => {} } as const;
  return jsonSinkProvider.create({ ...base, runtime: systemRuntime(), options: { path } });
}

async function startMs({ path, committed }: Awaited<ReturnType<typeof outputOf>>, receipts: boolean): Promise<number> {
  const sink = sinkOf(path);
  const from = process.cpuUsage();
  await sink.start(sinkIdentity, receipts ? committed : []);
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}

/** The least processor time of several runs: what a busy machine adds is no part of it. */
async function least(work: () => Promise<number>): Promise<number> {
  let ms = Infinity;
  for (let i = 0; i < 5; i++) ms = Math.min(ms, await work());
  return ms;
}

describe("kind: a start does not grow with what was ever written", () => {
  it("takes at most 50 ms longer with 100,000 entries in the manifest, on a machine that reads them and sums their bytes up in 25 ms", async () => {
    const [large, small] = [await outputOf(batches), await outputOf(10)];
    // What any start must do: how fast a disk and a processor are that others share is part of the measure.
    const readMs = await least(async () => {
      const from = process.cpuUsage();
      crc32(await readFile(large.manifest));
      const { user, system } = process.cpuUsage(from);
      return (user + system) / 1000;
    });
    const startOfSmall = await least(() => startMs(small, true));
    expect((await least(() => startMs(large, true))) - startOfSmall).toBeLessThan(2 * readMs);
    // Once, where a run died before it said what it had written: every path is looked at, but no JSON is parsed, and few files are looked for.
    expect((await least(() => startMs(large, false))) - startOfSmall).toBeLessThan(15 * readMs);
  });
});

const line = (path: string, action = "add"): string => `{"path":${JSON.stringify(path)},"size":1,"isDir":false,"action":"${action}"}`;
const entry = (...lines: readonly string[]): Uint8Array => new TextEncoder().encode(["v1", ...lines].join("\n"));

describe("paths that a manifest lists twice", () => {
  it("are found, in one entry and over several, and no others", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 200 }), { maxLength: 4 }), (entries) => {
        const all = entries.flat();
        const paths = new ListedPaths();
        const taken = entries.every((numbers) => paths.add(entry(...numbers.map((n) => line(`file:///out/é-${n}.json`)))));
        expect(taken).toBe(new Set(all).size === all.length);
      }),
    );
  });

  it("are not spoken of where a line is another than Spark and we write", () => {
    for (const strange of [line('a"b'), line("a", "delete"), ` ${line("a")}`, "{}", '{"path":"a","action":"add"}', "not json"])
      expect(new ListedPaths().add(entry(line("x"), strange))).toBe(false);
    expect(new ListedPaths().add(new TextEncoder().encode(`v2\n${line("a")}`))).toBe(false);
    expect(new ListedPaths().add(entry())).toBe(true);
  });
});
