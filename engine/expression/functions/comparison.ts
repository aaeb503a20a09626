import { StreamingError } from "../../errors/streamingError.js";
import type { DataType } from "../../arrow/types.js";
import { sameType, sqlTypeName, types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Code, Generator, Made } from "../compile/code.js";
import { byteCompare, byteEqual, compareDoubles } from "../compile/runtime/bytes.js";
import { rangeOf } from "../compile/snippets.js";
import type { Call, Expression } from "../expression.js";
import { coerceAll, coerceTo } from "../types/coerce.js";
import { commonType } from "../types/commonType.js";
import { describeCall } from "../types/describe.js";
import { isNumeric, typeOf } from "../types/typeOf.js";
import { compareValues } from "../../values/compare.js";
import { anyNullable, differentTypes, requireOrder, type FunctionEntry, type Resolving } from "./entry.js";

/** Both sides of a comparison at their common type. @throws DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES */
export function comparable(args: readonly Expression[], resolving: Resolving): Expression[] {
  const [left, right] = [typeOf(args[0]!), typeOf(args[1]!)];
  const equality = ["=", "==", "!=", "<>", "<=>", "equal_null"].includes(resolving.name);
  const type =
    comparisonType(left, right, resolving.context.ansi) ?? (equality ? truthAsNumber(left, right, resolving.context.ansi) : null);
  if (type === null && sameButNames(left, right)) {
    requireOrder(left, args, resolving);
    return [...args];
  }
  if (type === null) {
    throw new StreamingError("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", {
      sqlExpr: `"${describeCall(resolving.name, args)}"`,
      left: `"${sqlTypeName(left)}"`,
      right: `"${sqlTypeName(right)}"`,
    });
  }
  requireOrder(type, args, resolving);
  return args.map((arg) => coerceTo(arg, type, resolving.context));
}

/** Structs are compared field by field, whatever the fields are called. */
export function sameButNames(a: DataType, b: DataType): boolean {
  if (a.kind === "array" && b.kind === "array") return sameButNames(a.element, b.element);
  if (a.kind === "struct" && b.kind === "struct") {
    return a.fields.length === b.fields.length && a.fields.every((field, i) => sameButNames(field.type, b.fields[i]!.type));
  }
  return sameType(a, b);
}

/** Legacy mode brings strings to the other side's type in comparisons (beside a decimal to doubles), and booleans meet numbers; ANSI goes by the common type. */
function comparisonType(a: DataType, b: DataType, ansi: boolean): DataType | null {
  if (ansi || a.kind === "null" || b.kind === "null" || (a.kind === "string") === (b.kind === "string")) return commonType(a, b, ansi);
  const other = a.kind === "string" ? b : a;
  return commonType(a, b, true) && (other.kind === "decimal" ? types.double : other);
}

/** Outside of ANSI mode a truth value equals 1 or 0. */
function truthAsNumber(a: DataType, b: DataType, ansi: boolean): DataType | null {
  if (ansi || (a.kind === "boolean") === (b.kind === "boolean")) return null;
  const number = a.kind === "boolean" ? b : a;
  return isNumeric(number) ? number : null;
}

/** A JavaScript expression that compares two values that are not null with `operator` (`===`, `<`, …). */
export function compareCode(g: Generator, operator: string, a: Code, b: Code, type: DataType): string {
  if (a.representation === "bytes") {
    if (operator === "===") return `${g.runtime(byteEqual)}(${rangeOf(a)}, ${rangeOf(b)})`;
    return `${g.runtime(byteCompare)}(${rangeOf(a)}, ${rangeOf(b)}) ${operator} 0`;
  }
  if (type.kind === "float" || type.kind === "double") {
    // NaN equals itself and is above all else.
    if (operator === "===") return `(${a.value} === ${b.value} || (${a.value} !== ${a.value} && ${b.value} !== ${b.value}))`;
    if (operator === ">" && isNumber(b.value)) return `!(${a.value} <= ${b.value})`;
    if (operator === ">=" && isNumber(b.value)) return `!(${a.value} < ${b.value})`;
    if (isNumber(b.value)) return `${a.value} ${operator} ${b.value}`;
    return `${g.runtime(compareDoubles)}(${a.value}, ${b.value}) ${operator} 0`;
  }
  if (a.representation === "value") return `${g.runtime(compareValues)}(${a.value}, ${b.value}, ${g.runtime(type)}) ${operator} 0`;
  return `${a.value} ${operator} ${b.value}`;
}

function isNumber(code: string): boolean {
  return /^-?\d/.test(code);
}

function comparison(name: string, aliases: string[], doc: string, operator: string, test: (order: number) => boolean): FunctionEntry {
  return {
    name,
    aliases,
    doc,
    arity: [2, 2],
    nulls: "strict",
    total: true,
    resolve: (args, resolving) => ({ args: comparable(args, resolving), type: types.boolean }),
    eval: ([a, b], call) => test(compareValues(a!, b!, typeOf(call.args[0]!))),
    generate: (g, [a, b], call) => compareCode(g, operator, a!, b!, typeOf(call.args[0]!)),
  };
}

const nullSafeEqual: FunctionEntry = {
  name: "<=>",
  aliases: ["equal_null"],
  doc: "Equality for which null equals null and nothing else.",
  arity: [2, 2],
  nulls: "own",
  resolve: (args, resolving) => ({ args: comparable(args, { ...resolving, name: "<=>" }), type: types.boolean, nullable: false }),
  eval: ([a, b], call) => (a === null || b === null ? a === b : compareValues(a!, b!, typeOf(call.args[0]!)) === 0),
  generate: (g, [a, b], call) => {
    const equal = compareCode(g, "===", a!, b!, typeOf(call.args[0]!));
    return `${a!.isNull} || ${b!.isNull} ? ${a!.isNull} === ${b!.isNull} : ${equal}`;
  },
};

/** Index of the largest (or smallest) of the values that are not null; they are told apart by `sign`. */
function extreme(name: "greatest" | "least", sign: 1 | -1): FunctionEntry {
  return {
    name,
    doc: `The ${name} of its arguments, nulls left out.`,
    arity: [2, Infinity],
    nulls: "own",
    resolve: (args, resolving) => {
      const coerced = coerceExtreme(args, resolving);
      return { args: coerced, type: typeOf(coerced[0]!), nullable: coerced.every((arg) => anyNullable([arg])) };
    },
    eval: (args, call) => {
      let best: Value = null;
      for (const arg of args) {
        if (arg !== null && (best === null || compareValues(arg, best, call.type) * sign > 0)) best = arg;
      }
      return best;
    },
    generate: (g, args, call) => (args[0]!.representation === "bytes" ? null : extremeCode(g, args, call, sign)),
  };
}

function coerceExtreme(args: readonly Expression[], resolving: Resolving): Expression[] {
  const coerced = coerceAll(args, resolving.context);
  // Texts are not promoted here.
  const texts = args.filter((arg) => typeOf(arg).kind === "string");
  const others = args.some((arg) => typeOf(arg).kind !== "string" && typeOf(arg).kind !== "null");
  if (coerced === null || (texts.length > 0 && others)) throw differentTypes(args, resolving);
  requireOrder(coerced.type, args, resolving);
  return coerced.args;
}

function extremeCode(g: Generator, args: readonly Code[], call: Call, sign: 1 | -1): Made {
  const [best, none] = [g.fresh("best"), g.fresh("none")];
  g.emit(`let ${best} = ${args[0]!.value}, ${none} = ${args[0]!.isNull};`);
  const held: Code = { ...args[0]!, value: best, isNull: none };
  for (const arg of args.slice(1)) {
    const better = compareCode(g, sign > 0 ? ">" : "<", arg, held, call.type);
    g.emit(`if (!${arg.isNull} && (${none} || ${better})) { ${best} = ${arg.value}; ${none} = false; }`);
  }
  return { value: best, isNull: none };
}

export const comparisonFunctions: readonly FunctionEntry[] = [
  comparison("=", ["=="], "Whether both are equal.", "===", (order) => order === 0),
  comparison("<", [], "Whether the left is below the right.", "<", (order) => order < 0),
  comparison("<=", [], "Whether the left is at most the right.", "<=", (order) => order <= 0),
  comparison(">", [], "Whether the left is above the right.", ">", (order) => order > 0),
  comparison(">=", [], "Whether the left is at least the right.", ">=", (order) => order >= 0),
  nullSafeEqual,
  extreme("greatest", 1),
  extreme("least", -1),
];
