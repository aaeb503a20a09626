import { describe, expect, it } from "vitest";
import { typeName, types } from "../../../engine/arrow/types.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import type { LogicalPlan } from "../../../engine/plan/logicalPlan.js";
import { explainPlan } from "../../../engine/plan/explain.js";
import { outputOf } from "../../../engine/plan/outputOf.js";
import { nodesOf } from "../../../engine/plan/transform.js";
import type { PlanNode } from "../../golden/runner/case.js";
import { buildPlan } from "./build.js";
import { tableOf } from "./rows.js";

const tables = {
  t: tableOf(0, "t", true, {
    ts: types.timestamp,
    k: types.string,
    v: types.long,
    s: types.struct([{ name: "a", type: types.int, nullable: true }]),
    arr: types.array(types.int),
    m: types.map(types.string, types.double),
    value: types.binary,
  }),
  l: tableOf(1, "l", true, { lts: types.timestamp, lk: types.string, lv: types.int }),
  dim: tableOf(2, "dim", false, { k: types.string, name: types.string }),
};

const t: PlanNode = { op: "stream", name: "t" };
const l: PlanNode = { op: "stream", name: "l" };
const dim: PlanNode = { op: "static", name: "dim" };
const select = (exprs: readonly string[], input: PlanNode = t): PlanNode => ({ op: "select", exprs, input });
const aggregate = (groupBy: readonly string[], aggs: readonly string[], input: PlanNode = t): PlanNode => ({
  op: "aggregate",
  groupBy,
  aggs,
  input,
});
const watermark = (column: string, input: PlanNode): PlanNode => ({ op: "withWatermark", column, delay: "10 seconds", input });
const alias = (name: string, input: PlanNode): PlanNode => ({ op: "alias", alias: name, input });

const build = (json: PlanNode): LogicalPlan => buildPlan(json, tables);
const names = (json: PlanNode): string[] => outputOf(build(json)).map((a) => a.name);
const columns = (json: PlanNode): string[] => outputOf(build(json)).map((a) => `${a.name} ${typeName(a.type)}`);
const eventTimes = (json: PlanNode): string[] => outputOf(build(json)).flatMap((a) => (a.eventTime ? [a.name] : []));
const nullable = (how: string): boolean[] =>
  outputOf(build({ op: "join", how, on: "a = b", left: select(["1 AS a"], l), right: select(["2 AS b"], dim) })).map((a) => a.nullable);
const operatorIds = (json: PlanNode): string[] =>
  [...nodesOf(build(json))].flatMap((n) => ("operatorId" in n && n.operatorId !== undefined ? [n.operatorId] : []));

function refusal(json: PlanNode): { condition: string; parameters: Readonly<Record<string, string>> } {
  try {
    build(json);
  } catch (error) {
    if (error instanceof StreamingError) return { condition: error.condition, parameters: error.parameters };
    throw error;
  }
  return { condition: "accepted", parameters: {} };
}

describe("names of columns", () => {
  it("are Spark's", () => {
    const exprs = [
      "V",
      "v + 1",
      "upper(k)",
      "s.a",
      "s.a + 1",
      "cast(v AS int)",
      "k = 'x'",
      "arr[0]",
      "case when v > 0 then 'p' end",
      "t.v",
      "-v",
      "1.50",
    ];
    expect(names(select(exprs, alias("t", t)))).toEqual([
      "V",
      "(v + 1)",
      "upper(k)",
      "a",
      "(s.a + 1)",
      "v",
      "(k = x)",
      "arr[0]",
      "CASE WHEN (v > 0) THEN p END",
      "v",
      "(- v)",
      "1.50",
    ]);
    expect(names(aggregate(["k"], ["count(*)", "sum(v)", "count(DISTINCT v)", "max(v) + 1"]))).toEqual([
      "k",
      "count(1)",
      "sum(v)",
      "count(DISTINCT v)",
      "(max(v) + 1)",
    ]);
  });

  it("come from stars", () => {
    expect(names(select(["*"]))).toEqual(["ts", "k", "v", "s", "arr", "m", "value"]);
    expect(names(select(["d.*", "lv"], joined("inner", "l.lk = d.k")))).toEqual(["k", "name", "lv"]);
    expect(columns(select(["s.*"]))).toEqual(["a int"]);
    expect(columns(select(["struct(*) AS st"], dim))).toEqual(["st struct<k:string,name:string>"]);
    expect(columns(select(["struct(k, v AS w, s.a, 1) AS st"]))).toEqual(["st struct<k:string,w:bigint,a:int,col4:int>"]);
  });

  it("may be aliases that stand before", () => {
    expect(columns(select(["v + 1 AS w", "w * 2 AS x", "v AS k"]))).toEqual(["w bigint", "x bigint", "k bigint"]);
    expect(explainPlan(build(select(["v AS k", "k AS kk"])))).toContain("k AS kk");
  });

  it("may be columns that the select below dropped, in filters and sorts", () => {
    const json: PlanNode = {
      op: "sort",
      exprs: ["k desc"],
      input: { op: "filter", condition: "v > 1 AND ts IS NULL", input: select(["upper(k) AS u", "v"]) },
    };
    expect(names({ ...json, exprs: ["u"] })).toEqual(["u", "v"]);
    expect(explainPlan(build(json.input!)).split("\n").slice(0, 3)).toEqual([
      "Project [u, v]",
      "+- Filter ((v > CAST(1 AS BIGINT)) AND (ts IS NULL))",
      "   +- Project [upper(k) AS u, v, ts]",
    ]);
    expect(refusal({ op: "filter", condition: "zz > 1", input: select(["v"]) }).parameters).toMatchObject({ proposal: "`v`" });
  });

  it.each([
    ["unknown", select(["vv"]), "UNRESOLVED_COLUMN.WITH_SUGGESTION", { objectName: "`vv`", proposal: "`v`, `k`, `m`, `s`, `ts`" }],
    ["unknown of an alias", select(["x.v"], alias("t", t)), "UNRESOLVED_COLUMN.WITH_SUGGESTION", { objectName: "`x`.`v`" }],
    ["without any column", select(["x"], select(["t.*"], select([], t))), "CANNOT_RESOLVE_STAR_EXPAND", { targetString: "`t`" }],
    [
      "ambiguous",
      select(["k"], { op: "join", how: "inner", on: "x.k = y.k", left: alias("x", dim), right: alias("y", dim) }),
      "AMBIGUOUS_REFERENCE",
      { name: "`k`", referenceNames: "[`x`.`k`, `y`.`k`]" },
    ],
    ["no field", select(["s.b"]), "FIELD_NOT_FOUND", { fieldName: "`b`" }],
    ["no function", select(["uper(k)"]), "UNRESOLVED_ROUTINE", { routineName: "`uper`" }],
    ["a named star", select(["s.* AS x"]), "INVALID_USAGE_OF_STAR_OR_REGEX", { elem: "'*'", prettyName: "expression `alias`" }],
    ["a bad date", select(["date '2024-02-30'"]), "INVALID_TYPED_LITERAL", { valueType: '"DATE"', value: "'2024-02-30'" }],
    ["bytes as JSON", select(["from_json(value, 'a int')"]), "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", { inputType: '"BINARY"' }],
  ] as const)("are refused when they are %s", (_, json, condition, parameters) => {
    const error = refusal(json);
    expect(error.condition).toBe(condition);
    expect(error.parameters).toMatchObject(parameters);
  });
});

function joined(how: string, on: unknown): PlanNode {
  return { op: "join", how, on, left: alias("l", l), right: alias("d", dim) };
}

describe("aggregations", () => {
  it("stand alone when each item is a key or an aggregate", () => {
    const plan = build(aggregate(["k", "upper(k) AS u"], ["sum(v) AS s"]));
    expect(plan.kind).toBe("aggregate");
    expect(columns(aggregate(["k", "upper(k) AS u"], ["sum(v) AS s"]))).toEqual(["k string", "u string", "s bigint"]);
  });

  it("are split from what is computed of them", () => {
    const text = explainPlan(build(aggregate(["k"], ["sum(v) + count(*) AS x", "sum(v) AS s", "upper(k) AS u"])));
    expect(text.split("\n").slice(0, 2)).toEqual([
      "Project [k, (sum(v) + count(1)) AS x, sum(v) AS s, upper(k) AS u]",
      "+- Aggregate [k] [k, sum(v) AS sum(v), count(1) AS count(1)] (aggregate-0)",
    ]);
  });

  it("have no keys in a select", () => {
    expect(build(select(["count(*) AS n", "max(v) AS m"]))).toMatchObject({ kind: "aggregate", grouping: [] });
  });

  it.each([
    ["a bare column", aggregate(["k"], ["v"]), "MISSING_AGGREGATION", { expression: '"v"', expressionAnyValue: '"any_value(v)"' }],
    ["a column beside a global aggregate", select(["k", "count(*)"]), "MISSING_GROUP_BY", {}],
    ["an aggregate as a key", aggregate(["sum(v)"], ["count(*)"]), "GROUP_BY_AGGREGATE", { sqlExpr: '"sum(v)"' }],
    ["a map as a key", aggregate(["m"], ["count(*)"]), "NOT_YET_SUPPORTED", {}],
    ["an aggregate in a join", joined("inner", "sum(lv) > 1"), "UNSUPPORTED_EXPR_FOR_OPERATOR", {}],
  ] as const)("refuse %s", (_, json, condition, parameters) => {
    const error = refusal(json);
    expect(error.condition).toBe(condition);
    expect(error.parameters).toMatchObject(parameters);
  });

  it("let every key expression be used again", () => {
    expect(columns(aggregate(["v % 2 AS odd", "s.a"], ["odd"]))).toHaveLength(3);
  });
});

describe("windows and watermarks", () => {
  const windowed = aggregate(["window(ts, '10 seconds', '5 seconds', '1 second') AS w", "k"], ["count(*) AS n"], watermark("ts", t));

  it("make a node of their own below", () => {
    const window = [...nodesOf(build(windowed))].find((n) => n.kind === "timeWindow");
    expect(window).toMatchObject({ durationUs: 10_000_000, slideUs: 5_000_000, startUs: 1_000_000 });
    expect(columns(windowed)).toEqual(["w struct<start:timestamp,end:timestamp>", "k string", "n bigint"]);
  });

  it("are made once for equal calls", () => {
    const json = select(["window(ts, '5 seconds').start AS a", "window(ts, INTERVAL 5 SECONDS).end AS b"]);
    expect([...nodesOf(build(json))].filter((n) => n.kind === "timeWindow")).toHaveLength(1);
    expect(refusal(select(["window(ts, '5 seconds')", "window(ts, '6 seconds')"])).condition).toBe("MULTIPLE_TIME_WINDOWS");
  });

  it("carry the event time through renames and windows, not through expressions", () => {
    expect(eventTimes(windowed)).toEqual(["w"]);
    expect(eventTimes(select(["ts AS event", "ts"], watermark("ts", t)))).toEqual(["event", "ts"]);
    expect(eventTimes(select(["ts + interval 1 second AS later"], watermark("ts", t)))).toEqual([]);
    expect(eventTimes(aggregate(["window(w, '20 seconds') AS w2"], ["count(*) AS n"], windowed))).toEqual(["w2"]);
    expect(eventTimes(select(["window_time(w) AS at", "w.end AS e"], windowed))).toEqual(["at"]);
    expect(eventTimes(watermark("ts2", select(["ts", "ts AS ts2"], watermark("ts", t))))).toEqual(["ts2"]);
  });

  it("keep the left one's in a union", () => {
    const right = select(["lts AS x", "lk AS y"], l);
    expect(eventTimes({ op: "union", left: select(["ts", "k"], watermark("ts", t)), right })).toEqual(["ts"]);
    expect(eventTimes({ op: "union", left: right, right: select(["ts", "k"], watermark("ts", t)) })).toEqual([]);
  });

  it.each([
    ["slide", "window(ts, '5 seconds', '10 seconds')", "DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION"],
    ["zero", "window(ts, '0 seconds')", "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE"],
    ["month", "window(ts, '1 month')", "WINDOW_INTERVAL_HAS_MONTHS"],
    ["column", "window(ts, k)", "WINDOW_PARAMETER_NOT_CONSTANT"],
    ["type", "window(v, '1 day')", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
    ["no window", "window_time(s)", "WINDOW_COLUMN_EXPECTED"],
    ["bad gap", "session_window(ts, 'five')", "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER"],
  ])("are refused for a bad %s", (_, call, condition) => {
    expect(refusal(aggregate([`${call} AS w`], ["count(*) AS n"])).condition).toBe(condition);
  });
});

describe("several inputs", () => {
  it("never share attributes or watermarks", () => {
    const once = watermark("lts", l);
    const plan = build({ op: "join", how: "inner", on: "x.lk = y.lk", left: alias("x", once), right: alias("y", once) });
    const ids = outputOf(plan).map((a) => a.id);
    expect(new Set(ids).size).toBe(6);
    expect(new Set(outputOf(plan).flatMap((a) => (a.eventTime ? [a.eventTime.watermarkId] : []))).size).toBe(2);
    const union = build({ op: "union", left: once, right: once });
    expect(new Set([...nodesOf(union)].flatMap((n) => (n.kind === "withWatermark" ? [n.watermarkId] : []))).size).toBe(2);
  });

  it.each([
    ["inner", ["k", "ts", "v", "name"]],
    ["left_outer", ["k", "ts", "v", "name"]],
    ["left_semi", ["k", "ts", "v"]],
  ])("joined using a column have it once (%s)", (how, expected) => {
    expect(names({ op: "join", how, on: { using: ["k"] }, left: select(["ts", "k", "v"]), right: dim })).toEqual(expected);
  });

  it("joined outer are nullable on the side that may be missing", () => {
    expect([nullable("inner"), nullable("left_outer"), nullable("right_outer"), nullable("full_outer")]).toEqual([
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ]);
  });

  it("united are widened, by position or by name", () => {
    const left = select(["lv AS a", "lk AS b"], l);
    const right = select(["k AS b", "1.5D AS a"]);
    expect(columns({ op: "unionByName", allowMissingColumns: false, left, right })).toEqual(["a double", "b string"]);
    expect(columns({ op: "unionByName", allowMissingColumns: true, left, right: select(["1L AS c"]) })).toEqual([
      "a int",
      "b string",
      "c bigint",
    ]);
    expect(refusal({ op: "unionByName", allowMissingColumns: false, left, right: select(["k AS b", "1 AS c"]) }).parameters).toMatchObject({
      colName: "a",
      fieldNames: "b, c",
    });
  });
});

describe("generators", () => {
  it("become a node with the columns in their place", () => {
    expect(columns(select(["explode(arr) AS v", "*", "v + 1 AS w"]))).toEqual(["v int", ...columns(select(["*"])), "w bigint"]);
    expect(columns(select(["explode(arr)", "explode(m)"]))).toEqual(["col int", "key string", "value double"]);
    expect(columns(select(["explode(collect_list(k)) AS e", "count(1) AS n"]))).toEqual(["e string", "n bigint"]);
    expect(columns(select(["k", "explode(arr) AS e", "v"]))).toEqual(["k string", "e int", "v bigint"]);
    expect(columns(select(["explode_outer(m) AS (a, b)"]))).toEqual(["a string", "b double"]);
    expect(columns(select(["posexplode(arr)"]))).toEqual(["pos int", "col int"]);
    expect(columns(select(["inline(array(struct(k, v)))"]))).toEqual(["k string", "v bigint"]);
    expect(columns(select(["stack(2, v, 'x', 1L, 'y') AS (n, s)"]))).toEqual(["n bigint", "s string"]);
  });

  it.each([
    ["one inside an expression", select(["explode(arr) + 1"]), "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS"],
    ["one name for two columns", select(["explode(m) AS e"]), "UDTF_ALIAS_NUMBER_MISMATCH"],
    ["names without one", select(["k AS (a, b)"]), "MULTI_ALIAS_WITHOUT_GENERATOR"],
    ["one over a number", select(["explode(v)"]), "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ] as const)("refuse %s", (_, json, condition) => {
    expect(refusal(json).condition).toBe(condition);
  });
});

describe("operator ids", () => {
  it("count from the most upstream one, by kind", () => {
    const chain = aggregate(
      ["k"],
      ["sum(n) AS s"],
      aggregate(["k", "v"], ["count(*) AS n"], { op: "dropDuplicates", columns: ["k", "v"], input: t }),
    );
    expect(operatorIds(chain)).toEqual(["aggregate-1", "aggregate-0", "deduplicate-0"]);
    const both: PlanNode = { op: "join", how: "inner", on: "x.k = y.k", left: alias("x", chain), right: alias("y", chain) };
    expect(operatorIds(both).toSorted()).toEqual(
      ["aggregate-0", "aggregate-1", "aggregate-2", "aggregate-3", "deduplicate-0", "deduplicate-1", "join-0"].toSorted(),
    );
  });

  it("do not depend on what is done to tables", () => {
    const plan: PlanNode = {
      op: "join",
      how: "inner",
      on: "lk = k",
      left: aggregate(["lk"], ["count(*) AS n"], l),
      right: aggregate(["k"], ["count(*) AS m"], dim),
    };
    expect(operatorIds(plan)).toEqual(["aggregate-0", "batch-aggregate-0"]);
  });
});
