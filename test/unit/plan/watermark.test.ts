import { describe, expect, it } from "vitest";
import type { StreamingError } from "../../../engine/errors/streamingError.js";
import { nodesOf } from "../../../engine/plan/transform.js";
import { outputOf } from "../../../engine/plan/outputOf.js";
import { types } from "../../../engine/arrow/types.js";
import type { PlanNode } from "../../golden/runner/case.js";
import { buildPlan } from "./build.js";
import { readings, tableOf } from "./rows.js";

const tables = { t: tableOf(0, "t", true, readings), s: tableOf(1, "s", false, { k: types.string, sts: types.timestamp, n: types.long }) };
const stream: PlanNode = { op: "stream", name: "t" };
const table: PlanNode = { op: "static", name: "s" };
const marked = (input: PlanNode, column: string): PlanNode => ({ op: "withWatermark", column, delay: "5 seconds", input });

function refusal(plan: PlanNode): string {
  try {
    buildPlan(plan, tables);
  } catch (error) {
    return `${(error as StreamingError).condition} ${JSON.stringify((error as StreamingError).parameters)}`;
  }
  return "accepted";
}

describe("withWatermark on a table", () => {
  it.each(["sts", "k", "n"])("is dropped, and %s is no event time", (column) => {
    const plan = buildPlan(marked(table, column), tables);
    expect([...nodesOf(plan)].map(({ kind }) => kind)).toEqual(["read"]);
    expect(outputOf(plan).every(({ eventTime }) => eventTime === undefined)).toBe(true);
  });

  it("leaves the stream that it is joined with its own watermark only", () => {
    const join: PlanNode = { op: "join", how: "inner", on: { using: ["k"] }, left: marked(stream, "ts"), right: marked(table, "sts") };
    const plan = buildPlan(join, tables);
    expect([...nodesOf(plan)].filter(({ kind }) => kind === "withWatermark")).toHaveLength(1);
    expect(
      outputOf(plan)
        .filter(({ eventTime }) => eventTime !== undefined)
        .map(({ name }) => name),
    ).toEqual(["ts"]);
  });
});

describe("withWatermark on what is no timestamp", () => {
  it("is refused on other structs than windows", () => {
    const structs: PlanNode = { op: "select", exprs: ["named_struct('end', ts) AS e"], input: stream };
    expect(refusal(marked(structs, "e"))).toContain("EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE");
  });

  it.each(["st.t", "nope.x"])("is refused on the nested %s", (name) => {
    const nested: PlanNode = { op: "select", exprs: ["named_struct('t', ts) AS st"], input: stream };
    expect(refusal(marked(nested, name))).toBe(`EVENT_TIME_MUST_BE_TOP_LEVEL_COLUMN {"eventExpr":"${name}"}`);
  });
});
