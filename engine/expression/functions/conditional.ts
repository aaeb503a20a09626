import { types, type DataType } from "../../arrow/types.js";
import type { Code, Generator } from "../compile/code.js";
import { representationOf } from "../compile/representation.js";
import { andOf, assignTarget, declareTarget, notOf } from "../compile/snippets.js";
import type { Call, Expression } from "../expression.js";
import { coerceAll, coerceTo } from "../types/coerce.js";
import { nullableOf, typeOf } from "../types/typeOf.js";
import { comparable } from "./comparison.js";
import { callOf, differentTypes, unexpectedType, type FunctionEntry, type Resolution, type Resolving } from "./entry.js";

/** CASE: arguments are condition, value, condition, value, …, and the ELSE value when their number is odd. */
const caseWhen: FunctionEntry = {
  name: "case",
  aliases: ["when"],
  doc: "The value of the first condition that is true, else the last argument or null.",
  arity: [2, Infinity],
  nulls: "own",
  resolve: (args, resolving) => resolveCase(args, resolving),
  evalNext: ({ args }, argument, value) => {
    if (argument < 0) return 0;
    const condition = argument % 2 === 0 && argument + 1 < args.length;
    if (!condition) return { value };
    if (value === true) return argument + 1;
    return argument + 2 < args.length ? argument + 2 : { value: null };
  },
  generateLazy: caseCode,
};

function resolveCase(args: readonly Expression[], resolving: Resolving): Resolution {
  const isValue = (i: number): boolean => i % 2 === 1 || i === args.length - 1;
  const wrong = args.findIndex((arg, i) => !isValue(i) && !isCondition(typeOf(arg), resolving));
  if (wrong >= 0) throw unexpectedType(args, wrong, '"BOOLEAN"', resolving);
  const conditions = args.filter((_, i) => !isValue(i)).map((arg) => coerceTo(arg, types.boolean, resolving.context));
  const given = args.filter((_, i) => isValue(i));
  const values = coerceAll(given, resolving.context);
  if (values === null) throw differentTypes(given, resolving);
  const coerced = args.map((_, i) => (isValue(i) ? values.args.shift()! : conditions.shift()!));
  const nullable = args.length % 2 === 0 || coerced.some((arg, i) => isValue(i) && nullableOf(arg));
  return { args: coerced, type: values.type, nullable };
}

/** IF takes a bare NULL; CASE does not. */
function isCondition(type: DataType, { name }: Resolving): boolean {
  return type.kind === "boolean" || (type.kind === "null" && name !== "case");
}

function caseCode(g: Generator, call: Call): Code {
  const { args } = call;
  const target = declareTarget(g, representationOf(call.type));
  // A branch leaves the block, so that any number of them is no deeper than one.
  const label = g.fresh("case");
  const first = g.gen(args[0]!);
  g.block(`${label}:`, () => {
    for (let i = 0; i < args.length; i += 2) {
      if (i === args.length - 1) {
        assignTarget(g, target, g.gen(args[i]!));
        continue;
      }
      const condition = i === 0 ? first : g.gen(args[i]!);
      g.block(`if (${andOf(notOf(condition.isNull), condition.value)})`, () => {
        assignTarget(g, target, g.gen(args[i + 1]!));
        if (i + 2 < args.length) g.emit(`break ${label};`);
      });
    }
  });
  return call.nullable ? target : { ...target, isNull: "false" };
}

const ifElse: FunctionEntry = {
  name: "if",
  doc: "The second argument where the first is true, else the third.",
  arity: [3, 3],
  nulls: "own",
  resolve: (args, resolving) => {
    const resolution = resolveCase(args, resolving);
    return callOf("case", resolution.args, resolution.type, resolution.nullable ?? true, "ansi");
  },
};

const coalesce: FunctionEntry = {
  name: "coalesce",
  doc: "The first argument that is not null.",
  arity: [1, Infinity],
  nulls: "own",
  resolve: (args, resolving) => resolveCoalesce(args, resolving),
  evalNext: ({ args }, argument, value) => (value !== null || argument + 1 === args.length ? { value } : argument + 1),
  generateLazy: (g, call) => {
    const target = declareTarget(g, representationOf(call.type));
    const label = g.fresh("coalesce");
    const first = g.gen(call.args[0]!);
    g.block(`${label}:`, () => {
      for (const [i, arg] of call.args.entries()) {
        const code = i === 0 ? first : g.gen(arg);
        assignTarget(g, target, code);
        if (code.isNull === "false") break;
        if (i + 1 < call.args.length) g.emit(`if (!${target.isNull}) break ${label};`);
      }
    });
    return call.nullable ? target : { ...target, isNull: "false" };
  },
};

function resolveCoalesce(args: readonly Expression[], resolving: Resolving): Resolution {
  const coerced = coerceAll(args, resolving.context);
  if (coerced === null) throw differentTypes(args, resolving);
  return { args: coerced.args, type: coerced.type, nullable: coerced.args.every(nullableOf) };
}

function coalesceOf(args: readonly Expression[], resolving: Resolving): Call {
  const { args: coerced, type, nullable } = resolveCoalesce(args, resolving);
  return callOf("coalesce", coerced, type, nullable ?? true, "ansi");
}

function ifOf(condition: Expression, yes: Expression, no: Expression, type: DataType): Call {
  return callOf("case", [condition, yes, no], type, nullableOf(yes) || nullableOf(no), "ansi");
}

function equalTo(a: Expression, b: Expression, resolving: Resolving): Call {
  const sides = comparable([a, b], { ...resolving, name: "=" });
  return callOf("=", sides, types.boolean, sides.some(nullableOf), "ansi");
}

const zero: Expression = { kind: "literal", value: 0, type: types.int };

export const conditionalFunctions: readonly FunctionEntry[] = [
  caseWhen,
  ifElse,
  coalesce,
  {
    name: "nvl",
    aliases: ["ifnull"],
    doc: "The first argument, or the second where that is null.",
    arity: [2, 2],
    nulls: "own",
    resolve: (args, resolving) => coalesceOf(args, resolving),
  },
  {
    name: "nvl2",
    doc: "The second argument where the first is not null, else the third.",
    arity: [3, 3],
    nulls: "own",
    resolve: ([test, yes, no], resolving) => {
      const coerced = coerceAll([yes!, no!], resolving.context);
      if (coerced === null) throw differentTypes([yes!, no!], resolving);
      return ifOf(callOf("isnotnull", [test!], types.boolean, false, "ansi"), coerced.args[0]!, coerced.args[1]!, coerced.type);
    },
  },
  {
    name: "nullif",
    doc: "Null where both are equal, else the first argument.",
    arity: [2, 2],
    nulls: "own",
    resolve: ([a, b], resolving) => {
      const type = typeOf(a!);
      return ifOf(equalTo(a!, b!, resolving), { kind: "literal", value: null, type }, a!, type);
    },
  },
  {
    name: "nullifzero",
    doc: "Null where the argument is 0.",
    arity: [1, 1],
    nulls: "own",
    resolve: ([a], resolving) => {
      const type = typeOf(a!);
      return ifOf(equalTo(a!, zero, resolving), { kind: "literal", value: null, type }, a!, type);
    },
  },
  {
    name: "zeroifnull",
    doc: "0 where the argument is null.",
    arity: [1, 1],
    nulls: "own",
    resolve: ([a], resolving) => coalesceOf([a!, zero], resolving),
  },
];
