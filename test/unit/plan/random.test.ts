import { describe, expect, it } from "vitest";
import { avg, count, expr, rand, sum, uuid, window } from "../../../dataframe/functions.js";
import { Session } from "../../../dataframe/session.js";
import type { Expression } from "../../../engine/expression/expression.js";
import { expressionNodes } from "../../../engine/expression/traverse.js";
import type { LogicalPlan } from "../../../engine/plan/logicalPlan.js";
import { planPhysical } from "../../../engine/physical/planner/planner.js";
import { applyRule, optimize, rules } from "../../../engine/plan/optimizer/optimize.js";
import { expressionsOf, nodesOf } from "../../../engine/plan/transform.js";

const session = Session.create();
const readings = session.range(0, 6).selectExpr("id", "timestamp_seconds(id) AS ts", "id % 2 AS k");
const other = session.range(0, 3).selectExpr("id AS other");

const isRandom = (e: Expression): boolean => e.kind === "call" && (e.name === "rand" || e.name === "uuid");
const draws = (plan: LogicalPlan): number =>
  [...nodesOf(plan)].flatMap((node) => expressionsOf(node).flatMap((e) => [...expressionNodes(e)].filter(isRandom))).length;

const drawn = readings.select("id", "k", "ts", rand().as("r"));
const frames = {
  "a column used twice": drawn.select(expr("r + 1").as("a"), expr("r * 2").as("b")),
  "a column that nobody reads": drawn.select("id"),
  "a filter above": drawn.where("k = 1 AND id > 1"),
  "a filter on the column": drawn.where("r < 0.5 AND r > 0.1"),
  "a filter that draws": readings.where("k = 1 AND rand() < 0.5 AND id > 1").select("id"),
  "filters over each other": readings.where("rand() < 0.5").where("k = 1").where("rand() < 0.5"),
  "terms that decide alone": readings.where("(id > 1 OR true) AND (false AND rand() < 0.5 OR isnull(rand()))"),
  "both sides of a join": drawn.join(other, expr("id = other AND r < 0.5")).where("k = 1 AND other > 0"),
  "a join condition": readings.join(other, expr("id = other AND rand() < 0.5 AND k = 1")).where("other > 0"),
  "an order": readings.orderBy(expr("rand()")).where("k = 1"),
  "a union": drawn.select("id", "r").union(readings.selectExpr("id", "rand() AS r")).where("id > 1").select("id"),
  "a window above": readings.select(window("ts", "10 seconds").as("w"), rand().as("r")).groupBy("w").agg(sum("r"), avg("r")),
};

describe("random expressions", () => {
  it.each(Object.entries(frames))("are asked as often whatever is optimized: %s", (_, frame) => {
    expect(draws(optimize(frame.plan))).toBe(draws(frame.plan));
  });

  it("give every aggregate of a windowed group the same draws", async () => {
    const windowed = readings.select(window("ts", "10 seconds", "5 seconds").as("w"), rand().as("r"));
    const rows = await windowed.groupBy("w").agg(sum("r").as("s"), avg("r").as("a"), count().as("n")).collect();
    expect(rows.length).toBeGreaterThan(1);
    for (const { s, a, n } of rows as { s: number; a: number; n: number }[]) expect(a * n).toBeCloseTo(s, 9);
  });
});

const broken = (name: string, apply: (plan: LogicalPlan) => LogicalPlan) => () => applyRule(drawn.plan, { name, apply });

const range = (): ReturnType<typeof session.range> => session.range(0, 50);
const numbers = async (frame: { collect(): Promise<readonly object[]> }): Promise<number[][]> =>
  (await frame.collect()).map((row) => Object.values(row) as number[]);

const randomUnion = (): Promise<number[][]> =>
  numbers(
    range()
      .where(rand().lt(0.7))
      .select("id", rand().as("a"))
      .union(range().select("id", rand().as("a"))),
  );

describe("what random functions draw", () => {
  it("is the same for the same seed, in one projection and in several, as in Spark", async () => {
    const once = await numbers(range().select(rand(1).as("a"), rand(1).as("b"), rand(2).as("c")));
    for (const [a, b, c] of once) expect([a === b, a === c]).toEqual([true, false]);
    const twice = await numbers(range().select(rand(1).as("a")).where("a >= 0").select("a", rand(1).as("b")));
    for (const [a, b] of twice) expect(a).toBe(b);
    const inFilter = await numbers(range().where(rand(1).lt(0.5)).select("id"));
    expect(inFilter.flat()).toEqual(once.flatMap(([a], i) => (a! < 0.5 ? [i] : [])));
  });

  it("differs between calls without one, also in loops of one shape", async () => {
    const side = (): ReturnType<typeof range> => range().select(rand().as("r")) as never;
    const drawnOnBothSides = (await numbers(side().union(side()))).flat();
    expect(new Set(drawnOnBothSides).size).toBe(100);
    const inOne = await numbers(range().select(rand().as("a"), rand().as("b"), expr("rand() + 0").as("c")));
    expect(new Set(inOne.flat()).size).toBe(150);
    const above = await numbers(range().select(rand().as("r")).where("r >= 0").select("r", rand().as("s")));
    expect(new Set(above.flat()).size).toBe(100);
  });

  it("is the same wherever a column that a program holds is used, as in Spark; a text is another call each time", async () => {
    const [r, u, text] = [rand(), uuid(), expr("rand()")];
    for (const [a, b, c] of await numbers(range().select(r.as("a"), r.as("b"), r.plus(0).as("c")))) expect([b, c]).toEqual([a, a]);
    for (const [a, b] of await numbers(range().select(u.as("a"), u.as("b")))) expect(b).toBe(a);
    for (const [a, b] of await numbers(range().select(text.as("a"), text.as("b")))) expect(b).not.toBe(a);
    for (const [a] of await numbers(range().where(r.lt(0.5)).select(r.as("a")))) expect(a).toBeLessThan(0.5);
    const frame = range().select(rand().as("r"));
    const twice = (await numbers(frame.union(frame))).flat();
    expect(twice.slice(50)).toEqual(twice.slice(0, 50));
  });

  it("is the same when the query is built again: what a restart does", async () => {
    expect(await randomUnion()).toEqual(await randomUnion());
  });

  it("is drawn as often by the operators as the plan says", () => {
    for (const frame of Object.values(frames)) expect(() => planPhysical(optimize(frame.plan), null, 1)).not.toThrow();
    // Spark takes none in a FILTER.
    expect(() => range().agg(expr("count(id) FILTER (WHERE rand() < 0.5)"))).toThrow(
      expect.objectContaining({ condition: "INVALID_AGGREGATE_FILTER.NON_DETERMINISTIC" }),
    );
  });
});

describe("a rule that does not keep what it must", () => {
  it("is named when it copies or drops a random expression", () => {
    const doubled = readings.select("id", "k", "ts", expr("rand() + rand()").as("r")).plan;
    expect(
      broken("copyRandom", (plan) =>
        plan.kind === "project" && doubled.kind === "project" ? { ...plan, expressions: doubled.expressions } : plan,
      ),
    ).toThrow(/copyRandom changed/);
  });

  it("is named when it changes the output", () => {
    expect(broken("dropColumn", (plan) => (plan.kind === "project" ? { ...plan, expressions: plan.expressions.slice(1) } : plan))).toThrow(
      /dropColumn changed the output from \(id, k, ts, r\) to \(k, ts, r\)/,
    );
  });

  it("is none of ours", () => {
    for (const frame of Object.values(frames)) for (const rule of rules) expect(() => applyRule(frame.plan, rule)).not.toThrow();
  });
});
