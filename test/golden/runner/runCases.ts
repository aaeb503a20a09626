import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { GoldenCase, Outcome } from "./case.js";
import { parseExactJson } from "./exactJson.js";
import { runExpressionCase } from "./expressionCase.js";
import { runRejectCase } from "./rejectCase.js";
import { runSourceCase } from "./sourceCase.js";
import { runStreamCase } from "./streamCase.js";

/** The cases of a folder, in name order: `*.json`, not `_*.json`, and `*.jsonl`, which have a case a line. */
export function loadCases(directory: string): GoldenCase[] {
  const names = readdirSync(directory).filter((name) => /\.jsonl?$/.test(name) && !name.startsWith("_"));
  return names.toSorted().flatMap((name) => {
    const text = readFileSync(join(directory, name), "utf8");
    const cases = name.endsWith(".jsonl") ? text.split("\n").filter(Boolean) : [text];
    return cases.map((golden) => parseExactJson(golden) as GoldenCase);
  });
}

/** Cases of expressions cut into one for each: `name@7` is the eighth. */
export function eachExpression(cases: readonly GoldenCase[]): GoldenCase[] {
  return cases.flatMap((golden): GoldenCase[] =>
    golden.kind === "expression"
      ? golden.expressions.map((expression, i) => ({ ...golden, name: `${golden.name}@${i}`, expressions: [expression] }))
      : [golden],
  );
}

/** What came of a case, in each way of running it. `partitions`: of a streaming case, instead of those that it was recorded with. */
export function runCase(golden: GoldenCase, partitions?: number): Promise<Outcome[]> {
  switch (golden.kind) {
    case "stream":
      return runStreamCase(golden, partitions);
    case "reject":
      return runRejectCase(golden);
    case "expression":
      return runExpressionCase(golden);
    default:
      return runSourceCase(golden);
  }
}
