import { types, type DataType } from "../../arrow/types.js";
import { StreamingError } from "../../errors/streamingError.js";
import {
  literal,
  type Expression,
  type SortOrder,
  type UnresolvedFunction,
  type WindowCall,
  type FrameBound,
  type WindowDefinition,
  type WindowFrame,
} from "../../expression/expression.js";
import { fold } from "../../expression/fold.js";
import { isAggregateName, resolveFunction } from "../../expression/resolve.js";
import { coerceAll, coerceTo } from "../../expression/types/coerce.js";
import { isIntegral, isOrderable, nullableOf, typeOf } from "../../expression/types/typeOf.js";
import { sqlTypeName } from "../../arrow/types.js";
import { sqlText } from "../sqlText.js";
import { expandArguments } from "./star.js";
import type { Scope } from "./scope.js";

interface Resolving {
  readonly resolve: (e: Expression, scope: Scope) => Expression;
  readonly prettyText: (e: Expression, scope: Scope) => string;
}

const whole: WindowFrame = { unit: "rows", start: { kind: "unboundedPreceding" }, end: { kind: "unboundedFollowing" } };
const rowsUpToHere: WindowFrame = { unit: "rows", start: { kind: "unboundedPreceding" }, end: { kind: "currentRow" } };
const peersUpToHere: WindowFrame = { unit: "range", start: { kind: "unboundedPreceding" }, end: { kind: "currentRow" } };

/** The functions that are about the place of a row in its window. */
const ranks: Readonly<Record<string, { readonly type: DataType; readonly ordered: boolean }>> = {
  row_number: { type: types.int, ordered: true },
  rank: { type: types.int, ordered: true },
  dense_rank: { type: types.int, ordered: true },
  percent_rank: { type: types.double, ordered: true },
  cume_dist: { type: types.double, ordered: true },
  ntile: { type: types.int, ordered: true },
};

/** The functions that need an OVER. */
export const windowFunctionNames: ReadonlySet<string> = new Set([...Object.keys(ranks), "lag", "lead", "nth_value"]);

export function isWindowFunctionName(name: string): boolean {
  return windowFunctionNames.has(name);
}

/** A function OVER a window: the window's parts resolved, its frame checked, the function bound. */
export function resolveWindowCall(e: UnresolvedFunction, over: WindowDefinition | string, scope: Scope, using: Resolving): WindowCall {
  if (typeof over === "string") throw new StreamingError("MISSING_WINDOW_SPECIFICATION", { windowName: over });
  if (over.base !== null) throw new StreamingError("MISSING_WINDOW_SPECIFICATION", { windowName: over.base });
  const partition = over.partition.map((item) => orderable(using.resolve(item, scope)));
  const order = over.order.map((item): SortOrder => ({ ...item, child: orderable(using.resolve(item.child, scope)) }));
  const frame = over.frame === null ? null : resolveFrame(over.frame, order, scope, using);
  const args = expandArguments(e.args, scope).map((arg) => using.resolve(arg.kind === "alias" ? arg.child : arg, scope));
  const filter = e.filter === null ? null : using.resolve(e.filter, scope);
  if (e.distinct) throw new StreamingError("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED", { windowExpr: `"${sqlText(e)}"` });
  const window = {
    kind: "windowCall",
    partition,
    order,
    filter,
    ignoreNulls: e.ignoreNulls === true,
    evalMode: scope.context.ansi ? "ansi" : "legacy",
  } as const;
  const name = e.name.toLowerCase();
  if (isWindowFunctionName(name)) return { ...window, ...placed(name, args, order, frame, e, scope) };
  if (!isAggregateName(name)) throw new StreamingError("UNSUPPORTED_EXPR_FOR_WINDOW", { sqlExpr: `"${sqlText(e)}"` });
  const ignores = e.ignoreNulls === true ? [literal(true, types.boolean)] : [];
  const call = resolveFunction(
    { name, args: [...args, ...ignores], distinct: false, filter, ...(e.withinGroup && { withinGroup: e.withinGroup }) },
    scope.context,
  );
  if (call.kind !== "aggregateCall") throw new StreamingError("UNSUPPORTED_EXPR_FOR_WINDOW", { sqlExpr: `"${sqlText(e)}"` });
  return {
    ...window,
    name: call.name,
    args: call.args,
    type: call.type,
    nullable: call.nullable,
    evalMode: call.evalMode,
    frame: frame ?? (order.length === 0 ? whole : peersUpToHere),
  };
}

type Placed = Pick<WindowCall, "name" | "args" | "frame" | "type" | "nullable">;

function placed(
  name: string,
  args: readonly Expression[],
  order: readonly SortOrder[],
  frame: WindowFrame | null,
  e: UnresolvedFunction,
  { context }: Scope,
): Placed {
  if (order.length === 0) throw new StreamingError("WINDOW_FUNCTION_FRAME_NOT_ORDERED", { wf: name });
  if (name === "nth_value") {
    checkCount(name, args, 2, 2);
    const count = constant(args[1]!);
    if (!(Number(count) > 0)) throw outOfRange(name, "offset", "(0, 2147483647]", count);
    return { name, args, frame: frame ?? peersUpToHere, type: typeOf(args[0]!), nullable: true };
  }
  if (frame !== null && (name === "lag" || name === "lead" || !isSame(frame, rowsUpToHere))) {
    throw new StreamingError("WINDOW_FUNCTION_AND_FRAME_MISMATCH", {
      funcName: `"${sqlText({ kind: "call", name, args, type: types.int, nullable: true, evalMode: "ansi" })}"`,
      windowExpr: `"${sqlText(e)}"`,
    });
  }
  if (name === "lag" || name === "lead") return shifted(name, args, context);
  if (name === "ntile") {
    checkCount(name, args, 0, 1);
    const buckets = args.length === 0 ? literal(1, types.int) : fold(args[0]!);
    if (buckets.kind !== "literal" || !isIntegral(buckets.type)) throw notConstant(name, args[0]!);
    if (!(Number(buckets.value) > 0)) throw outOfRange(name, "buckets", "(0, 2147483647]", buckets.value);
    return { name, args: [buckets], frame: rowsUpToHere, type: types.int, nullable: false };
  }
  if (name === "rank" || name === "dense_rank" || name === "percent_rank")
    return { name, args: [], frame: rowsUpToHere, type: ranks[name]!.type, nullable: false };
  checkCount(name, args, 0, 0);
  return { name, args: [], frame: rowsUpToHere, type: ranks[name]!.type, nullable: false };
}

/** lag(x [, offset [, default]]) and lead. */
function shifted(name: string, args: readonly Expression[], context: Scope["context"]): Placed {
  checkCount(name, args, 1, 3);
  const [input, given = literal(1, types.int), other = literal(null, types.null)] = args;
  const offset = fold(given);
  if (offset.kind !== "literal" || offset.value === null) throw notConstant(name, given);
  const both = coerceAll([input!, other], context);
  if (both === null) {
    throw new StreamingError("DATATYPE_MISMATCH.DATA_DIFF_TYPES", {
      sqlExpr: `"${name}(${args.map((arg) => sqlText(arg)).join(", ")})"`,
      functionName: `\`${name}\``,
      dataType: `("${sqlTypeName(typeOf(input!))}" or "${sqlTypeName(typeOf(other))}")`,
    });
  }
  const [value, fallback] = both.args;
  return { name, args: [value!, offset, fallback!], frame: whole, type: both.type, nullable: nullableOf(value!) || nullableOf(fallback!) };
}

function isSame(a: WindowFrame, b: WindowFrame): boolean {
  return a.unit === b.unit && a.start.kind === b.start.kind && a.end.kind === b.end.kind;
}

function orderable(e: Expression): Expression {
  const type = typeOf(e);
  if (isOrderable(type)) return e;
  throw new StreamingError("EXPRESSION_TYPE_IS_NOT_ORDERABLE", { expr: `"${sqlText(e)}"`, exprType: `"${sqlTypeName(type)}"` });
}

/** The bounds as constants: whole numbers of rows, or distances in the type of the one order. */
function resolveFrame(frame: WindowFrame, order: readonly SortOrder[], scope: Scope, using: Resolving): WindowFrame {
  const bound = (given: FrameBound): FrameBound => {
    if (!("offset" in given)) return given;
    const e = fold(using.resolve(given.offset, scope));
    const text = `"${frame.unit === "rows" ? "ROWS" : "RANGE"} BETWEEN ${boundText(frame.start)} AND ${boundText(frame.end)}"`;
    if (e.kind !== "literal") {
      throw new StreamingError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WITHOUT_FOLDABLE", {
        sqlExpr: text,
        location: given.kind === "preceding" ? "lower" : "upper",
        expression: `"${sqlText(e)}"`,
      });
    }
    if (frame.unit === "rows") {
      if (!isIntegral(e.type)) {
        throw new StreamingError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE", {
          sqlExpr: text,
          location: "lower",
          exprType: `"${sqlTypeName(e.type)}"`,
          expectedType: '"INT"',
        });
      }
      return { ...given, offset: literal(Number(e.value), types.int) };
    }
    return { ...given, offset: rangeOffset(e, order, text, scope) };
  };
  const resolved = { unit: frame.unit, start: bound(frame.start), end: bound(frame.end) };
  if (
    place(resolved.start) > place(resolved.end) ||
    resolved.start.kind === "unboundedFollowing" ||
    resolved.end.kind === "unboundedPreceding"
  ) {
    throw new StreamingError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_INVALID_BOUND", {
      sqlExpr: sqlFrame(frame),
      upper: boundText(frame.end),
      lower: boundText(frame.start),
    });
  }
  if (farther(resolved.start, resolved.end, scope)) {
    throw new StreamingError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON", {
      sqlExpr: sqlFrame(frame),
      comparison: "less than or equal",
    });
  }
  return resolved;
}

/** Whether the lower of two bounds that both say how far stands behind the upper. */
function farther(lower: FrameBound, upper: FrameBound, { context }: Scope): boolean {
  if (!("offset" in lower) || !("offset" in upper)) return false;
  const distance = ({ kind, offset }: typeof lower): Expression =>
    kind === "following" ? offset : resolveFunction({ name: "negative", args: [offset], distinct: false, filter: null }, context);
  const args = [distance(lower), distance(upper)];
  if (args.some((e) => typeOf(e).kind === "interval")) return false;
  const isFarther = fold(resolveFunction({ name: ">", args, distinct: false, filter: null }, context));
  return isFarther.kind === "literal" && isFarther.value === true;
}

function sqlFrame(frame: WindowFrame): string {
  return `"${frame.unit.toUpperCase()} BETWEEN ${boundText(frame.start)} AND ${boundText(frame.end)}"`;
}

function boundText(bound: FrameBound): string {
  if ("offset" in bound) return `${sqlText(bound.offset)} ${bound.kind.toUpperCase()}`;
  return bound.kind === "currentRow" ? "CURRENT ROW" : bound.kind === "unboundedPreceding" ? "UNBOUNDED PRECEDING" : "UNBOUNDED FOLLOWING";
}

function rangeOffset(
  e: Extract<Expression, { kind: "literal" }>,
  order: readonly SortOrder[],
  sqlExpr: string,
  { context }: Scope,
): Expression {
  if (order.length === 0) throw new StreamingError("DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER", { sqlExpr });
  if (order.length > 1) {
    throw new StreamingError("DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER", {
      sqlExpr,
      orderSpec: order.map((item) => sqlText(item)).join(", "),
    });
  }
  const type = typeOf(order[0]!.child);
  const isTime = type.kind === "timestamp" || type.kind === "timestamp_ntz";
  if (
    (isTime && (e.type.kind === "interval_daytime" || e.type.kind === "interval_yearmonth" || e.type.kind === "interval")) ||
    (type.kind === "date" && (e.type.kind === "interval_yearmonth" || e.type.kind === "interval_daytime" || isIntegral(e.type)))
  )
    return e;
  const numeric = isIntegral(type) || type.kind === "double" || type.kind === "float" || type.kind === "decimal";
  if (numeric && (isIntegral(e.type) || e.type.kind === "decimal" || e.type.kind === "double" || e.type.kind === "float"))
    return fold(coerceTo(e, type, context));
  throw new StreamingError("DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE", {
    sqlExpr,
    orderSpecType: `"${sqlTypeName(type)}"`,
    valueBoundaryType: `"${sqlTypeName(e.type)}"`,
  });
}

function checkCount(name: string, args: readonly Expression[], least: number, most: number): void {
  if (args.length >= least && args.length <= most) return;
  const expectedNum = least === most ? String(least) : `[${Array.from({ length: most - least + 1 }, (_, i) => least + i).join(", ")}]`;
  throw new StreamingError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", {
    functionName: `\`${name}\``,
    expectedNum,
    actualNum: String(args.length),
    docroot: "https://spark.apache.org/docs/latest",
  });
}

function constant(e: Expression): unknown {
  const value = fold(e);
  if (value.kind !== "literal") throw notConstant("nth_value", e);
  return value.value;
}

function notConstant(name: string, e: Expression): StreamingError {
  return new StreamingError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", {
    sqlExpr: `"${name}"`,
    inputName: "`offset`",
    inputType: `"${sqlTypeName(typeOf(e))}"`,
    inputExpr: `"${sqlText(e)}"`,
  });
}

function outOfRange(name: string, exprName: string, valueRange: string, value: unknown): StreamingError {
  return new StreamingError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", {
    sqlExpr: `"${name}"`,
    exprName: `\`${exprName}\``,
    valueRange,
    currentValue: String(value),
  });
}

/** Where a bound stands, as far as its kind says so. */
function place({ kind }: FrameBound): number {
  if (kind === "unboundedPreceding") return -Infinity;
  return kind === "unboundedFollowing" ? Infinity : 0;
}
