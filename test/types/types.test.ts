import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");

/** Measured 2026-11 with TypeScript 7.0: 126,000 for the whole of this folder with all it imports, of which the 30 steps are 23,000. */
const instantiationBudget = 200_000;

interface Compilation {
  readonly errors: readonly string[];
  readonly instantiations: number;
}

async function compile(): Promise<Compilation> {
  const { stdout } = await run(process.execPath, [tsc, "-p", here, "--extendedDiagnostics"], { cwd: join(here, "../..") }).catch(
    (failed: { stdout: string }) => failed,
  );
  return {
    errors: stdout.split("\n").filter((line) => line.includes("error TS") && line.startsWith("test/types")),
    instantiations: Number(/Instantiations:\s+(\d+)/.exec(stdout)?.[1]),
  };
}

describe("the types of rows", () => {
  it("are known and checked, and cost the compiler little", async () => {
    const { errors, instantiations } = await compile();
    expect(errors).toEqual([]);
    expect(instantiations).toBeGreaterThan(0);
    expect(instantiations).toBeLessThan(instantiationBudget);
  }, 60_000);
});
