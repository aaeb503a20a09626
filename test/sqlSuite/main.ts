import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { errorOf } from "./compare.js";
import { resultFiles, suiteFolder } from "./files.js";
import { runFile, type Outcome } from "./runFile.js";

/**
 * `npm run sql-suite [-- --only REGEX] [--list KIND] [--update]`: Spark's own SQL tests against `session.sql`. They are fetched through Maven, or read where
 * SPARK_SQL_TESTS says.
 *
 * The report in the tree (`report.json`) says how many statements of each file pass; fewer than that is a failure. `--update` writes what passes now.
 * `--list` shows the statements of a verdict: `failed`, `unsupported`, or a kind of failure (`value`, `type`, `name`, `error-other` …).
 */
const { values: flags } = parseArgs({
  options: { only: { type: "string" }, list: { type: "string" }, update: { type: "boolean" } },
});
const reportPath = join(process.cwd(), "test/sqlSuite/report.json");

/** How the statements of a file come out, by verdict. */
type Counts = Record<string, number>;

const report: Record<string, Counts> = existsSync(reportPath)
  ? (JSON.parse(readFileSync(reportPath, "utf8")) as Record<string, Counts>)
  : {};
const root = suiteFolder();
const only = new RegExp(flags.only ?? "");
const total: Counts = { passed: 0, failed: 0, unsupported: 0, all: 0 };
const fewer: string[] = [];
for (const name of resultFiles(root).filter((file) => only.test(file))) {
  const outcomes = await runFile(root, name);
  const counts = countsOf(outcomes);
  for (const { block, verdict } of outcomes) {
    const kinds: readonly string[] = verdict.status === "failed" ? ["failed", verdict.kind] : [verdict.status];
    total[verdict.status]!++;
    total["all"]!++;
    if (flags.list === undefined || !kinds.includes(flags.list)) continue;
    const got = verdict.status === "failed" ? verdict.got : verdict.status === "unsupported" ? verdict.reason : "";
    console.log(
      `== ${name} ${kinds.at(-1)!}\n${block.query}\n-- Spark:\n${errorOf(block) ?? `${block.schema}\n${block.output}`}\n-- here:\n${got}\n`,
    );
  }
  const before = report[name]?.["passed"] ?? 0;
  if ((counts["passed"] ?? 0) < before) fewer.push(`${name}: ${counts["passed"] ?? 0} of the ${before} that passed`);
  report[name] = counts;
}
if (flags.update === true) writeFileSync(reportPath, `${JSON.stringify(report, null, 1)}\n`);
for (const line of fewer) console.log(`fewer than before: ${line}`);
console.log(`sql-suite: ${total["passed"]!} passed, ${total["failed"]!} failed, ${total["unsupported"]!} unsupported of ${total["all"]!}`);
process.exitCode = fewer.length > 0 ? 1 : 0;

function countsOf(outcomes: readonly Outcome[]): Counts {
  const counts: Counts = {};
  for (const { verdict } of outcomes) {
    const key = verdict.status === "failed" ? verdict.kind : verdict.status;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
