import { sameType, sqlTypeName, types, type DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Code, Generator } from "../compile/code.js";
import { andOf, notOf, orOf, rangeOf } from "../compile/snippets.js";
import type { Call, Expression } from "../expression.js";
import { coerceAll } from "../types/coerce.js";
import { describeCall } from "../types/describe.js";
import { nullableOf, typeOf } from "../types/typeOf.js";
import { StreamingError } from "../../errors/streamingError.js";
import { compareValues } from "../../values/compare.js";
import { compareCode, comparable, sameButNames } from "./comparison.js";
import { constantList, type ConstantList } from "./constantList.js";
import { callOf, castArgs, differentTypes, fixed, type FunctionEntry, type Resolving } from "./entry.js";

/** AND and OR: the right side is evaluated only when the left does not decide. `decides` is the value that does. */
function connective(name: "and" | "or", aliases: string[], doc: string, decides: boolean): FunctionEntry {
  return {
    name,
    aliases,
    doc,
    arity: [2, 2],
    nulls: "own",
    resolve: (args, resolving) => ({ args: truths(name, args, resolving), type: types.boolean }),
    evalNext: (_call, argument, value, kept) => {
      if (argument < 0) return 0;
      if (value === decides) return { value };
      if (argument === 1) return { value: kept[0] === null ? null : value };
      kept.push(value);
      return 1;
    },
    generateLazy: (g, call) => connectiveCode(g, call, decides),
  };
}

/** @throws DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES, DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE where a side is no truth value */
function truths(name: string, args: readonly Expression[], resolving: Resolving): Expression[] {
  const [a, b] = args.map(typeOf) as [DataType, DataType];
  const isTruth = ({ kind }: DataType): boolean => kind === "boolean" || kind === "null" || (kind === "string" && resolving.context.ansi);
  if (isTruth(a) && isTruth(b) && (a.kind !== "string" || b.kind !== "string")) return castArgs(args, [types.boolean], resolving);
  const sqlExpr = `"${describeCall(name, args)}"`;
  if (sameType(a, b)) {
    const [inputType, actualDataType] = ['"BOOLEAN"', `"${sqlTypeName(a)}"`];
    throw new StreamingError("DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE", { sqlExpr, inputType, actualDataType });
  }
  throw new StreamingError("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", {
    sqlExpr,
    left: `"${sqlTypeName(a)}"`,
    right: `"${sqlTypeName(b)}"`,
  });
}

function connectiveCode(g: Generator, call: Call, decides: boolean): Code {
  const left = g.gen(call.args[0]!);
  const open = (code: Code): string => orOf(code.isNull, decides ? notOf(code.value) : code.value);
  const nullable = nullableOf(call.args[0]!) || nullableOf(call.args[1]!);
  const [value, isNull] = [g.fresh("v"), nullable ? g.fresh("n") : "false"];
  g.emit(`let ${value} = ${decides}${nullable ? `, ${isNull} = false` : ""};`);
  g.block(`if (${open(left)})`, () => {
    const right = g.gen(call.args[1]!);
    g.block(`if (${open(right)})`, () => {
      const either = orOf(left.isNull, right.isNull);
      if (nullable && either !== "false") g.emit(`${isNull} = ${either};`);
      g.emit(`${value} = ${!decides};`);
    });
  });
  return { representation: "boolean", isNull, value, start: "", length: "" };
}

const not: FunctionEntry = {
  name: "not",
  aliases: ["!"],
  doc: "The other truth value; null stays null.",
  arity: [1, 1],
  nulls: "strict",
  total: true,
  resolve: fixed([types.boolean], types.boolean),
  eval: ([a]) => a !== true,
  generate: (_g, [a]) => notOf(a!.value),
};

const notEqual: FunctionEntry = {
  name: "!=",
  aliases: ["<>"],
  doc: "Whether both differ.",
  arity: [2, 2],
  nulls: "strict",
  resolve: (args, resolving) => {
    const sides = comparable(args, resolving);
    const nullable = sides.some(nullableOf);
    return callOf("not", [callOf("=", sides, types.boolean, nullable, "ansi")], types.boolean, nullable, "ansi");
  },
};

/** A test that sees null: IS NULL, IS TRUE and their like. */
function nullTest(name: string, aliases: string[], doc: string, test: (a: unknown) => boolean, code: (a: Code) => string): FunctionEntry {
  const ofBoolean = / (true|false)$/.test(name);
  return {
    name,
    aliases,
    doc,
    arity: [1, 1],
    nulls: "own",
    resolve: fixed([ofBoolean ? types.boolean : "any"], types.boolean, false),
    eval: ([a]) => test(a),
    generate: (_g, [a]) => code(a!),
  };
}

const isNan: FunctionEntry = {
  name: "isnan",
  doc: "Whether a number is NaN; false for null.",
  arity: [1, 1],
  nulls: "own",
  resolve: (args, resolving) => {
    const type = typeOf(args[0]!);
    return { args: type.kind === "float" ? args : castArgs(args, [types.double], resolving), type: types.boolean, nullable: false };
  },
  eval: ([a]) => Number.isNaN(a),
  generate: (_g, [a]) => andOf(notOf(a!.isNull), `${a!.value} !== ${a!.value}`),
};

const inList: FunctionEntry = {
  name: "in",
  doc: "Whether the first argument equals one of the others; null when none does and one of them is null.",
  arity: [2, Infinity],
  nulls: "own",
  resolve: (args, resolving) => {
    const common = coerceAll(args, resolving.context);
    const alike = args.every((arg) => sameButNames(typeOf(args[0]!), typeOf(arg)));
    if (common === null && !alike) throw differentTypes(args, resolving);
    const coerced = common?.args ?? args;
    comparable(coerced.slice(0, 2), resolving);
    return { args: coerced, type: types.boolean, nullable: coerced.some(nullableOf) };
  },
  evalNext: inStep,
  generateLazy: inCode,
};

/** The lists of calls that are evaluated by the interpreter. */
const lists = new WeakMap<Call, { readonly list: ConstantList | null }>();

function listOf(call: Call): ConstantList | null {
  let known = lists.get(call);
  if (known === undefined) {
    known = { list: constantList(call.args.slice(1), typeOf(call.args[0]!)) };
    lists.set(call, known);
  }
  return known.list;
}

/** Keeps the value that is looked for, and whether an item was null. */
function inStep(call: Call, argument: number, value: Value, kept: Value[]): number | { readonly value: Value } {
  if (argument < 0) return 0;
  if (argument === 0) {
    if (value === null) return { value };
    const constants = listOf(call);
    if (constants !== null) return { value: constants.has(value) || (constants.hasNull ? null : false) };
    kept.push(value, false);
  } else if (value === null) kept[1] = true;
  else if (compareValues(kept[0]!, value, typeOf(call.args[0]!)) === 0) return { value: true };
  return argument + 1 < call.args.length ? argument + 1 : { value: kept[1] === true ? null : false };
}

function inCode(g: Generator, call: Call): Code {
  const [value, ...list] = call.args;
  const held = g.gen(value!);
  const type = typeOf(value!);
  const constants = constantList(list, type);
  const [found, isNull] = [g.fresh("v"), g.fresh("n")];
  g.emit(`let ${found} = false, ${isNull} = true;`);
  g.block(`if (${notOf(held.isNull)})`, () => {
    if (constants === null) {
      g.emit(`${isNull} = false;`);
      for (const item of list) searchItem(g, item, held, found, isNull, type);
    } else g.emit(`${found} = ${membershipCode(g, constants, held)}; ${isNull} = ${constants.hasNull};`);
    g.emit(`if (${found}) ${isNull} = false;`);
  });
  return { representation: "boolean", isNull, value: found, start: "", length: "" };
}

/** Compares with one item; one that may cost something or fail only when none before it was equal. */
function searchItem(g: Generator, item: Expression, held: Code, found: string, isNull: string, type: DataType): void {
  const compare = (): void => {
    const code = g.gen(item);
    if (code.isNull === "true") g.emit(`${isNull} = true;`);
    else g.emit(`if (${code.isNull}) ${isNull} = true; else if (${compareCode(g, "===", held, code, type)}) ${found} = true;`);
  };
  if (isSimple(item)) compare();
  else g.block(`if (!${found})`, compare);
}

function membershipCode(g: Generator, constants: ConstantList, held: Code): string {
  if (held.representation === "bytes") return `${g.runtime(constants)}.hasBytes(${rangeOf(held)})`;
  // In the fast variant longs are doubles: those beyond 2^53 are in no row of it.
  const values =
    held.representation === "long" && !g.exact ? new Set([...constants.values].map(Number).filter(Number.isSafeInteger)) : constants.values;
  return `${g.runtime(values)}.has(${held.value})`;
}

/** Evaluating it costs nothing and cannot fail. */
function isSimple(e: Expression): boolean {
  return e.kind === "literal" || e.kind === "attribute";
}

const between: FunctionEntry = {
  name: "between",
  doc: "Whether the first argument is at least the second and at most the third.",
  arity: [3, 3],
  nulls: "own",
  resolve: ([value, low, high], resolving) => {
    const lower = comparable([value!, low!], { ...resolving, name: ">=" });
    const upper = comparable([value!, high!], { ...resolving, name: "<=" });
    const sides = [
      callOf(">=", lower, types.boolean, lower.some(nullableOf), "ansi"),
      callOf("<=", upper, types.boolean, upper.some(nullableOf), "ansi"),
    ];
    return callOf("and", sides, types.boolean, sides.some(nullableOf), "ansi");
  },
};

export const logicFunctions: readonly FunctionEntry[] = [
  connective("and", [], "True when both are; false when one is, whatever the other.", false),
  connective("or", [], "True when one is, whatever the other; false when both are.", true),
  not,
  notEqual,
  nullTest(
    "isnull",
    ["is null", "is unknown"],
    "Whether the value is null.",
    (a) => a === null,
    (a) => a.isNull,
  ),
  nullTest(
    "isnotnull",
    ["is not null", "is not unknown"],
    "Whether the value is not null.",
    (a) => a !== null,
    (a) => notOf(a.isNull),
  ),
  nullTest(
    "is true",
    [],
    "Whether it is true; false for null.",
    (a) => a === true,
    (a) => andOf(notOf(a.isNull), a.value),
  ),
  nullTest(
    "is not true",
    [],
    "Whether it is false or null.",
    (a) => a !== true,
    (a) => orOf(a.isNull, notOf(a.value)),
  ),
  nullTest(
    "is false",
    [],
    "Whether it is false; false for null.",
    (a) => a === false,
    (a) => andOf(notOf(a.isNull), notOf(a.value)),
  ),
  nullTest(
    "is not false",
    [],
    "Whether it is true or null.",
    (a) => a !== false,
    (a) => orOf(a.isNull, a.value),
  ),
  isNan,
  inList,
  between,
];
