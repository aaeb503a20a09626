import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Outcome } from "./runner/case.js";
import { loadCases, runCase } from "./runner/runCases.js";

const directory = join(import.meta.dirname, "cases");
const listFile = "test/golden/unsupported.json";
/** Cases that the engine does not run yet. Exactly those: what begins to pass must be taken out. */
const unsupported = JSON.parse(readFileSync(join(import.meta.dirname, "unsupported.json"), "utf8")) as string[];

describe("golden", async () => {
  const outcomes = new Map<string, Outcome[]>();
  for (const golden of loadCases(directory)) {
    it(golden.name, async () => {
      const results = await runCase(golden);
      outcomes.set(golden.name, results);
      expect(results.filter(({ status }) => status === "failed").map(({ via, diff }) => `${via}: ${diff}`)).toEqual([]);
    });
  }

  it("the list of unsupported cases is exact", () => {
    const found = [...outcomes].filter(([, results]) => results.some(({ status }) => status === "unsupported")).map(([name]) => name);
    expect(found).toEqual(unsupported);
  });

  it("the list of unsupported cases only shrinks", () => {
    const git = (...args: string[]) =>
      execFileSync("git", args, { cwd: join(import.meta.dirname, "../.."), encoding: "utf8", maxBuffer: 2 ** 26 });
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
