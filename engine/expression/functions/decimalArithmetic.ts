import { decimalText } from "../../arrow/valueText.js";
import { assert } from "../../errors/assert.js";
import type { DecimalType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Call } from "../expression.js";
import { typeOf } from "../types/typeOf.js";
import { divideHalfUp, fitsPrecision, pow10, rescale } from "../../values/decimal.js";
import { throwDecimalRange, throwDivideByZero, throwRemainderByZero } from "../../values/evaluationErrors.js";
import type { ArithmeticOperator } from "./integralArithmetic.js";

/** Decimal arithmetic: exact on unscaled BigInts, rounded half up to the scale of the result. */
export function decimalArithmetic(operator: ArithmeticOperator, a: bigint, b: bigint, call: Call): Value {
  const [left, right] = call.args.map(typeOf) as [DecimalType, DecimalType];
  if (b === 0n && (operator === "/" || operator === "div" || operator === "%" || operator === "pmod")) {
    if (call.evalMode !== "ansi") return null;
    return operator === "%" || operator === "pmod" ? throwRemainderByZero() : throwDivideByZero();
  }
  const scale = Math.max(left.scale, right.scale);
  const [x, y] = [rescale(a, left.scale, scale), rescale(b, right.scale, scale)];
  if (operator === "div") return wholeQuotient(x / y, call);
  assert(call.type.kind === "decimal", `${operator} of decimals gives a decimal`);
  switch (operator) {
    case "+":
      return decimalResultValue(x + y, scale, call.type, call);
    case "-":
      return decimalResultValue(x - y, scale, call.type, call);
    case "*":
      return decimalResultValue(a * b, left.scale + right.scale, call.type, call);
    case "/": {
      // One division, rounded once, at the result's scale.
      const shift = call.type.scale + right.scale - left.scale;
      const quotient = shift >= 0 ? divideHalfUp(a * pow10(shift), b) : divideHalfUp(a, b * pow10(-shift));
      return decimalResultValue(quotient, call.type.scale, call.type, call);
    }
    case "%":
      return decimalResultValue(x % y, scale, call.type, call);
    default:
      return decimalResultValue(x % y < 0n ? ((x % y) + y) % y : x % y, scale, call.type, call);
  }
}

/** The low 64 bits of a quotient of at most 38 digits: Spark looks for no overflow of BIGINT here. */
function wholeQuotient(quotient: bigint, call: Call): Value {
  if (fitsPrecision(quotient, 38)) return BigInt.asIntN(64, quotient);
  return call.evalMode === "ansi" ? throwDecimalRange(String(quotient), 38, 0) : null;
}

/** An exact number brought to the result's type. @throws NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION in ANSI mode */
export function decimalResultValue(unscaled: bigint, scale: number, type: DecimalType, call: Call): Value {
  const result = rescale(unscaled, scale, type.scale);
  if (fitsPrecision(result, type.precision)) return result;
  if (call.evalMode !== "ansi") return null;
  return throwDecimalRange(decimalText(unscaled, scale), type.precision, type.scale);
}
