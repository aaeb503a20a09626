import { sameType, sqlTypeName, types, type DataType, type Field } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import { StreamingError } from "../../errors/streamingError.js";
import { literal, type Expression } from "../../expression/expression.js";
import { checkCount } from "../../expression/resolve.js";
import { describe, describeCall } from "../../expression/types/describe.js";
import { typeOf } from "../../expression/types/typeOf.js";

interface GeneratedFields {
  readonly args: readonly Expression[];
  readonly fields: readonly Field[];
}

/**
 * The columns that a generator gives, by its name without `_outer`.
 *
 * @throws DATATYPE_MISMATCH.…, WRONG_NUM_ARGS.WITHOUT_SUGGESTION, REQUIRED_PARAMETER_NOT_FOUND
 */
export function generatedFields(name: string, args: readonly Expression[]): GeneratedFields {
  const position: Field = { name: "pos", type: types.int, nullable: false };
  switch (name) {
    case "explode":
      return { args, fields: elements(name, args) };
    case "posexplode":
      return { args, fields: [position, ...elements(name, args)] };
    case "inline": {
      const type = collection(name, args);
      if (type.kind !== "array" || type.element.kind !== "struct") throw unexpectedType(name, '"ARRAY<STRUCT>"', args);
      const { containsNull, element } = type;
      return { args, fields: element.fields.map((f) => ({ ...f, nullable: f.nullable || containsNull })) };
    }
    case "json_tuple":
      return { args, fields: tupleFields(args) };
    default:
      assert(name === "stack", `no generator ${name}`);
      return stacked(args);
  }
}

function elements(name: string, args: readonly Expression[]): readonly Field[] {
  const type = collection(name, args);
  if (type.kind === "array") return [{ name: "col", type: type.element, nullable: type.containsNull }];
  if (type.kind !== "map") throw unexpectedType(name, '("ARRAY" or "MAP")', args);
  return [
    { name: "key", type: type.key, nullable: false },
    { name: "value", type: type.value, nullable: type.valueContainsNull },
  ];
}

/** The type of the one argument. */
function collection(name: string, args: readonly Expression[]): DataType {
  if (args.length === 0) {
    const parameterName = name === "inline" ? "`input`" : "`collection`";
    throw new StreamingError("REQUIRED_PARAMETER_NOT_FOUND", { routineName: `\`${name}\``, parameterName, index: "0" });
  }
  checkCount(name, args.length, 1, 1);
  return typeOf(args[0]!);
}

function unexpectedType(name: string, requiredType: string, args: readonly Expression[]): StreamingError {
  return new StreamingError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", {
    sqlExpr: `"${describeCall(name, args)}"`,
    paramIndex: "first",
    requiredType,
    inputSql: `"${describe(args[0]!)}"`,
    inputType: `"${sqlTypeName(typeOf(args[0]!))}"`,
  });
}

function tupleFields(args: readonly Expression[]): readonly Field[] {
  checkCount("json_tuple", args.length, 2, Infinity);
  if (args.some((arg) => typeOf(arg).kind !== "string")) {
    throw new StreamingError("DATATYPE_MISMATCH.NON_STRING_TYPE", {
      sqlExpr: `"${describeCall("json_tuple", args)}"`,
      funcName: "`json_tuple`",
    });
  }
  return args.slice(1).map((_, i) => ({ name: `c${i}`, type: types.string, nullable: true }));
}

/** `stack(n, …)`: n rows of the values, row by row; the values of a column are of one type, or null. */
function stacked(args: readonly Expression[]): GeneratedFields {
  checkCount("stack", args.length, 2, Infinity);
  const rows = rowsOf(args);
  const values = args.slice(1);
  const width = Math.ceil(values.length / rows);
  const fields = Array.from({ length: width }, (_, column): Field => {
    const own = values.flatMap((value, i) => (i % width === column ? [{ type: typeOf(value), index: i + 1 }] : []));
    const first = own.find(({ type }) => type.kind !== "null") ?? own[0]!;
    const other = own.find(({ type }) => type.kind !== "null" && !sameType(type, first.type));
    if (other !== undefined) {
      throw new StreamingError("DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES", {
        sqlExpr: `"${describeCall("stack", args)}"`,
        columnIndex: String(column),
        leftParamIndex: String(first.index),
        leftType: `"${sqlTypeName(first.type)}"`,
        rightParamIndex: String(other.index),
        rightType: `"${sqlTypeName(other.type)}"`,
      });
    }
    return { name: `col${column}`, type: first.type, nullable: true };
  });
  const typed = values.map((value, i) => (typeOf(value).kind === "null" ? literal(null, fields[i % width]!.type) : value));
  return { args: [args[0]!, ...typed], fields };
}

function rowsOf(args: readonly Expression[]): number {
  const count = args[0]!;
  const sqlExpr = `"${describeCall("stack", args)}"`;
  if (typeOf(count).kind !== "int") throw unexpectedType("stack", '"INT"', args);
  if (count.kind !== "literal") {
    const inputExpr = `"${describe(count)}"`;
    throw new StreamingError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", { sqlExpr, inputName: "`n`", inputType: '"INT"', inputExpr });
  }
  if (typeof count.value === "number" && count.value > 0) return count.value;
  const parameters = { sqlExpr, exprName: "`n`", valueRange: "(0, 2147483647]", currentValue: describe(count) };
  throw new StreamingError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", parameters);
}
