import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { count, Session, window } from "../../index.js";

// What a query writes is its user's, lies in the folders that it was given, and has no credentials in it.

const credential = "cr3dential-that-n0body-sees";
const hostile = ["../../evil", "/etc/evil", "..", ".", "a/b", "%2e%2e", "C:\\evil", "k=1/../..", "\u0000"];

let folder = "";
let umaskBefore = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-confined-"));
  mkdirSync(join(folder, "inner/in"), { recursive: true });
  const lines = hostile.map((k, i) => JSON.stringify({ k, at: `2026-01-01T00:00:${10 + i}Z` }));
  writeFileSync(join(folder, "inner/in/1.json"), `${lines.join("\n")}\n`);
  umaskBefore = process.umask(0o077);
});

afterEach(() => {
  process.umask(umaskBefore);
  rmSync(folder, { recursive: true, force: true });
});

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => join(path, name));
}

describe("what a query writes", () => {
  test("whatever values, names of queries and paths say: inside its folders, by the user's umask, without credentials", async () => {
    const said: string[] = [];
    const session = Session.create({
      conf: { "spark.hadoop.fs.s3a.secret.key": credential, "spark.hadoop.fs.s3a.access.key": "KEY" },
      warn: (text) => void said.push(text),
      print: (text) => void said.push(text),
    });
    const inner = join(folder, "inner");
    const input = session.readStream.schema("k STRING, at TIMESTAMP").json(join(inner, "in")).withWatermark("at", "1 second");
    const start = (name: string) => ({ checkpointLocation: join(inner, `checkpoint-${name}`), path: join(inner, `out-${name}`) });
    const queries = [
      await input.writeStream
        .queryName("../../q")
        .partitionBy("k")
        .format("json")
        .options(start("rows"))
        .trigger({ availableNow: true })
        .start(),
      await input
        .groupBy(window("at", "2 seconds"), "k")
        .agg(count().as("n"))
        .select("k", "n")
        .writeStream.partitionBy("k")
        .format("parquet")
        .options(start("groups"))
        .trigger({ availableNow: true })
        .start(),
    ];
    for (const query of queries) {
      await query.awaitTermination();
      said.push(JSON.stringify(query.recentProgress), query.explain("extended"));
    }
    expect(readdirSync(folder)).toEqual(["inner"]);
    expect(readdirSync(inner).toSorted()).toEqual(["checkpoint-groups", "checkpoint-rows", "in", "out-groups", "out-rows"]);
    const written = filesBelow(inner).filter((path) => !path.startsWith(join(inner, "in")));
    expect(written.length).toBeGreaterThan(40);
    // Windows has no such modes.
    if (process.platform !== "win32") expect(written.filter((path) => (statSync(path).mode & 0o077) !== 0)).toEqual([]);
    const texts = written.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path, "latin1"));
    expect([...texts, ...said].filter((text) => text.includes(credential))).toEqual([]);
    const read = await session.read.json(join(inner, "out-rows"));
    expect((await read.collect()).map(({ k }) => k as string).toSorted()).toEqual(hostile.toSorted());
    await session.stop();
  });
});
