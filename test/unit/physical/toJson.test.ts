import { describe, expect, test } from "vitest";
import { col, expr, fromJson, lit, schema, Session, struct, t, toJson, when } from "../../../index.js";

const session = Session.create();
const Point = schema({ id: t.long, point: t.struct({ x: t.double, label: t.string, at: t.timestamp }), tags: t.array(t.string) });
const points = session.createDataFrame(
  [
    [1, { x: 1.5, label: 'a "quoted" é', at: "2024-05-01T12:00:00.123456Z" }, ["a", null]],
    [2, { x: null, label: null, at: null }, []],
    [3, null, null],
  ],
  Point,
);

describe("to_json", () => {
  test("as a column of a projection, with a filter beneath, beside other columns", async () => {
    const rows = await points
      .where(col("id").notEqual(2))
      .select("id", toJson("point").as("point"), toJson("tags").as("tags"), toJson(struct("id", "point.label")).as("both"))
      .collect();
    expect(rows).toEqual([
      {
        id: 1,
        point: '{"x":1.5,"label":"a \\"quoted\\" é","at":"2024-05-01T12:00:00.123Z"}',
        tags: '["a",null]',
        both: '{"id":1,"label":"a \\"quoted\\" é"}',
      },
      { id: 3, point: null, tags: null, both: '{"id":3}' },
    ]);
  });

  test("inside other expressions and filters it gives the same", async () => {
    const rows = await points
      .where(toJson("tags").equalTo("[]").or(col("id").equalTo(1)))
      .select(
        when(col("id").equalTo(1), toJson(struct("id")))
          .otherwise(lit("none"))
          .as("branch"),
        expr("concat(to_json(tags), '!')").as("marked"),
        expr("transform(tags, tag -> to_json(array(tag)))").as("each"),
        expr("to_json(map('k', 1))").as("constant"),
      )
      .collect();
    expect(rows).toEqual([
      { branch: '{"id":1}', marked: '["a",null]!', each: ['["a"]', "[null]"], constant: '{"k":1}' },
      { branch: "none", marked: "[]!", each: [], constant: '{"k":1}' },
    ]);
  });

  test("options and the session's zone", async () => {
    const berlin = Session.create({ conf: { "spark.sql.session.timeZone": "Europe/Berlin" } });
    const one = berlin.createDataFrame([["2024-05-01T12:00:00Z", null]], schema({ at: t.timestamp, n: t.int }));
    const rows = await one
      .select(
        toJson(struct("at", "n")).as("plain"),
        toJson(struct("at", "n"), { ignoreNullFields: "false", timestampFormat: "yyyy-MM-dd HH:mm" }).as("shaped"),
      )
      .collect();
    expect(rows).toEqual([{ plain: '{"at":"2024-05-01T14:00:00.000+02:00"}', shaped: '{"at":"2024-05-01 14:00","n":null}' }]);
  });

  test("what it wrote is read again", async () => {
    const rows = await points.select(fromJson(toJson("point").as("text"), schema({ x: t.double, label: t.string })).as("p")).collect();
    expect(rows).toEqual([{ p: { x: 1.5, label: 'a "quoted" é' } }, { p: { x: null, label: null } }, { p: null }]);
  });

  test("what is no struct, array or map is refused, and so are wrong options", () => {
    // @ts-expect-error the compiler says so before
    expect(() => points.select(toJson("id").as("j"))).toThrow(
      expect.objectContaining({
        condition: "DATATYPE_MISMATCH.INVALID_JSON_SCHEMA",
        parameters: { sqlExpr: '"to_json(id)"', schema: '"BIGINT"' },
      }),
    );
    expect(() => points.select(toJson("point", { ignoreNullFields: "perhaps" }).as("j"))).toThrow(
      expect.objectContaining({ condition: "INVALID_OPTION_VALUE" }),
    );
  });
});
