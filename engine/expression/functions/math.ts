import { types } from "../../arrow/types.js";
import { isInterval, typeOf } from "../types/typeOf.js";
import { castArgs, fixed, type FunctionEntry } from "./entry.js";

/** Functions of doubles, and what counts. */

/** A function of doubles: one JavaScript expression for generated code, a function for the interpreter. `x` and `y` are its arguments. */
function ofDoubles(name: string, aliases: string[], doc: string, code: string, evaluate: (x: number, y: number) => number): FunctionEntry {
  const arity = evaluate.length;
  return {
    name,
    aliases,
    doc,
    arity: [arity, arity],
    nulls: "strict",
    total: true,
    resolve: fixed([types.double], types.double),
    eval: ([x, y]) => evaluate(x as number, (y as number | undefined) ?? 0),
    generate: (_g, args) => code.replace(/\b[xy]\b/g, (letter) => args[letter === "x" ? 0 : 1]!.value),
  };
}

const signOf: FunctionEntry = {
  name: "signum",
  aliases: ["sign"],
  doc: "-1, 0 or 1, as the sign of a number or an interval.",
  arity: [1, 1],
  nulls: "strict",
  total: true,
  resolve: (args, resolving) => ({
    args: isInterval(typeOf(args[0]!)) ? args : castArgs(args, [types.double], resolving),
    type: types.double,
  }),
  eval: ([x]) => Math.sign(Number(x)),
  generate: (_g, [x], call) => (isInterval(typeOf(call.args[0]!)) ? null : `Math.sign(${x!.value})`),
};

/** A logarithm: null at and below its pole. */
function logarithm(
  name: string,
  aliases: string[],
  doc: string,
  code: string,
  pole: number,
  evaluate: (x: number) => number,
): FunctionEntry {
  return {
    name,
    aliases,
    doc,
    arity: [1, 1],
    nulls: "strict",
    resolve: fixed([types.double], types.double, true),
    eval: ([x]) => ((x as number) <= pole ? null : evaluate(x as number)),
    generate: (_g, [x]) => ({ value: `${code}(${x!.value})`, isNull: `${x!.value} <= ${pole}` }),
  };
}

const log: FunctionEntry = {
  name: "log",
  doc: "The natural logarithm, or that to the base of the first argument.",
  arity: [1, 2],
  nulls: "strict",
  resolve: fixed([types.double], types.double, true),
  eval: (args) => {
    const [base, x] = args.length === 1 ? [null, args[0] as number] : [args[0] as number, args[1] as number];
    if (x <= 0 || (base !== null && base <= 0)) return null;
    return base === null ? Math.log(x) : Math.log(x) / Math.log(base);
  },
  generate: (_g, args) => {
    const [base, x] = args.length === 1 ? [null, args[0]!.value] : [args[0]!.value, args[1]!.value];
    if (base === null) return { value: `Math.log(${x})`, isNull: `${x} <= 0` };
    return { value: `Math.log(${x}) / Math.log(${base})`, isNull: `${x} <= 0 || ${base} <= 0` };
  },
};

const factorial: FunctionEntry = {
  name: "factorial",
  doc: "The factorial of 0 to 20; null for others.",
  arity: [1, 1],
  nulls: "strict",
  resolve: fixed([types.int], types.long, true),
  eval: ([n]) => {
    if ((n as number) < 0 || (n as number) > 20) return null;
    let product = 1n;
    for (let i = 2n; i <= BigInt(n as number); i++) product *= i;
    return product;
  },
};

const constant = (name: string, doc: string, value: number): FunctionEntry => ({
  name,
  doc,
  arity: [0, 0],
  nulls: "strict",
  resolve: () => ({ kind: "literal", value, type: types.double }),
});

export const mathFunctions: readonly FunctionEntry[] = [
  ofDoubles("sqrt", [], "The square root; NaN of negative numbers.", "Math.sqrt(x)", (x) => Math.sqrt(x)),
  ofDoubles("cbrt", [], "The cube root.", "Math.cbrt(x)", (x) => Math.cbrt(x)),
  ofDoubles("exp", [], "e to the power of the argument.", "Math.exp(x)", (x) => Math.exp(x)),
  ofDoubles("expm1", [], "exp(x) - 1, exact for small x.", "Math.expm1(x)", (x) => Math.expm1(x)),
  logarithm("ln", [], "The natural logarithm.", "Math.log", 0, (x) => Math.log(x)),
  logarithm("log10", [], "The logarithm to the base 10.", "Math.log10", 0, (x) => Math.log10(x)),
  logarithm("log2", [], "The logarithm to the base 2.", "((x) => Math.log(x) / Math.LN2)", 0, (x) => Math.log(x) / Math.LN2),
  logarithm("log1p", [], "ln(1 + x), exact for small x.", "Math.log1p", -1, (x) => Math.log1p(x)),
  log,
  ofDoubles("pow", ["power"], "The first argument to the power of the second.", "x ** y", (x, y) => x ** y),
  ofDoubles("sin", [], "The sine.", "Math.sin(x)", (x) => Math.sin(x)),
  ofDoubles("cos", [], "The cosine.", "Math.cos(x)", (x) => Math.cos(x)),
  ofDoubles("tan", [], "The tangent.", "Math.tan(x)", (x) => Math.tan(x)),
  ofDoubles("cot", [], "The cotangent.", "1 / Math.tan(x)", (x) => 1 / Math.tan(x)),
  ofDoubles("sec", [], "The secant.", "1 / Math.cos(x)", (x) => 1 / Math.cos(x)),
  ofDoubles("csc", [], "The cosecant.", "1 / Math.sin(x)", (x) => 1 / Math.sin(x)),
  ofDoubles("asin", [], "The arc sine.", "Math.asin(x)", (x) => Math.asin(x)),
  ofDoubles("acos", [], "The arc cosine.", "Math.acos(x)", (x) => Math.acos(x)),
  ofDoubles("atan", [], "The arc tangent.", "Math.atan(x)", (x) => Math.atan(x)),
  ofDoubles("atan2", [], "The angle of the point (second, first argument).", "Math.atan2(x + 0, y + 0)", (x, y) =>
    Math.atan2(x + 0, y + 0),
  ),
  ofDoubles("sinh", [], "The hyperbolic sine.", "Math.sinh(x)", (x) => Math.sinh(x)),
  ofDoubles("cosh", [], "The hyperbolic cosine.", "Math.cosh(x)", (x) => Math.cosh(x)),
  ofDoubles("tanh", [], "The hyperbolic tangent.", "Math.tanh(x)", (x) => Math.tanh(x)),
  ofDoubles("asinh", [], "The inverse hyperbolic sine.", "Math.asinh(x)", (x) => Math.asinh(x)),
  ofDoubles("acosh", [], "The inverse hyperbolic cosine.", "Math.acosh(x)", (x) => Math.acosh(x)),
  ofDoubles(
    "atanh",
    [],
    "The inverse hyperbolic tangent.",
    "0.5 * (Math.log1p(x) - Math.log1p(-x))",
    (x) => 0.5 * (Math.log1p(x) - Math.log1p(-x)),
  ),
  ofDoubles("degrees", [], "Radians as degrees.", "x * (180 / Math.PI)", (x) => x * (180 / Math.PI)),
  ofDoubles("radians", [], "Degrees as radians.", "x * (Math.PI / 180)", (x) => x * (Math.PI / 180)),
  ofDoubles("hypot", [], "The length of the vector of both arguments.", "Math.hypot(x, y)", (x, y) => Math.hypot(x, y)),
  {
    name: "rint",
    doc: "The nearest whole number as a double, half to even.",
    arity: [1, 1],
    nulls: "strict",
    resolve: fixed([types.double], types.double),
    eval: ([x]) => rint(x as number),
  },
  signOf,
  constant("e", "Euler's number.", Math.E),
  constant("pi", "The ratio of a circle's circumference to its diameter.", Math.PI),
  factorial,
];

function rint(x: number): number {
  // From below zero comes -0.
  if (x < 0) return -rint(-x);
  const floor = Math.floor(x);
  const fraction = x - floor;
  if (fraction < 0.5) return floor;
  if (fraction > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
