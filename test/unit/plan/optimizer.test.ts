import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Value } from "../../../engine/arrow/value.js";
import { types } from "../../../engine/arrow/types.js";
import { explainPlan } from "../../../engine/plan/explain.js";
import type { AnalyzedPlan, LogicalPlan } from "../../../engine/plan/logicalPlan.js";
import { optimize, rules } from "../../../engine/plan/optimizer/optimize.js";
import { outputOf } from "../../../engine/plan/outputOf.js";
import { referencesOf } from "../../../engine/expression/traverse.js";
import { childrenOf, expressionsOf, nodesOf } from "../../../engine/plan/transform.js";
import type { PlanNode } from "../../golden/runner/case.js";
import { buildPlan } from "./build.js";
import { evaluate, readings, tableOf, type Rows } from "./rows.js";

const tables = {
  t: tableOf(0, "t", true, readings),
  u: tableOf(1, "u", true, readings),
  dim: tableOf(2, "dim", false, { k: types.string, name: types.string, w: types.long }),
};

const scan = (name: string): PlanNode => ({ op: name === "dim" ? "static" : "stream", name });
const build = (json: PlanNode): AnalyzedPlan => buildPlan(json, tables);
const optimized = (json: PlanNode): string => explainPlan(optimize(build(json)));

/** An optimized plan is an analyzed one that was rewritten. */
const analyzed = (plan: LogicalPlan): AnalyzedPlan => plan as AnalyzedPlan;

/** Every attribute that a node reads is put out below it. */
function expectWellFormed(plan: LogicalPlan): void {
  for (const node of nodesOf(plan)) {
    const available = new Set(childrenOf(node).flatMap((child) => outputOf(child).map((a) => a.id)));
    for (const e of expressionsOf(node)) {
      for (const id of referencesOf(e)) {
        if (node.kind === "aggregate" && node.grouping.some((g) => g.kind === "alias" && g.id === id)) continue;
        expect(available.has(id), `${node.kind} reads a column that is not below it\n${explainPlan(plan)}`).toBe(true);
      }
    }
  }
}

const predicate = fc.oneof(
  fc.constantFrom(
    "v > 1",
    "k = 'a'",
    "x < 2.5",
    "k IS NOT NULL",
    "v IS NULL",
    "v BETWEEN 1 AND 3",
    "NOT (v = 2)",
    "k IN ('a', 'b')",
    "v % 2 = 0",
  ),
  fc.constantFrom("ts > timestamp '1970-01-01 00:00:05'", "v > 1 OR k = 'b'", "1 = 1", "v = v", "coalesce(v, 0) > 1", "upper(k) = 'A'"),
);

const step = fc.oneof(
  fc.array(predicate, { minLength: 1, maxLength: 3 }).map((terms) => (input: PlanNode): PlanNode => ({
    op: "filter",
    condition: terms.join(" AND "),
    input,
  })),
  fc
    .constantFrom(
      ["ts", "k", "v", "x"],
      ["x", "v", "upper(k) AS k", "ts"],
      ["k", "v + 1 AS v", "ts", "x * 2 AS x"],
      ["*", "v * 2 AS v2"],
      ["ts AS ts", "k", "coalesce(v, 0) AS v", "x"],
    )
    .map((exprs) => (input: PlanNode): PlanNode => ({ op: "select", exprs, input })),
  fc.constant((input: PlanNode): PlanNode => ({ op: "alias", alias: "a", input })),
  fc.constant((input: PlanNode): PlanNode => ({ op: "withWatermark", column: "ts", delay: "1 second", input })),
  fc.constant((input: PlanNode): PlanNode => ({ op: "repartition", input })),
  fc.constant((input: PlanNode): PlanNode => ({
    op: "union",
    left: { op: "select", exprs: ["ts", "k", "v", "x"], input },
    right: scan("u"),
  })),
  fc.constantFrom("inner", "left_outer", "right_outer", "full_outer", "left_semi", "left_anti").chain((how) =>
    fc
      .constantFrom("l.k = r.k", "l.k = r.k AND l.v > 1", "l.k = r.k AND r.w > 1 AND l.v < r.w", "l.k <=> r.k")
      .map((on) => (input: PlanNode): PlanNode => {
        const join: PlanNode = {
          op: "join",
          how,
          on,
          left: { op: "alias", alias: "l", input },
          right: { op: "alias", alias: "r", input: scan("dim") },
        };
        return {
          op: "select",
          exprs: ["ts", "l.k AS k", "v", how.startsWith("left_s") || how.startsWith("left_a") ? "x" : "x + w AS x"],
          input: join,
        };
      }),
  ),
);

const plans = fc.array(step, { maxLength: 6 }).chain((steps) =>
  fc
    .constantFrom<(plan: PlanNode) => PlanNode>(
      (plan) => plan,
      (input) => ({ op: "select", exprs: ["k", "v"], input }),
      (input) => ({
        op: "filter",
        condition: "k = 'a' AND n > 1",
        input: { op: "aggregate", groupBy: ["k"], aggs: ["count(*) AS n"], input },
      }),
      (input) => ({
        op: "filter",
        condition: "kk = 'A'",
        input: { op: "aggregate", groupBy: ["upper(k) AS kk"], aggs: ["count(*) AS n"], input },
      }),
    )
    .map((last) => last(steps.reduce((input, make) => make(input), scan("t")))),
);

const key = fc.constantFrom("a", "b", "c", null);
const long = fc.option(fc.bigInt({ min: -2n, max: 5n }));
const reading = fc.record({
  ts: fc.option(fc.bigInt({ min: 0n, max: 10_000_000n })),
  k: key,
  v: long,
  x: fc.option(fc.constantFrom(-1.5, 0, 2.5, 4)),
});
const rows = fc.tuple(
  fc.array(reading, { maxLength: 6 }),
  fc.array(reading, { maxLength: 3 }),
  fc.array(fc.record({ k: key, name: key, w: long }), { maxLength: 4 }),
);

const sorted = (result: readonly (readonly Value[])[]): string[] =>
  result.map((row) => JSON.stringify(row, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value))).toSorted();

describe("any plan", () => {
  it("means the same when it is optimized, whatever the rows", () => {
    fc.assert(
      fc.property(plans, rows, (json, data) => {
        const plan = build(json);
        const better = optimize(plan);
        expectWellFormed(better);
        expect(outputOf(better).map(({ id, name, type }) => ({ id, name, type }))).toEqual(
          outputOf(plan).map(({ id, name, type }) => ({ id, name, type })),
        );
        expect(sorted(evaluate(better, data as Rows))).toEqual(sorted(evaluate(plan, data as Rows)));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["", { numRuns: 200 }],
    [", where a condition of a join keeps nulls out already", { seed: -200016257, path: "194:2:5" }],
    [", where no row comes out of a join's side", { seed: 1716061877, path: "19420:9:9:8:7:7:7" }],
  ])("is left alone once it is optimized%s", (_, parameters) => {
    fc.assert(
      fc.property(plans, (json) => {
        const better = optimize(build(json));
        const text = explainPlan(better);
        expect(explainPlan(optimize(analyzed(better)))).toBe(text);
        for (const rule of rules) expect(rule.apply(better) === better, `${rule.name} changes\n${text}`).toBe(true);
      }),
      parameters,
    );
  });
});

const watermarked = (name: string): PlanNode => ({ op: "withWatermark", column: "ts", delay: "1 second", input: scan(name) });

function joined(how: string): PlanNode {
  const left: PlanNode = { op: "alias", alias: "l", input: watermarked("t") };
  return { op: "join", how, on: "l.k = r.k", left, right: { op: "alias", alias: "r", input: watermarked("u") } };
}

describe("filters and the watermark", () => {
  it("go below it term by term, but for terms on the event time", () => {
    const condition = "v > 1 AND ts > timestamp '2024-01-01 00:00:00' AND k = 'a'";
    expect(optimized({ op: "filter", condition, input: watermarked("t") })).toBe(
      [
        "Filter (ts > TIMESTAMP '2024-01-01 00:00:00')",
        "+- WithWatermark ts, 1 second",
        "   +- Filter ((v > 1) AND (k = a))",
        "      +- ReadStream t [ts: timestamp, k: string, v: bigint, x: double]",
      ].join("\n"),
    );
  });

  it("stay above it when they are random", () => {
    const text = optimized({ op: "filter", condition: "rand() > 0.5 AND v > 1", input: watermarked("t") });
    expect(text.indexOf("Filter")).toBe(0);
    expect(text.lastIndexOf("Filter")).toBe(0);
  });

  it("keep out null keys of an inner join's side, below it", () => {
    const text = optimized({ op: "select", exprs: ["l.v", "r.v AS w"], input: joined("inner") });
    expect(text).toContain("WithWatermark ts, 1 second\n   |  +- Filter (k IS NOT NULL)");
    expect(text.match(/IS NOT NULL/g)).toHaveLength(2);
    expect(optimized({ op: "select", exprs: ["l.v"], input: joined("full_outer") })).not.toContain("IS NOT NULL");
    expect(optimized({ op: "select", exprs: ["l.v"], input: joined("left_outer") }).match(/IS NOT NULL/g)).toHaveLength(1);
  });
});

function union(left: PlanNode, right: PlanNode): PlanNode {
  return { op: "union", left, right };
}

function plus(v: number): PlanNode {
  return { op: "select", exprs: [`v + ${v} AS v`], input: scan("t") };
}

describe("unions", () => {
  it("of unions are one, in the order of their rows", () => {
    const text = optimized(union(union(plus(1), plus(2)), union(plus(3), plus(4))));
    expect(text.match(/Union/g)).toHaveLength(1);
    expect(text.match(/v \+ \d/g)).toEqual(["v + 1", "v + 2", "v + 3", "v + 4"]);
  });
});

const limits = (...counts: number[]): string => optimized(counts.reduce<PlanNode>((input, n) => ({ op: "limit", n, input }), scan("t")));

describe("limits", () => {
  it("of limits are one: the smaller", () => {
    for (const text of [limits(5, 4), limits(4, 5, 7)]) expect(text.match(/Limit \d/g)).toEqual(["Limit 4"]);
  });
});

describe("columns", () => {
  it("are read only when something needs them", () => {
    expect(optimized({ op: "aggregate", groupBy: ["k"], aggs: ["count(*) AS n"], input: scan("t") })).toContain("ReadStream t [k: string]");
    expect(optimized({ op: "aggregate", groupBy: [], aggs: ["count(*) AS n"], input: scan("t") })).toContain("ReadStream t []");
  });

  it("are computed once where that is costly", () => {
    const parsed: PlanNode = { op: "select", exprs: ["from_json(k, 'a int, b int') AS r", "v"], input: scan("t") };
    const text = optimized({ op: "filter", condition: "r.a > 1", input: { op: "select", exprs: ["r.a", "r.b", "r", "v"], input: parsed } });
    expect(text.match(/from_json/g)).toHaveLength(1);
  });
});
