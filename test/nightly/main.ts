import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parts, type Part } from "./parts.js";

/**
 * `npm run nightly [-- --scale N] [--only REGEX] [--lanes N]`: what takes too long for every change. Prints one line a part and puts it into `test/nightly.json`, beside what
 * other parts gave when they ran last, each with its commit and date; exit code 1 if anything failed. `--scale 0.01` takes a hundredth of the seeds; `--lanes` says how
 * many parts run at once (as many as there are cores).
 */
const { values } = parseArgs({
  options: {
    scale: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    lanes: { type: "string", default: String(availableParallelism()) },
  },
});
const scale = Number(values.scale);
const only = new RegExp(values.only);
const folder = mkdtempSync(join(tmpdir(), "nightly-"));
const summaryPath = "test/nightly.json";

/** What a part gave when it ran last. */
interface Summary {
  readonly name: string;
  /** When it ended, and what of the project was tried. */
  readonly date: string;
  readonly commit: string;
  readonly scale: number;
  readonly node: string;
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

type Outcome = Pick<Summary, "parameters" | "passed" | "failed" | "failures">;

const commit = execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim();

async function runPart(part: Part): Promise<Summary> {
  const startedMs = performance.now();
  const outcome = part.tool === undefined ? await runTests(part) : await runTool(part, part.tool);
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  return { name: part.name, date: new Date().toISOString(), commit, scale, node: process.version, ...outcome, seconds };
}

async function runTests({ name, tests, parameters }: Part): Promise<Outcome> {
  const report = join(folder, `${name.replaceAll(/\W/g, "-")}.json`);
  // One worker: the other cores have parts of their own.
  const args = ["node_modules/vitest/vitest.mjs", "run", ...tests, "--maxWorkers=1", "--reporter=json", `--outputFile=${report}`];
  await run(args, parameters);
  const found = reportOf(report);
  if (found === null) return { parameters, passed: 0, failed: 1, failures: ["the run ended without a report"] };
  const failures = found.testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === "failed");
  const failed = Math.max(found.numFailedTests, found.numFailedTestSuites > 0 ? 1 : 0);
  return { parameters, passed: found.numPassedTests, failed, failures: failures.map(({ fullName }) => fullName) };
}

/** A program that is no suite counts as one test. */
async function runTool({ parameters }: Part, [program, ...args]: readonly string[]): Promise<Outcome> {
  const { status, stdout } = await run([`.cache/tools/${program}`, ...args], parameters);
  const failed = status === 0 ? 0 : 1;
  const lines = stdout.trim().split("\n");
  // Of what goes wrong the last lines say what it is.
  return {
    parameters: { ...parameters, said: lines.at(-1) ?? "" },
    passed: 1 - failed,
    failed,
    failures: failed === 0 ? [] : lines.slice(-10),
  };
}

function run(args: readonly string[], parameters: Readonly<Record<string, string>>): Promise<{ status: number | null; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env: { ...process.env, ...parameters }, stdio: ["ignore", "pipe", "ignore"] });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.on("error", reject).on("close", (status) => resolve({ status, stdout }));
  });
}

/** What a file of JSON holds; null where it is not there, or not whole: a process died before it had written it. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return null;
    throw error;
  }
}

const reportOf = (path: string): Report | null => readJson(path) as Report | null;

/** Puts what a part gave in the place of what it gave before; what is no part any more goes. */
function keep(summary: Summary): void {
  const before = (readJson(summaryPath) as { readonly parts: readonly Summary[] } | null)?.parts ?? [];
  const kept = all.flatMap(({ name }) => (name === summary.name ? [summary] : before.filter((other) => other.name === name)));
  const failed = kept.reduce((sum, part) => sum + part.failed, 0);
  writeFileSync(summaryPath, `${JSON.stringify({ failed, parts: kept }, null, 2)}\n`);
}

function tell(summary: Summary): void {
  const settings = Object.entries(summary.parameters).map(([key, value]) => `${key}=${value}`);
  console.log(`${summary.name}: ${summary.passed} passed, ${summary.failed} failed, ${summary.seconds} s (${settings.join(" ")})`);
  for (const failure of summary.failures) console.log(`  FAILED ${failure}`);
}

const all = parts(scale, Math.floor(Date.now() / 86_400_000));
const waiting = all.filter(({ name }) => only.test(name));
const summaries: Summary[] = [];

async function lane(): Promise<void> {
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    const summary = await runPart(part);
    summaries.push(summary);
    keep(summary);
    tell(summary);
  }
}

await Promise.all(Array.from({ length: Number(values.lanes) }, lane));
rmSync(folder, { recursive: true });
const failed = summaries.reduce((sum, summary) => sum + summary.failed, 0);
console.log(`nightly: ${summaries.reduce((sum, summary) => sum + summary.passed, 0)} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
