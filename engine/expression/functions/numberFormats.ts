import { types, type DecimalType } from "../../arrow/types.js";
import { Cache } from "../../codegen/cache.js";
import { StreamingError } from "../../errors/streamingError.js";
import { isNumberFormat, parseNumberFormat, readNumber, writeNumber, type NumberFormat } from "../../values/numberFormat.js";
import type { Expression } from "../expression.js";
import { resolveCast } from "../types/coerce.js";
import { describe, describeCall } from "../types/describe.js";
import { decimalFor, isNumeric, typeOf } from "../types/typeOf.js";
import { callOf, castArgs, unexpectedType, type FunctionEntry, type Resolving } from "./entry.js";

/** Numbers by formats such as `$999,999.00S`. */

const formats = new Cache<NumberFormat>(256);

/** @throws INVALID_FORMAT.… */
function formatOf(text: string): NumberFormat {
  return formats.get(text, () => {
    const found = parseNumberFormat(text);
    if (isNumberFormat(found)) return found;
    throw new StreamingError(`INVALID_FORMAT.${found.condition}`, { format: `'${text}'`, ...found.parameters });
  });
}

/** The constant format that a call has, or null when that is null. @throws DATATYPE_MISMATCH.NON_FOLDABLE_INPUT */
function constantFormat(args: readonly Expression[], resolving: Resolving): NumberFormat | null {
  const given = resolving.fold(castArgs(args, [types.string, types.string], resolving)[1]!);
  if (given.kind === "literal") return given.value === null ? null : formatOf(given.value as string);
  throw new StreamingError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", {
    sqlExpr: `"${describeCall(resolving.name, args)}"`,
    inputName: "`format`",
    inputType: '"STRING"',
    inputExpr: `"${describe(args[1]!)}"`,
  });
}

function toNumber(name: string, doc: string, isTry: boolean): FunctionEntry {
  return {
    name,
    doc,
    arity: [2, 2],
    nulls: "strict",
    resolve: (args, resolving) => {
      const format = constantFormat(args, resolving);
      const type: DecimalType = format === null ? types.decimal(10, 0) : types.decimal(format.precision, format.scale);
      return { args: castArgs(args, [types.string, types.string], resolving), type, nullable: true };
    },
    eval: ([text, format]) => {
      const value = readNumber(text as string, formatOf(format as string));
      if (value !== null || isTry) return value;
      throw new StreamingError("INVALID_FORMAT.MISMATCH_INPUT", {
        inputType: '"STRING"',
        input: text as string,
        format: `'${format as string}'`,
      });
    },
  };
}

const formatNumber: FunctionEntry = {
  name: "text of a number",
  doc: "",
  arity: [2, 2],
  nulls: "strict",
  resolve: (args) => ({ args, type: types.string, nullable: true }),
  eval: ([value, format], { args }) => writeNumber(value as bigint, (typeOf(args[0]!) as DecimalType).scale, formatOf(format as string)),
};

const toChar: FunctionEntry = {
  name: "to_char",
  aliases: ["to_varchar"],
  doc: "A number, date or timestamp as a text of a format; a binary by `base64`, `hex` or `utf-8`.",
  arity: [2, 2],
  nulls: "strict",
  resolve: (args, resolving) => {
    const [value, format] = args as [Expression, Expression];
    const { kind } = typeOf(value);
    if (["date", "timestamp", "timestamp_ntz"].includes(kind)) {
      const call = callOf("date_format", castArgs(args, [types.timestamp, types.string], resolving), types.string, true, "ansi");
      return { ...call, zone: resolving.context.zone };
    }
    if (kind === "binary") return binaryText(value, format, resolving);
    if (!isNumeric(typeOf(value)) && kind !== "string" && kind !== "null") throw unexpectedType(args, 0, '"DECIMAL"', resolving);
    constantFormat(args, resolving);
    const from = kind === "string" || kind === "null" ? types.decimal(38, 18) : decimalFor(typeOf(value));
    const number = resolveCast(value, from, false, resolving.context);
    return callOf("text of a number", [number, ...castArgs([format], [types.string], resolving)], types.string, true, "ansi");
  },
};

const codes: Readonly<Record<string, string>> = { base64: "base64", hex: "hex" };

/** @throws INVALID_PARAMETER_VALUE.BINARY_FORMAT */
function binaryText(value: Expression, format: Expression, resolving: Resolving): Expression {
  const given = resolving.fold(format);
  const code = given.kind === "literal" && typeof given.value === "string" ? given.value.toLowerCase() : null;
  if (code === "utf-8")
    return callOf("decode", [value, { ...given, kind: "literal", value: "UTF-8", type: types.string }], types.string, true, "ansi");
  const name = code === null ? undefined : codes[code];
  if (name !== undefined) return callOf(name, [value], types.string, true, "ansi");
  throw new StreamingError("INVALID_PARAMETER_VALUE.BINARY_FORMAT", {
    functionName: `\`${resolving.name}\``,
    parameter: "`format`",
    invalidFormat: code === null ? describe(format) : `'${code}'`,
  });
}

export const numberFormatFunctions: readonly FunctionEntry[] = [
  toNumber("to_number", "The number in a text, by a format such as `$999,999.00S`.", false),
  toNumber("try_to_number", "The number in a text, by a format; null where the text is not of it.", true),
  toChar,
  formatNumber,
];
