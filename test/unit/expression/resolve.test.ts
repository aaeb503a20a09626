import { describe, expect, it } from "vitest";
import { types, typeName, type DataType } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import type { Attribute, Expression } from "../../../engine/expression/expression.js";
import { fold, foldEagerly } from "../../../engine/expression/fold.js";
import { isAggregateName, isGeneratorName, resolveFunction } from "../../../engine/expression/resolve.js";
import { resolveCast } from "../../../engine/expression/types/coerce.js";
import { commonType } from "../../../engine/expression/types/commonType.js";
import { nullableOf, typeOf } from "../../../engine/expression/types/typeOf.js";

const ansi = { ansi: true, zone: "UTC" };
const legacy = { ansi: false, zone: "UTC" };

const column = (type: DataType, id = 1): Attribute => ({ kind: "attribute", id, name: `c${id}`, type, nullable: true, qualifier: [] });
const literal = (value: Value, type: DataType): Expression => ({ kind: "literal", value, type });
const call = (name: string, args: readonly Expression[], context = ansi): Expression =>
  resolveFunction({ name, args, distinct: false, filter: null }, context);

function conditionOf(work: () => unknown): { condition: string; parameters: Readonly<Record<string, string>> } {
  try {
    work();
  } catch (error) {
    if (error instanceof StreamingError) return { condition: error.condition, parameters: error.parameters };
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("result types", () => {
  const cases: readonly [string, readonly DataType[], string, string][] = [
    ["+", [types.int, types.long], "bigint", "bigint"],
    ["+", [types.byte, types.short], "smallint", "smallint"],
    ["+", [types.int, types.float], "double", "float"],
    ["+", [types.string, types.int], "bigint", "double"],
    ["/", [types.int, types.int], "double", "double"],
    ["div", [types.int, types.int], "bigint", "bigint"],
    ["*", [types.decimal(10, 2), types.decimal(18, 6)], "decimal(29,8)", "decimal(29,8)"],
    ["/", [types.decimal(10, 2), types.decimal(18, 6)], "decimal(35,21)", "decimal(35,21)"],
    ["*", [types.decimal(38, 10), types.decimal(38, 10)], "decimal(38,6)", "decimal(38,6)"],
    ["coalesce", [types.int, types.string], "bigint", "string"],
    ["coalesce", [types.date, types.timestamp], "timestamp", "timestamp"],
    ["array", [types.int, types.decimal(4, 1)], "array<decimal(11,1)>", "array<decimal(11,1)>"],
    ["-", [types.timestamp, types.timestamp], "interval day to second", "interval day to second"],
    ["+", [types.date, types.int], "date", "date"],
  ];
  const titled = cases.map(([name, args, inAnsi, inLegacy]) => ({
    title: args.map(typeName).join(` ${name} `),
    name,
    args,
    inAnsi,
    inLegacy,
  }));
  it.each(titled)("$title", ({ name, args, inAnsi, inLegacy }) => {
    const columns = args.map((type, i) => column(type, i + 1));
    expect(typeName(typeOf(call(name, columns)))).toBe(inAnsi);
    expect(typeName(typeOf(call(name, columns, legacy)))).toBe(inLegacy);
  });

  it("the common type does not depend on the side", () => {
    const all = [
      types.null,
      types.boolean,
      types.int,
      types.long,
      types.float,
      types.double,
      types.decimal(12, 3),
      types.string,
      types.date,
      types.timestamp,
      types.array(types.int),
    ];
    for (const context of [true, false]) {
      for (const a of all) for (const b of all) expect(commonType(a, b, context)).toEqual(commonType(b, a, context));
    }
  });

  it("a struct takes the names of columns, aliases and fields", () => {
    const inner = column(types.struct([{ name: "a", type: types.int, nullable: true }]));
    const field = call("getField", [inner, literal("A", types.string)]);
    const struct = call("struct", [field, { kind: "alias", child: literal(1, types.int), name: "one", id: 9 }, literal("x", types.string)]);
    expect(typeName(typeOf(struct))).toBe("struct<a:int,one:int,col3:string>");
    expect(nullableOf(struct)).toBe(false);
  });
});

describe("refusals", () => {
  it("an unknown function, with the nearest name", () => {
    const { condition, parameters } = conditionOf(() => call("uper", [column(types.string)]));
    expect(condition).toBe("UNRESOLVED_ROUTINE");
    expect(parameters["routineName"]).toBe("`uper`");
    expect(parameters["suggestion"]).toContain("`upper`");
  });

  it("a function of Spark's that is not built is no unknown one", () => {
    expect(conditionOf(() => call("xpath", [column(types.string), column(types.string)]))).toEqual({
      condition: "NOT_YET_SUPPORTED",
      parameters: { feature: "The function xpath" },
    });
  });

  it("a wrong number of arguments", () => {
    expect(conditionOf(() => call("substring", [column(types.string)])).parameters).toMatchObject({
      functionName: "`substring`",
      expectedNum: "[2, 3]",
      actualNum: "1",
    });
    expect(conditionOf(() => call("concat_ws", [])).parameters).toMatchObject({ expectedNum: "> 0", actualNum: "0" });
  });

  it("operands without a common type", () => {
    const { condition, parameters } = conditionOf(() => call("=", [column(types.boolean), column(types.int, 2)]));
    expect(condition).toBe("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES");
    expect(parameters).toEqual({ sqlExpr: '"(c1 = c2)"', left: '"BOOLEAN"', right: '"INT"' });
  });

  it("operands that are no numbers", () => {
    expect(conditionOf(() => call("*", [column(types.boolean), column(types.boolean, 2)])).condition).toBe(
      "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE",
    );
  });

  it("an argument that no implicit cast fits", () => {
    const { condition, parameters } = conditionOf(() => call("upper", [column(types.array(types.int))]));
    expect(condition).toBe("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
    expect(parameters).toMatchObject({ paramIndex: "first", requiredType: '"STRING"', inputSql: '"c1"', inputType: '"ARRAY<INT>"' });
  });

  it("a cast that no mode knows, and one that only ANSI forbids", () => {
    expect(conditionOf(() => resolveCast(column(types.array(types.int)), types.int, false, ansi)).condition).toBe(
      "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
    );
    expect(conditionOf(() => resolveCast(column(types.date), types.int, false, ansi)).condition).toBe(
      "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION",
    );
    expect(conditionOf(() => resolveCast(column(types.date), types.boolean, false, ansi)).condition).toBe(
      "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION",
    );
    expect(typeOf(resolveCast(column(types.date), types.int, false, legacy))).toEqual(types.int);
  });

  it("a field that a struct does not have", () => {
    const struct = column(types.struct([{ name: "a", type: types.int, nullable: true }]));
    expect(conditionOf(() => call("getField", [struct, literal("b", types.string)]))).toEqual({
      condition: "FIELD_NOT_FOUND",
      parameters: { fieldName: "`b`", fields: "`a`" },
    });
    expect(conditionOf(() => call("getField", [column(types.long), literal("b", types.string)])).condition).toBe(
      "INVALID_EXTRACT_BASE_FIELD_TYPE",
    );
  });
});

describe("constants", () => {
  const overflow = call("+", [literal(2147483647, types.int), literal(1, types.int)]);

  it("are folded, and a part that fails is left for the row that reaches it", () => {
    expect(fold(call("+", [literal(1, types.int), literal(2n, types.long)]))).toEqual(literal(3n, types.long));
    expect(fold(overflow)).toEqual(overflow);
  });

  it("fail at once when they are certain to be evaluated, not so in a branch", () => {
    expect(conditionOf(() => foldEagerly(overflow))).toEqual({
      condition: "ARITHMETIC_OVERFLOW",
      parameters: {
        message: "overflow",
        alternative: "Use 'try_add' to tolerate overflow and return NULL instead.",
        config: '"spark.sql.ansi.enabled"',
      },
    });
    const branch = call("if", [column(types.boolean), overflow, literal(0, types.int)]);
    expect(typeOf(foldEagerly(branch))).toEqual(types.int);
  });

  it("are not what is random or of the batch", () => {
    for (const name of ["rand", "uuid", "current_timestamp", "monotonically_increasing_id"]) expect(fold(call(name, [])).kind).toBe("call");
  });
});

describe("names", () => {
  it("aggregates and generators are told apart", () => {
    expect(["sum", "COUNT", "collect_list"].map(isAggregateName)).toEqual([true, true, true]);
    expect(["upper", "+"].map(isAggregateName)).toEqual([false, false]);
    expect(isGeneratorName("explode_outer")).toBe(true);
  });
});
