import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Outcome } from "./runner/case.js";
import { Random } from "../simulation/world/random.js";
import { loadCases, runCase } from "./runner/runCases.js";

const listFile = "test/golden/unsupported.json";
/** Cases that the engine does not run yet. Exactly those: what begins to pass must be taken out. */
const unsupported = JSON.parse(readFileSync(join(import.meta.dirname, "unsupported.json"), "utf8")) as string[];

/** No answer depends on the number of state partitions: each streaming case has those that it was recorded with, or three. `npm run golden` has the former for all. */
const seed = Number(process.env["PARTITIONS_SEED"] ?? Math.floor(Math.random() * 1e6));
const random = new Random(seed);
const drawn = (folder: string) =>
  loadCases(join(import.meta.dirname, folder)).map((golden) => ({ golden, partitions: random.pick([undefined, 3]) }));

const git = (...args: string[]) =>
  execFileSync("git", args, { cwd: join(import.meta.dirname, "../.."), encoding: "utf8", maxBuffer: 2 ** 26 });

describe(`golden (PARTITIONS_SEED=${seed})`, () => {
  const outcomes = new Map<string, Outcome[]>();
  it.each(drawn("cases"))("$golden.name", async ({ golden, partitions }) => {
    const results = await runCase(golden, partitions);
    outcomes.set(golden.name, results);
    expect(results.filter(({ status }) => status === "failed").map(({ via, diff }) => `${via}: ${diff}`)).toEqual([]);
  });

  it.each(drawn("own"))("$golden.name", async ({ golden, partitions }) => {
    const results = await runCase(golden, partitions);
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter(({ status }) => status !== "passed").map(({ via, status, diff }) => ({ via, status, diff }))).toEqual([]);
  });

  it("the list of unsupported cases is exact", () => {
    const found = [...outcomes].filter(([, results]) => results.some(({ status }) => status === "unsupported")).map(([name]) => name);
    expect(found.toSorted()).toEqual(unsupported.toSorted());
  });

  it("the list of unsupported cases only shrinks", () => {
    const commits = git("log", "--format=%H", "--", listFile).split("\n").filter(Boolean);
    let later = new Set(unsupported);
    for (const commit of commits) {
      const earlier = new Set(JSON.parse(git("show", `${commit}:${listFile}`)) as string[]);
      expect(
        [...later].filter((name) => !earlier.has(name)),
        `cases added to the list after ${commit}`,
      ).toEqual([]);
      later = earlier;
    }
  });
});
