import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const project = join(here, "../..");

/** What `thirtySteps.ts` may add to the type instantiations of the rest: it was 20,000 in 2026-11 with TypeScript 7.0. */
const instantiationBudget = 30_000;

interface Compilation {
  readonly errors: readonly string[];
  readonly instantiations: number;
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** The programs as users have them: against the declarations of the package. */
function consumer(programs: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-types-"));
  folders.push(folder);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(project, join(folder, "node_modules/tidemark"));
  symlinkSync(join(project, "node_modules/vitest"), join(folder, "node_modules/vitest"));
  for (const name of programs)
    writeFileSync(join(folder, name), readFileSync(join(here, name), "utf8").replace("../../index.js", "tidemark"));
  const { compilerOptions } = JSON.parse(readFileSync(join(project, "tsconfig.json"), "utf8")) as { readonly compilerOptions: object };
  const options = { ...compilerOptions, noEmit: true, declaration: false, types: [], rootDir: undefined, preserveSymlinks: true };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: programs }));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  return folder;
}

async function compile(typescript: string, programs: readonly string[]): Promise<Compilation> {
  const tsc = join(project, "node_modules", typescript, "bin/tsc");
  const folder = consumer(programs);
  const { stdout } = await run(process.execPath, [tsc, "-p", folder, "--extendedDiagnostics"], { cwd: folder }).catch(
    (failed: { stdout: string }) => failed,
  );
  return {
    errors: stdout.split("\n").filter((line) => line.includes("error TS")),
    instantiations: Number(/Instantiations:\s+(\d+)/.exec(stdout)?.[1]),
  };
}

describe.each([
  ["7", "typescript"],
  ["5.9", "typescript-5.9"],
])("the types of rows, TypeScript %s", (_version, typescript) => {
  it("are known and checked, and a job of 30 steps costs the compiler little", async () => {
    const rest = ["dataframe.types.ts", "mistakes.types.ts"];
    const baseline = await compile(typescript, rest);
    const all = await compile(typescript, [...rest, "thirtySteps.ts"]);
    expect(all.errors).toEqual([]);
    const cost = all.instantiations - baseline.instantiations;

    expect(cost).toBeGreaterThan(0);
    expect(cost).toBeLessThan(instantiationBudget);
  });
});
