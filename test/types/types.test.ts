import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");

/** What `thirtySteps.ts` may add to the type instantiations of the rest: it was 14,000 in 2026-11, with TypeScript 7.0. */
const instantiationBudget = 30_000;

interface Compilation {
  readonly errors: readonly string[];
  readonly instantiations: number;
}

async function compile(project: string): Promise<Compilation> {
  const options = ["-p", join(here, project), "--extendedDiagnostics"];
  const { stdout } = await run(process.execPath, [tsc, ...options], { cwd: join(here, "../..") }).catch(
    (failed: { stdout: string }) => failed,
  );
  return {
    errors: stdout.split("\n").filter((line) => line.includes("error TS") && line.startsWith("test/types")),
    instantiations: Number(/Instantiations:\s+(\d+)/.exec(stdout)?.[1]),
  };
}

describe("the types of rows", () => {
  it("are known and checked, and a job of 30 steps costs the compiler little", async () => {
    const baseline = await compile("tsconfig.baseline.json");
    const all = await compile("tsconfig.json");
    expect(all.errors).toEqual([]);
    const cost = all.instantiations - baseline.instantiations;
    expect(cost).toBeGreaterThan(0);
    expect(cost).toBeLessThan(instantiationBudget);
  });
});
