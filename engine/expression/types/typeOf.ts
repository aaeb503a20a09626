import { StreamingError } from "../../errors/streamingError.js";
import { assert } from "../../errors/assert.js";
import type { DataType, DecimalType } from "../../arrow/types.js";
import type { Expression } from "../expression.js";
import { castCanFail } from "./castRules.js";

/** The type of a resolved expression. */
export function typeOf(given: Expression): DataType {
  let e = given;
  while (e.kind === "alias" || e.kind === "sortOrder" || e.kind === "lambda") e = e.kind === "lambda" ? e.body : e.child;
  switch (e.kind) {
    case "literal":
    case "attribute":
    case "call":
    case "cast":
    case "aggregateCall":
    case "subquery":
    case "windowCall":
      return e.type;
    case "lambdaVariable":
      assert(e.type !== null, `the type of the lambda variable ${e.name} is not known yet`);
      return e.type;
    default:
      throw unresolved(e.kind);
  }
}

/** Whether a resolved expression may give null, as Spark derives it. */
export function nullableOf(given: Expression): boolean {
  let e = given;
  for (;;) {
    if (e.kind === "cast") {
      if (e.evalMode === "try" || castCanFail(typeOf(e.child), e.type)) return true;
      e = e.child;
    } else if (e.kind === "lambda") e = e.body;
    else if (e.kind === "alias" || e.kind === "sortOrder") e = e.child;
    else break;
  }
  switch (e.kind) {
    case "literal":
      return e.value === null;
    case "attribute":
    case "call":
    case "aggregateCall":
    case "subquery":
    case "windowCall":
    case "lambdaVariable":
      return e.nullable;
    default:
      throw unresolved(e.kind);
  }
}

function unresolved(kind: string): StreamingError {
  return new StreamingError("INTERNAL_ERROR", { message: `an expression of kind ${kind} has no type before it is resolved` });
}

export function isIntegral(type: DataType): boolean {
  return type.kind === "byte" || type.kind === "short" || type.kind === "int" || type.kind === "long";
}

export function isFractional(type: DataType): boolean {
  return type.kind === "float" || type.kind === "double" || type.kind === "decimal";
}

export function isNumeric(type: DataType): boolean {
  return isIntegral(type) || isFractional(type);
}

export function isInterval(type: DataType): boolean {
  return type.kind === "interval_daytime" || type.kind === "interval_yearmonth" || type.kind === "interval";
}

function isNested(type: DataType): boolean {
  return type.kind === "array" || type.kind === "map" || type.kind === "struct";
}

/** Spark's AtomicType: everything with one value. */
export function isAtomic(type: DataType): boolean {
  return !isNested(type) && type.kind !== "null" && type.kind !== "interval";
}

/** Whether `<` and its like are defined on the type. */
export function isOrderable(type: DataType): boolean {
  switch (type.kind) {
    case "map":
    case "interval":
      return false;
    case "array":
      return isOrderable(type.element);
    case "struct":
      return type.fields.every((field) => isOrderable(field.type));
    default:
      return true;
  }
}

/** Whether a type is of a kind, or has it somewhere inside. */
export function holds(type: DataType, kind: DataType["kind"]): boolean {
  if (type.kind === kind) return true;
  switch (type.kind) {
    case "array":
      return holds(type.element, kind);
    case "map":
      return holds(type.key, kind) || holds(type.value, kind);
    case "struct":
      return type.fields.some((field) => holds(field.type, kind));
    default:
      return false;
  }
}

/** The decimal type that holds every value of an integral type, or of a decimal. */
export function decimalFor(type: DataType): DecimalType {
  switch (type.kind) {
    case "decimal":
      return type;
    case "byte":
      return { kind: "decimal", precision: 3, scale: 0 };
    case "short":
      return { kind: "decimal", precision: 5, scale: 0 };
    case "int":
      return { kind: "decimal", precision: 10, scale: 0 };
    case "float":
      return { kind: "decimal", precision: 14, scale: 7 };
    case "double":
      return { kind: "decimal", precision: 30, scale: 15 };
    default:
      return { kind: "decimal", precision: 20, scale: 0 };
  }
}
