import { describe, expect, it } from "vitest";
import { col, fromJson } from "../../../dataframe/functions.js";
import { Session } from "../../../dataframe/session.js";
import { explainPlan } from "../../../engine/plan/explain.js";
import { optimize } from "../../../engine/plan/optimizer/optimize.js";

describe("from_json", () => {
  const session = Session.create();
  const texts = session.createDataFrame(
    [{ text: '{"a":1,"b":"x","c":{"d":2}}' }, { text: '{"a":"no number","b":"y"}' }, { text: null }],
    "text STRING",
  );
  const decoded = texts.select(fromJson(col("text"), "a INT, b STRING, c STRUCT<d: INT>").as("r"));

  it("decodes only the fields that are looked at", () => {
    const plan = explainPlan(optimize(decoded.selectExpr("r.b").plan));
    expect(plan).toContain("from_json");
    expect(plan).not.toMatch(/from_json.*\bd\b/);
  });

  it.each([
    ["r.b", [{ b: "x" }, { b: "y" }, { b: null }]],
    ["r.c.d", [{ d: 2 }, { d: null }, { d: null }]],
    ["r.a", [{ a: 1 }, { a: null }, { a: null }]],
  ])("gives the same for %s", async (field, expected) => {
    expect(await decoded.selectExpr(field).collect()).toEqual(expected);
  });

  it("refuses an option that it does not know, with the nearest name, when it is built", () => {
    expect(() => texts.selectExpr("from_json(text, 'a INT', map('mod', 'FAILFAST')) AS r")).toThrowError(
      expect.objectContaining({
        condition: "UNKNOWN_OPTION",
        parameters: expect.objectContaining({ option: "mod", suggestion: "Did you mean `mode`?" }),
      }),
    );
  });

  it("decodes the fields that are taken where it stands", () => {
    const plan = explainPlan(
      optimize(
        texts.selectExpr("from_json(text, 'a INT, b STRING, d INT').a AS x", "from_json(text, 'a INT, b STRING, d INT').b AS y").plan,
      ),
    );
    expect(plan).toMatch(/from_json/);
    expect(plan).not.toMatch(/from_json.*\bd\b/);
  });

  it("is decoded whole where it is needed whole", async () => {
    expect(await decoded.selectExpr("r.b", "r").where("b = 'x'").collect()).toEqual([{ b: "x", r: { a: 1, b: "x", c: { d: 2 } } }]);
  });
});
