import { StreamingError } from "../../errors/streamingError.js";
import { sqlTypeName, types, windowType, type DataType, type StructType } from "../../arrow/types.js";
import type { IntervalValue } from "../../arrow/value.js";
import { freshId, literal, type Alias, type Attribute, type Expression } from "../../expression/expression.js";
import { fold } from "../../expression/fold.js";
import { resolveFunction } from "../../expression/resolve.js";
import { coerceTo, resolveCast, type AnalysisContext } from "../../expression/types/coerce.js";
import { nullableOf, typeOf } from "../../expression/types/typeOf.js";
import { expressionKey } from "../../expression/expressionKey.js";
import { parseInterval } from "../../values/interval.js";
import type { LogicalPlan } from "../logicalPlan.js";
import { attributeOf } from "../attributeOf.js";
import { outputOf } from "../outputOf.js";
import { sqlText } from "../sqlText.js";
import { fieldOf } from "./extract.js";

/** The parameters of one time window, in microseconds. */
interface WindowSpec {
  readonly time: Expression;
  readonly durationUs: bigint;
  readonly slideUs: bigint;
  readonly startUs: bigint;
}

/**
 * Takes the `window`, `session_window` and `window_time` calls of one select list or grouping, gives an attribute for each, and puts the nodes that
 * make those columns over the input.
 */
export class WindowCollector {
  private readonly times = new Map<string, Alias>();
  private window: { readonly key: string; readonly attribute: Attribute; readonly over: (input: LogicalPlan) => LogicalPlan } | null = null;

  constructor(private readonly context: AnalysisContext) {}

  /** `window(time, duration[, slide[, start]])`. @throws the condition that says what is wrong with its parameters */
  timeWindow(args: readonly Expression[]): Attribute {
    if (args.length < 2 || args.length > 4) throw wrongArguments("window", "[2, 4]", args.length);
    const time = this.timeColumn(args[0]!, "window");
    const durationUs = windowUs(args[1]!);
    const slideUs = args[2] === undefined ? durationUs : windowUs(args[2]);
    const startUs = args[3] === undefined ? 0n : windowUs(args[3]);
    const spec = { time, durationUs, slideUs, startUs };
    checkSpec(spec, args[0]!);
    return this.only(`window ${expressionKey(time)} ${durationUs} ${slideUs} ${startUs}`, "window", time, (window, input) => ({
      kind: "timeWindow",
      time,
      durationUs: Number(durationUs),
      slideUs: Number(slideUs),
      startUs: Number(startUs),
      window,
      input,
    }));
  }

  /** `session_window(time, gap)`. The gap is an interval, maybe one of each row. */
  sessionWindow(args: readonly Expression[]): Attribute {
    if (args.length !== 2) throw wrongArguments("session_window", "2", args.length);
    const time = this.timeColumn(args[0]!, "session_window");
    const gap = args[1]!;
    const end = sessionEnd(time, gap, this.context);
    const key = `session ${expressionKey(time)} ${expressionKey(gap)}`;
    return this.only(key, "session_window", time, (window, input) => ({ kind: "sessionWindow", time, end, window, input }));
  }

  /** `window_time(w)`: the last microsecond of a window, which is its event time for whatever comes next. */
  windowTime(window: Expression): Attribute {
    const key = expressionKey(window);
    let alias = this.times.get(key);
    if (alias === undefined) {
      if (!isWindow(typeOf(window))) throw new StreamingError("WINDOW_COLUMN_EXPECTED", { expression: sqlText(window) });
      const end = fieldOf(window, "end", this.context);
      const child = resolveFunction(
        { name: "-", args: [end, literal(1n, types.intervalDayTime)], distinct: false, filter: null },
        this.context,
      );
      const eventTime = window.kind === "attribute" ? window.eventTime : undefined;
      alias = { kind: "alias", child, name: `window_time(${sqlText(window)})`, id: freshId(), ...(eventTime && { eventTime }) };
      this.times.set(key, alias);
    }
    return attributeOf(alias);
  }

  /** The window that was asked for, by the name of its column: with `GROUP BY window(ts, '10 minutes')` the list may read `window.start`. */
  named(name: string): Attribute | null {
    return this.window?.attribute.name === name.toLowerCase() ? this.window.attribute : null;
  }

  /** The input with the columns that were asked for. */
  over(input: LogicalPlan): LogicalPlan {
    const timed: LogicalPlan =
      this.times.size === 0 ? input : { kind: "project", expressions: [...outputOf(input), ...this.times.values()], input };
    return this.window === null ? timed : this.window.over(timed);
  }

  private only(key: string, name: string, time: Expression, over: (window: Attribute, input: LogicalPlan) => LogicalPlan): Attribute {
    if (this.window === null) {
      const eventTime = time.kind === "attribute" ? time.eventTime : undefined;
      const nullable = name === "window" ? false : nullableOf(time);
      const attribute: Attribute = {
        kind: "attribute",
        id: freshId(),
        name,
        type: windowTypeOf(typeOf(time)),
        nullable,
        qualifier: [],
        ...(eventTime && { eventTime }),
      };
      this.window = { key, attribute, over: (input) => over(attribute, input) };
    }
    // A row would be in every combination of the two.
    if (this.window.key !== key) throw new StreamingError("MULTIPLE_TIME_WINDOWS");
    return this.window.attribute;
  }

  /** The event time: a timestamp, or a window, which stands for its last microsecond. */
  private timeColumn(e: Expression, name: string): Expression {
    const type = typeOf(e);
    if (isWindow(type)) return this.windowTime(e);
    if (type.kind === "timestamp" || type.kind === "timestamp_ntz") return e;
    if (type.kind === "string" || type.kind === "date" || type.kind === "null") return coerceTo(e, types.timestamp, this.context);
    throw new StreamingError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", {
      sqlExpr: `"${name}(${sqlText(e)})"`,
      paramIndex: "first",
      requiredType: '("TIMESTAMP" or "TIMESTAMP WITHOUT TIME ZONE" or "STRUCT")',
      inputSql: `"${sqlText(e)}"`,
      inputType: `"${sqlTypeName(type)}"`,
    });
  }
}

/** When the gap of a row is over. A gap is an interval, or a text of one; the gap of a row may be a column. A text that says none is no gap. */
function sessionEnd(time: Expression, gap: Expression, context: AnalysisContext): Expression {
  const add = (interval: Expression): Expression =>
    resolveFunction({ name: "+", args: [time, interval], distinct: false, filter: null }, context);
  const value = fold(gap);
  const type = typeOf(value);
  if (type.kind !== "string" && type.kind !== "interval" && type.kind !== "null")
    throw new StreamingError("SESSION_GAP_TYPE", { type: sqlTypeName(type) });
  if (value.kind === "literal") {
    if (value.value === null) return literal(null, types.timestamp);
    return add(typeof value.value === "string" ? literal(parseInterval(value.value), { kind: "interval" }) : value);
  }
  if (value.kind === "call" && (value.name === "case" || value.name === "if")) {
    const isGap = (i: number) => (value.name === "if" ? i > 0 : i % 2 === 1 || i === value.args.length - 1);
    const args = value.args.map((arg, i) => (isGap(i) ? sessionEnd(time, arg, context) : arg));
    return resolveFunction({ name: value.name, args, distinct: false, filter: null }, context);
  }
  return add(type.kind === "interval" ? value : resolveCast(value, types.calendarInterval, false, context));
}

function windowTypeOf(time: DataType): StructType {
  return types.struct(windowType.fields.map((f) => ({ ...f, type: time })));
}

function isWindow(type: DataType): boolean {
  return (
    type.kind === "struct" &&
    type.fields.length === 2 &&
    type.fields.every((f, i) => f.name === ["start", "end"][i] && (f.type.kind === "timestamp" || f.type.kind === "timestamp_ntz"))
  );
}

function wrongArguments(name: string, expectedNum: string, actual: number): StreamingError {
  return new StreamingError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", {
    functionName: `\`${name}\``,
    expectedNum,
    actualNum: String(actual),
    docroot: "https://spark.apache.org/docs/latest",
  });
}

/** A duration in µs: text, an interval, or a number of µs. @throws WINDOW_INTERVAL_HAS_MONTHS, WINDOW_PARAMETER_NOT_CONSTANT, INVALID_INTERVAL_FORMAT.* */
function windowUs(e: Expression): bigint {
  const value = fold(e);
  if (value.kind === "literal" && value.value !== null) {
    switch (value.type.kind) {
      case "string":
        return intervalUs(parseInterval(value.value as string), value.value as string);
      case "interval":
        return intervalUs(value.value as IntervalValue, sqlText(e));
      case "interval_daytime":
      case "long":
        return value.value as bigint;
      case "int":
        return BigInt(value.value as number);
      default:
    }
  }
  throw new StreamingError("WINDOW_PARAMETER_NOT_CONSTANT", { expression: sqlText(e) });
}

function intervalUs({ months, days, microseconds }: IntervalValue, text: string): bigint {
  if (months !== 0) throw new StreamingError("WINDOW_INTERVAL_HAS_MONTHS", { interval: text });
  return BigInt(days) * 86_400_000_000n + microseconds;
}

/** In so many windows a row may be at most: each is a row of the aggregation. */
const mostWindows = 4096;

function checkSpec({ durationUs, slideUs, startUs }: WindowSpec, time: Expression): void {
  const sqlExpr = `"window(${sqlText(time)}, ${durationUs}, ${slideUs}, ${startUs})"`;
  for (const [name, value] of [
    ["window_duration", durationUs],
    ["slide_duration", slideUs],
  ] as const) {
    if (value > 0n) continue;
    const valueRange = `(0, ${2n ** 63n - 1n}]`;
    throw new StreamingError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", {
      sqlExpr,
      exprName: `\`${name}\``,
      valueRange,
      currentValue: `${value}L`,
    });
  }
  const absStart = startUs < 0n ? -startUs : startUs;
  for (const [left, leftValue, constraint, right, rightValue] of [
    ["slide_duration", slideUs, "<=", "window_duration", durationUs],
    ["window_duration", durationUs, "<=", `${mostWindows} * slide_duration`, slideUs * BigInt(mostWindows)],
    ["abs(start_time)", absStart, "<", "slide_duration", slideUs],
  ] as const) {
    if (constraint === "<" ? leftValue < rightValue : leftValue <= rightValue) continue;
    throw new StreamingError("DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION", {
      sqlExpr,
      leftExprName: `\`${left}\``,
      leftExprValue: `${leftValue}L`,
      constraint,
      rightExprName: `\`${right}\``,
      rightExprValue: `${rightValue}L`,
    });
  }
}
