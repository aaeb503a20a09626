import { describe, expect, test } from "vitest";
import { types } from "../../../../engine/arrow/types.js";
import { literal, type AggregateCall, type Expression } from "../../../../engine/expression/expression.js";
import { matchAggregates } from "../../../../engine/physical/migration/aggregates.js";
import { isSameLabel, labelOf } from "../../../../engine/physical/migration/labels.js";
import { sqlText } from "../../../../engine/plan/sqlText.js";

const text = (value: string): Expression => literal(value, types.string);

function concatOf(...args: readonly Expression[]): AggregateCall {
  const call: Expression = { kind: "call", name: "concat", args, type: types.string, nullable: true, evalMode: "ansi" };
  return {
    kind: "aggregateCall",
    name: "max",
    args: [call],
    distinct: false,
    filter: null,
    type: types.string,
    nullable: true,
    evalMode: "ansi",
  };
}

describe("how aggregates are written, as a checkpoint remembers it", () => {
  test("has no text and no bytes in it, and still tells them apart", () => {
    const call = concatOf(text("open"), literal(Buffer.from("sesame"), types.binary), literal(7, types.int));
    expect(labelOf(call)).toMatch(/^max\(concat\(…[0-9a-f]{8}, …[0-9a-f]{8}, 7\)\)$/);
    expect(labelOf(concatOf(text("a")))).not.toBe(labelOf(concatOf(text("b"))));
    expect(labelOf(concatOf(text("a")))).toBe(labelOf(concatOf(text("a"))));
  });

  test.each([
    ["a", "b"],
    ["(", ")*"],
    ["", "x"],
    ["…00000000", "b"],
  ])("is that of an older checkpoint, which has the texts themselves: %j, %j", (...given) => {
    const call = concatOf(...given.map(text));
    expect(isSameLabel(sqlText(call), labelOf(call))).toBe(true);
    expect(isSameLabel(sqlText(concatOf(text("a"), text("c"))), labelOf(call))).toBe(false);
    expect(isSameLabel(`${sqlText(call)} and more`, labelOf(call))).toBe(false);
    expect(isSameLabel("", labelOf(call))).toBe(false);
  });

  test("so aggregates of an older checkpoint that change places keep their values", () => {
    const [a, b] = [concatOf(text("a")), concatOf(text("b"))];
    const functions = ["max(string)", "max(string)"];
    const before = { functions, labels: [sqlText(a), sqlText(b)] };
    expect(matchAggregates(before, { functions, labels: [labelOf(b), labelOf(a)] })).toEqual({ from: [1, 0] });
    expect(matchAggregates(before, { functions, labels: [labelOf(a), labelOf(b)] })).toEqual({ from: [0, 1] });
  });
});
