import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Outcome } from "./runner/case.js";
import { eachExpression, loadCases, runCase } from "./runner/runCases.js";

/**
 * `npm run golden [-- --dir DIR] [--report FILE] [--only REGEX] [--partitions N] [--chunk N]`: every case of a folder against the engine;
 * with `--each` every expression of a case counts by itself, and with `--chunk` N rows at once everywhere, and batches overwritten when they go back.
 * Ends with `golden: N passed, N failed, N unsupported`; exit code 1 if any failed.
 */
const { values } = parseArgs({
  options: {
    dir: { type: "string" },
    report: { type: "string" },
    only: { type: "string" },
    partitions: { type: "string" },
    chunk: { type: "string" },
    each: { type: "boolean" },
  },
});
process.env["CHUNKS"] = values.chunk ?? process.env["CHUNKS"] ?? "default";
const directory = values.dir ?? join(process.cwd(), "test/golden/cases");
const only = new RegExp(values.only ?? "");
const partitions = values.partitions === undefined ? undefined : Number(values.partitions);

const outcomes: Outcome[] = [];
const cases = loadCases(directory);
for (const golden of values.each === true ? eachExpression(cases) : cases) {
  if (!only.test(golden.name)) continue;
  for (const outcome of await runCase(golden, partitions)) {
    outcomes.push(outcome);
    if (outcome.status === "failed") console.log(`FAILED ${outcome.name} (${outcome.via}): ${outcome.diff}`);
  }
}
if (values.report !== undefined) writeFileSync(values.report, outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join(""));
/** A case that is run in two ways, as a plan and as SQL, counts once, and passes when both do. */
const worst = new Map<string, Outcome["status"]>();
const ranks: readonly Outcome["status"][] = ["passed", "unsupported", "failed"];
for (const { name, status } of outcomes) {
  const before = worst.get(name) ?? "passed";
  worst.set(name, ranks.indexOf(status) > ranks.indexOf(before) ? status : before);
}
const count = (status: Outcome["status"]) => [...worst.values()].filter((found) => found === status).length;
const inSql = outcomes.filter(({ via }) => via === "sql").length;
if (inSql > 0) console.log(`${inSql} of them are run as SQL too, or only`);
const verdictOnly = outcomes.filter((outcome) => outcome.reason === "verdict only").length;
if (verdictOnly > 0) console.log(`${verdictOnly} of the passed are on the verdict only`);
console.log(`golden: ${count("passed")} passed, ${count("failed")} failed, ${count("unsupported")} unsupported`);
process.exitCode = count("failed") > 0 ? 1 : 0;
