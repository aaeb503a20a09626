import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parts, type Part } from "./parts.js";

/**
 * `npm run nightly [-- --scale N] [--only REGEX]`: what takes too long for every change. Prints one line a part and writes `test/nightly.json`; exit code 1 if
 * anything failed. `--scale 0.01` takes a hundredth of the seeds and mutations; the summary says which.
 */
const { values } = parseArgs({ options: { scale: { type: "string", default: "1" }, only: { type: "string", default: "" } } });
const scale = Number(values.scale);
const only = new RegExp(values.only);
const folder = mkdtempSync(join(tmpdir(), "nightly-"));

interface Summary {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly string[];
  readonly seconds: number;
}

/** What vitest's reporter writes, as far as it is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly { readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[] }[];
}

function runPart({ name, tests, tool, parameters }: Part): Summary {
  if (tool !== undefined) return runTool(name, tool);
  const report = join(folder, "report.json");
  const startedMs = performance.now();
  const args = ["node_modules/vitest/vitest.mjs", "run", ...tests, "--reporter=json", `--outputFile=${report}`];
  spawnSync(process.execPath, args, { env: { ...process.env, ...parameters }, stdio: "ignore" });
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const found = reportOf(report);
  if (found === null) return { name, parameters, passed: 0, failed: 1, failures: ["the run ended without a report"], seconds };
  rmSync(report);
  const failures = found.testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === "failed");
  const failed = Math.max(found.numFailedTests, found.numFailedTestSuites > 0 ? 1 : 0);
  return { name, parameters, passed: found.numPassedTests, failed, failures: failures.map(({ fullName }) => fullName), seconds };
}

/** A program that is no suite counts as one test. */
function runTool(name: string, [program, ...args]: readonly string[]): Summary {
  const startedMs = performance.now();
  const { status, stdout } = spawnSync(process.execPath, [`.cache/tools/${program}`, ...args], { encoding: "utf8" });
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const failed = status === 0 ? 0 : 1;
  const said = stdout.trim().split("\n").at(-1) ?? "";
  return { name, parameters: { said }, passed: 1 - failed, failed, failures: failed === 0 ? [] : [said], seconds };
}

/** Null when the process died before it wrote one. */
function reportOf(path: string): Report | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Report;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return null;
    throw error;
  }
}

function output(command: string, args: readonly string[]): string {
  return spawnSync(command, args, { encoding: "utf8" }).stdout.trim();
}

const summaries: Summary[] = [];
for (const part of parts(scale)) {
  if (!only.test(part.name)) continue;
  const summary = runPart(part);
  summaries.push(summary);
  const settings = Object.entries(summary.parameters).map(([key, value]) => `${key}=${value}`);
  console.log(`${summary.name}: ${summary.passed} passed, ${summary.failed} failed, ${summary.seconds} s (${settings.join(" ")})`);
  for (const failure of summary.failures) console.log(`  FAILED ${failure}`);
}
rmSync(folder, { recursive: true });

const failed = summaries.reduce((sum, summary) => sum + summary.failed, 0);
const commit = output("git", ["rev-parse", "HEAD"]);
writeFileSync(
  "test/nightly.json",
  `${JSON.stringify({ date: new Date().toISOString(), commit, scale, node: process.version, failed, parts: summaries }, null, 2)}\n`,
);
console.log(`nightly: ${summaries.reduce((sum, summary) => sum + summary.passed, 0)} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
