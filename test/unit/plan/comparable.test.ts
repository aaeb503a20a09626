import { describe, expect, it } from "vitest";
import { expr } from "../../../dataframe/functions.js";
import { Session } from "../../../dataframe/session.js";
import type { StreamingError } from "../../../engine/errors/streamingError.js";

// The conditions and parameters are those of Spark 4.3.

const session = Session.create();
const table = session
  .range(0, 3)
  .selectExpr("id AS k", "map('a', id) AS m", "named_struct('m', map('a', id)) AS sm", "array(map('a', id)) AS am");

const typeNames = {
  m: '"MAP<STRING, BIGINT>"',
  sm: '"STRUCT<m: MAP<STRING, BIGINT> NOT NULL>"',
  am: '"ARRAY<MAP<STRING, BIGINT>>"',
};

function refusal(build: () => unknown): { condition: string; parameters: unknown } {
  try {
    build();
  } catch (error) {
    const { condition, parameters } = error as StreamingError;
    return { condition, parameters };
  }
  return { condition: "accepted", parameters: {} };
}

describe.each(Object.entries(typeNames))("maps have no equality and no order: %s", (c, dataType) => {
  const setOperation = { condition: "UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE", parameters: { colName: `\`${c}\``, dataType } };

  it.each([
    ["distinct", () => table.select("k", c).distinct()],
    ["dropDuplicates", () => table.dropDuplicates(c)],
    ["dropDuplicatesWithinWatermark", () => table.dropDuplicatesWithinWatermark(c)],
    ["intersect", () => table.select(c).intersect(table.select(c))],
    ["except", () => table.select(c).except(table.select(c))],
  ])("%s", (_, build) => expect(refusal(build)).toEqual(setOperation));

  it("other keys and unions do not compare it", () => {
    expect(refusal(() => table.dropDuplicates("k")).condition).toBe("accepted");
    expect(refusal(() => table.select(c).union(table.select(c))).condition).toBe("accepted");
  });

  const ordering = (functionName: string, sqlExpr: string, of = dataType): object => ({
    condition: "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
    parameters: { functionName: `\`${functionName}\``, dataType: of, sqlExpr: `"${sqlExpr}"` },
  });

  it("order by", () => expect(refusal(() => table.orderBy(c))).toEqual(ordering("sortorder", `${c} ASC NULLS FIRST`)));

  it.each([
    [`${c} = ${c}`, "=", `(${c} = ${c})`],
    [`equal_null(${c}, ${c})`, "<=>", `(${c} <=> ${c})`],
    [`${c} IN (${c})`, "in", `(${c} IN (${c}))`],
    [`greatest(${c}, ${c})`, "greatest", `greatest(${c}, ${c})`],
    [`max(${c})`, "max", `max(${c})`],
    [`min_by(k, ${c})`, "min_by", `min_by(k, ${c})`],
    [`array_contains(array(${c}), ${c})`, "array_contains", `array_contains(array(${c}), ${c})`],
    [`array_distinct(array(${c}))`, "array_distinct", `array_distinct(array(${c}))`],
    [`array_max(array(${c}))`, "array_max", `array_max(array(${c}))`],
    [`array_union(array(${c}), array(${c}))`, "array_union", `array_union(array(${c}), array(${c}))`],
    [`array_except(array(${c}), array(${c}))`, "array_except", `array_except(array(${c}), array(${c}))`],
    [`array_position(array(${c}), ${c})`, "array_position", `array_position(array(${c}), ${c})`],
  ])("%s", (text, name, sqlExpr) => expect(refusal(() => table.selectExpr(`${text} AS r`))).toEqual(ordering(name, sqlExpr)));

  it("join keys", () => {
    expect(refusal(() => table.as("a").join(table.as("b"), expr(`a.${c} <=> b.${c}`)))).toEqual(ordering("<=>", `(${c} <=> ${c})`));
  });

  it("collect_set and keys of maps", () => {
    expect(refusal(() => table.selectExpr(`collect_set(${c}) AS r`))).toEqual({
      condition: "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE",
      parameters: { functionName: "`collect_set`", dataType: '"MAP" or "COLLATED STRING"', sqlExpr: `"collect_set(${c})"` },
    });
    expect(refusal(() => table.selectExpr(`map(${c}, 1) AS r`))).toEqual({
      condition: "DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE",
      parameters: { keyType: dataType, sqlExpr: `"map(${c}, 1)"` },
    });
  });
});
