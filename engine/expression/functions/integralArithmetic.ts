import type { DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Generator, Made } from "../compile/code.js";
import type { EvalMode } from "../../values/evalMode.js";
import { fitsIntegral, integerLimits, wrapIntegral } from "../../values/ranges.js";
import { throwOverflow, throwSmallOverflow } from "../../values/evaluationErrors.js";

/** Results of integral arithmetic: what happens when they leave their type. */

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%" | "div" | "pmod";

export interface Overflow {
  readonly mode: EvalMode;
  /** The function that tolerates it, for the message. */
  readonly alternative: string;
  /** For byte and short: the operator, as the message shows it. */
  readonly symbol?: string;
  readonly operands?: readonly [string, string];
}

/** The interpreter's result: exact integer in, value of the type out. */
export function integralResult(
  exact: bigint,
  type: DataType,
  mode: EvalMode,
  alternative: string,
  symbol = "",
  operands: readonly Value[] = [],
): Value {
  const narrow = (value: bigint): Value => (type.kind === "long" || type.kind === "interval_daytime" ? value : Number(value));
  const kind = type.kind === "interval_yearmonth" ? "int" : type.kind === "interval_daytime" ? "long" : type.kind;
  if (fitsIntegral(exact, kind)) return narrow(exact);
  if (mode === "try") return null;
  if (mode === "legacy") return narrow(wrapIntegral(exact, kind));
  if ((kind === "byte" || kind === "short") && operands.length === 2) {
    return throwSmallOverflow(Number(operands[0]), symbol, Number(operands[1]), kind === "byte" ? "Y" : "S", alternative);
  }
  return throwOverflow(alternative);
}

/**
 * The generated result of an operation on integers. `expression` is over doubles for int and narrower and in the fast variant of long, over BigInts in
 * the exact one; a double beyond 2^53 need not be exact, it is out of range anyway.
 */
export function integralCode(g: Generator, expression: string, type: DataType, overflow: Overflow): Made {
  return type.kind === "long" || type.kind === "interval_daytime"
    ? longCode(g, expression, overflow)
    : narrowCode(g, expression, type, overflow);
}

function longCode(g: Generator, expression: string, { mode, alternative }: Overflow): Made {
  const r = g.local(expression);
  if (!g.exact) {
    g.emit(`if (!(${r} <= 9007199254740991 && ${r} >= -9007199254740991)) ${g.bail}`);
    // A zero of products and remainders may be -0, which no long is.
    return { value: `${r} + 0` };
  }
  if (mode === "legacy") return { value: `BigInt.asIntN(64, ${r})` };
  const outside = `BigInt.asIntN(64, ${r}) !== ${r}`;
  if (mode === "try") return { value: r, isNull: outside };
  g.emit(`if (${outside}) ${g.runtime(throwOverflow)}("${alternative}");`);
  return { value: r };
}

function narrowCode(g: Generator, expression: string, type: DataType, { mode, alternative, symbol, operands }: Overflow): Made {
  const limit = integerLimits[type.kind as "int"] ?? integerLimits.int;
  const shift = { byte: 24, short: 16 }[type.kind as "byte"] ?? 0;
  if (mode === "legacy") return { value: shift === 0 ? `(${expression}) | 0` : `(${expression}) << ${shift} >> ${shift}` };
  const r = g.local(expression);
  const outside = `!(${r} >= ${-limit} && ${r} < ${limit})`;
  if (mode === "try") return { value: `${r} | 0`, isNull: outside };
  const raise =
    shift !== 0 && operands !== undefined
      ? `${g.runtime(throwSmallOverflow)}(${operands[0]}, "${symbol ?? ""}", ${operands[1]}, "${type.kind === "byte" ? "Y" : "S"}", "${alternative}")`
      : `${g.runtime(throwOverflow)}("${alternative}")`;
  g.emit(`if (${outside}) ${raise};`);
  return { value: `${r} | 0` };
}
