import { assert } from "../../errors/assert.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { DataType } from "../../arrow/types.js";
import { sameType, sameUnits, sqlTypeName, types } from "../../arrow/types.js";
import type { Cast, Expression } from "../expression.js";
import { canCast } from "./castRules.js";
import { commonType } from "./commonType.js";
import { describe } from "./describe.js";
import { isAtomic, isNumeric, typeOf } from "./typeOf.js";

/** What resolving an expression depends on. */
export interface AnalysisContext {
  readonly ansi: boolean;
  /** IANA name of the session time zone. */
  readonly zone: string;
  /** Of a key that a map would have twice the last value stays. */
  readonly lastKeyWins?: boolean;
  /** Decimal arithmetic keeps its fraction digits, where 38 digits do not suffice either. */
  readonly keepsFractions?: boolean;
  /** Whether GROUPING SETS (()) keeps to Spark's older reading, in which no rows give no group. */
  readonly emptyGroupingSets?: boolean;
  /** The database that names without one mean; `default` where none is said. */
  readonly database?: string;
  /** The user of the system that asks. */
  readonly user?: string;
  /** The functions of users that text can name: by their names in lower case, what plans call them by. */
  readonly userFunctions?: ReadonlyMap<string, string>;
}

/** `e` as `type`: itself, a literal null of that type, or an implicit cast. */
export function coerceTo(e: Expression, type: DataType, context: AnalysisContext): Expression {
  const from = typeOf(e);
  if (sameType(from, type) && sameUnits(from, type)) return e;
  if (e.kind === "literal" && e.value === null) return { kind: "literal", value: null, type };
  return castTo(e, type, context);
}

function castTo(e: Expression, type: DataType, context: AnalysisContext): Cast {
  return {
    kind: "cast",
    child: e,
    type,
    evalMode: context.ansi ? "ansi" : "legacy",
    ...(needsZone(typeOf(e), type) && { zone: context.zone }),
  };
}

/** Whether a cast between the types depends on the session time zone. */
function needsZone(from: DataType, to: DataType): boolean {
  if (from.kind === "array" && to.kind === "array") return needsZone(from.element, to.element);
  if (from.kind === "map" && to.kind === "map") return needsZone(from.key, to.key) || needsZone(from.value, to.value);
  if (from.kind === "struct" && to.kind === "struct") return from.fields.some((f, i) => needsZone(f.type, to.fields[i]!.type));
  if (from.kind === "array" || from.kind === "map" || from.kind === "struct") return to.kind === "string";
  return (from.kind === "timestamp") !== (to.kind === "timestamp") && !isNumeric(from) && !isNumeric(to);
}

/**
 * CAST or TRY_CAST as the user wrote it.
 *
 * @throws DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION (or CAST_WITH_CONF_SUGGESTION where only ANSI mode forbids it)
 */
export function resolveCast(child: Expression, type: DataType, isTry: boolean, context: AnalysisContext): Expression {
  const from = typeOf(child);
  const ansi = context.ansi || isTry;
  if (!canCast(from, type, ansi)) {
    const parameters = {
      sqlExpr: `"${isTry ? "TRY_CAST" : "CAST"}(${describe(child)} AS ${sqlTypeName(type)})"`,
      srcType: `"${sqlTypeName(from)}"`,
      targetType: `"${sqlTypeName(type)}"`,
    };
    const functionNames =
      isNumeric(from) && type.kind === "date" ? "`DATE_FROM_UNIX_DATE`" : from.kind === "date" && isNumeric(type) ? "`UNIX_DATE`" : null;
    if (functionNames !== null && ansi)
      throw new StreamingError("DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION", { ...parameters, functionNames });
    if (canCast(from, type, false)) {
      const config = '"spark.sql.ansi.enabled"';
      throw new StreamingError("DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION", { ...parameters, config, configVal: "'false'" });
    }
    throw new StreamingError("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", parameters);
  }
  // A literal under a cast has the digits of its type beside a decimal, not its own.
  if (sameType(from, type) && sameUnits(from, type) && !isTry && child.kind !== "literal") return child;
  const evalMode = isTry ? "try" : context.ansi ? "ansi" : "legacy";
  return { kind: "cast", child, type, evalMode, ...(needsZone(from, type) && { zone: context.zone }) };
}

/** The kinds of argument that a function's parameter takes. A list is tried in order; the first that fits is cast to. */
export type Expected = DataType | "numeric" | "integral" | "datetime" | "interval" | "any" | "array" | "map" | "struct" | "orderable";

/** The argument brought to what the parameter expects by Spark's implicit casts; null when it cannot be. */
export function implicitCast(e: Expression, expected: Expected, context: AnalysisContext): Expression | null {
  const from = typeOf(e);
  const to = implicitTarget(from, expected, context);
  return to && coerceTo(e, to, context);
}

function implicitTarget(from: DataType, expected: Expected, context: AnalysisContext): DataType | null {
  if (typeof expected === "string") return abstractTarget(from, expected, context);
  if (sameType(from, expected)) return expected;
  if (from.kind === "null") return expected;
  if (!isAtomic(from) || !isAtomic(expected)) return nestedTarget(from, expected, context);
  if (expected.kind === "string") return expected;
  if (from.kind === "string") return !context.ansi && expected.kind === "boolean" ? null : expected;
  if (isNumeric(from) && isNumeric(expected)) return expected;
  const datetimes = ["date", "timestamp", "timestamp_ntz"];
  return datetimes.includes(from.kind) && datetimes.includes(expected.kind) ? expected : null;
}

function abstractTarget(from: DataType, expected: string, context: AnalysisContext): DataType | null {
  switch (expected) {
    case "any":
    case "orderable":
      return from;
    case "numeric":
      if (from.kind === "null" || from.kind === "string") return types.double;
      return isNumeric(from) ? from : null;
    case "integral":
      if (from.kind === "null" || from.kind === "string") return context.ansi ? types.long : types.int;
      return isNumeric(from) && from.kind !== "decimal" && from.kind !== "float" && from.kind !== "double" ? from : null;
    case "datetime":
      if (from.kind === "null" || from.kind === "string") return types.timestamp;
      return from.kind === "date" || from.kind === "timestamp" || from.kind === "timestamp_ntz" ? from : null;
    case "interval":
      return from.kind === "interval_daytime" || from.kind === "interval_yearmonth" || from.kind === "interval" ? from : null;
    case "array":
      if (from.kind === "null") return types.array(types.null);
      return from.kind === "array" ? from : null;
    case "map":
      if (from.kind === "null") return types.map(types.null, types.null);
      return from.kind === "map" ? from : null;
    default:
      assert(expected === "struct", `no parameter kind ${expected}`);
      return from.kind === "struct" ? from : null;
  }
}

function nestedTarget(from: DataType, to: DataType, context: AnalysisContext): DataType | null {
  if (from.kind === "array" && to.kind === "array") return implicitTarget(from.element, to.element, context) && to;
  if (from.kind === "map" && to.kind === "map") {
    return implicitTarget(from.key, to.key, context) && implicitTarget(from.value, to.value, context) && to;
  }
  return null;
}

/** All arguments brought to their common type; null when they have none. */
export function coerceAll(args: readonly Expression[], context: AnalysisContext): { args: Expression[]; type: DataType } | null {
  // Strings meet last, so that the answer does not depend on where they stand among the arguments.
  const all = args.map(typeOf);
  const ordered = [...all.filter((t) => t.kind !== "string"), ...all.filter((t) => t.kind === "string")];
  let type: DataType = types.null;
  for (const next of ordered) {
    const wider = commonType(type, next, context.ansi);
    if (wider === null) return null;
    type = wider;
  }
  return { args: args.map((e) => coerceTo(e, type, context)), type };
}
