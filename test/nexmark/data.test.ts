import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { writeNexmarkData } from "../bench/nexmarkData.js";

const folder = mkdtempSync(join(tmpdir(), "nexmark-data-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

// The recorded data are of the generator that the benchmark's peers are given data of: `nexgen t 0.0007 7 3`.
test("the data that the bench makes are those of the benchmark's generator, byte by byte", () => {
  writeNexmarkData(folder, { scale: 0.0007, seed: 7, rate: 3 });
  for (const kind of ["person", "auction", "bid"]) {
    const recorded = fileURLToPath(new URL(`data/${kind}`, import.meta.url));
    const names = readdirSync(recorded);
    expect(readdirSync(join(folder, kind)).length).toBe(names.length);
    for (const name of names) {
      const bytes = readFileSync(join(recorded, name));
      const [expected, own] = name.endsWith(".gz") ? [gunzipSync(bytes), name.slice(0, -3)] : [bytes, name];
      expect(readFileSync(join(folder, kind, own), "utf8")).toBe(expected.toString("utf8"));
    }
  }
});
