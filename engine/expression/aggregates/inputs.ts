import { StreamingError } from "../../errors/streamingError.js";
import { sqlTypeName, types, type DataType } from "../../arrow/types.js";
import type { Expression } from "../expression.js";
import { describe, describeCall } from "../types/describe.js";
import { holds, isIntegral, isOrderable } from "../types/typeOf.js";
import type { AggregateInput } from "./aggregateFunction.js";

/** byte to double. */
export function isNumber(type: DataType): boolean {
  return isIntegral(type) || type.kind === "float" || type.kind === "double";
}

/** Numbers, decimals and intervals of one unit; text and void count as double, as everywhere in Spark. */
export const summable: AggregateInput = {
  required: '("NUMERIC" or "ANSI INTERVAL")',
  coerce: (type) => {
    if (isNumber(type) || type.kind === "decimal" || type.kind === "interval_daytime" || type.kind === "interval_yearmonth") return type;
    return type.kind === "string" || type.kind === "null" ? types.double : null;
  },
};

/** What has an order. */
export const orderable: AggregateInput = {
  required: (name, args, type) =>
    new StreamingError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", {
      sqlExpr: `"${describeCall(name, args)}"`,
      functionName: `\`${name}\``,
      dataType: `"${sqlTypeName(type)}"`,
    }),
  coerce: (type) => (isOrderable(type) ? type : null),
};

function notDistinguishable(name: string, args: readonly Expression[]): StreamingError {
  return new StreamingError("DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE", {
    sqlExpr: `"${describeCall(name, args)}"`,
    functionName: `\`${name}\``,
    dataType: '"MAP" or "COLLATED STRING"',
  });
}

/** Arrays of what can be told apart. */
export const distinguishableArray: AggregateInput = {
  required: (name, args, type) =>
    type.kind === "array"
      ? notDistinguishable(name, args)
      : new StreamingError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", {
          sqlExpr: `"${describeCall(name, args)}"`,
          paramIndex: "first",
          requiredType: '"ARRAY"',
          inputSql: `"${describe(args[0]!)}"`,
          inputType: `"${sqlTypeName(type)}"`,
        }),
  coerce: (type) => (type.kind === "array" && !holds(type, "map") ? type : null),
};

/** What can be told apart: maps have no equality. */
export const distinguishable: AggregateInput = {
  required: notDistinguishable,
  coerce: (type) => (holds(type, "map") ? null : type),
};

export const anything: AggregateInput = { required: "any type", coerce: (type) => type };

export const booleanInput: AggregateInput = {
  required: '"BOOLEAN"',
  coerce: ({ kind }, ansi) => (kind === "boolean" || (kind === "string" && ansi) || kind === "null" ? types.boolean : null),
};

export const integralInput: AggregateInput = {
  required: '"INTEGRAL"',
  coerce: (type) => (isIntegral(type) ? type : type.kind === "null" ? types.int : null),
};

export const doubleInput: AggregateInput = {
  required: '"DOUBLE"',
  coerce: (type) => (isNumber(type) || type.kind === "decimal" || type.kind === "string" || type.kind === "null" ? types.double : null),
};
