import { describe, expect, it, vi } from "vitest";
import { CheckpointFuzzer, fuzzedQueries, type Outcome } from "./checkpointFuzzer.js";

/*
 * A damaged checkpoint or manifest gives the right rows, or a condition that names the file; nothing else. `npm run nightly` does it more often, from another
 * seed on.
 */
const mutations = Number(process.env["FUZZ_MUTATIONS"] ?? "240");
const firstSeed = Number(process.env["FUZZ_SEED"] ?? "1");

// Many runs a test, on a machine that may be busy.
vi.setConfig({ testTimeout: 600_000 + 500 * mutations });

describe("kind: parsed but not validated: damaged files of a checkpoint and its manifest", () => {
  it.each(fuzzedQueries)("$name", async (query) => {
    const fuzzer = await CheckpointFuzzer.of(query);
    const outcomes: Outcome[] = [];
    for (let i = 0; i < mutations / fuzzedQueries.length; i++) outcomes.push(await fuzzer.damage(firstSeed + i));
    const bad = outcomes.filter(({ verdict }) => verdict === "WRONG ROWS" || verdict === "RAW ERROR");
    expect(bad).toEqual([]);
    // What a query is may be compared with a whole file; then the condition names the checkpoint.
    const elsewhere = outcomes.filter(({ verdict }) => verdict === "refused, naming the place").map(({ detail }) => detail);
    const ofWholes =
      /QUERY_CHANGED|STATE_SCHEMA_CHANGED|SINK_BELONGS_TO_ANOTHER_QUERY|CHECKPOINT_INCONSISTENT|MANIFEST_BEHIND_QUERY|MANIFEST_INCOMPLETE/;
    expect(elsewhere.filter((detail) => !ofWholes.test(detail))).toEqual([]);
    const counts = new Map<string, number>();
    for (const { verdict } of outcomes) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    expect(counts.get("refused, naming the file")).toBeGreaterThan(outcomes.length / 4);
    if (process.env["FUZZ_MUTATIONS"] !== undefined) console.log(query.name, Object.fromEntries(counts));
  });
});
