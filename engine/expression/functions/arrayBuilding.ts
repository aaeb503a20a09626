import { StreamingError } from "../../errors/streamingError.js";
import { types, type ArrayType, type DataType } from "../../arrow/types.js";
import type { IntervalValue, Value } from "../../arrow/value.js";
import { addToClock } from "../../values/timeUnits.js";
import { floorDiv, microsPerDay } from "../../values/calendar.js";
import { ValueIndex } from "../../values/valueIndex.js";
import { compareValues } from "../../values/compare.js";
import { localToMicros, microsToLocal } from "../../values/dateTimeText.js";
import { throwIndexZero } from "../../values/evaluationErrors.js";
import { checkedElements } from "../../values/limits.js";
import { timeZone } from "../../values/timeZone.js";
import { type Call, type Expression } from "../expression.js";
import { coerceAll, coerceTo } from "../types/coerce.js";
import { commonType } from "../types/commonType.js";
import { describeCall } from "../types/describe.js";
import { isIntegral, isInterval, nullableOf, typeOf } from "../types/typeOf.js";
import { placeOf } from "./items.js";
import { alikeArrays, differentElement, modeOf, requireOrder, unexpectedType, type FunctionEntry, type Resolving } from "./entry.js";

/** Arrays made of others: with elements put in or taken out, side by side, and counted out. */

type List = readonly Value[];

/** An array and an element of it (at `place` among the arguments), at their common type. @throws DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES */
function withElement(args: readonly Expression[], place: number, resolving: Resolving): { args: Expression[]; type: ArrayType } {
  const [array, element] = [typeOf(args[0]!), typeOf(args[place]!)];
  if (array.kind !== "array" && array.kind !== "null") throw unexpectedType(args, 0, '"ARRAY"', resolving);
  const inner = array.kind === "array" ? array.element : types.null;
  const common = commonType(inner, element, resolving.context.ansi);
  if (common === null || isMixed(inner, element)) {
    throw differentElement(args, args[place]!, resolving);
  }
  const type = types.array(common, (array.kind === "array" && array.containsNull) || nullableOf(args[place]!));
  const coerced = args.map((arg, i) => {
    if (i === 0) return coerceTo(arg, type, resolving.context);
    return i === place ? coerceTo(arg, common, resolving.context) : arg;
  });
  return { args: coerced, type };
}

/** Texts are no elements of other arrays, nor other values of arrays of texts; numbers none of arrays of decimals that could not hold them, and the other way round. */
function isMixed(inner: DataType, element: DataType): boolean {
  if (inner.kind === "null" || element.kind === "null") return false;
  if ((inner.kind === "string") !== (element.kind === "string")) return true;
  const [decimal, other] = inner.kind === "decimal" ? [inner, element] : [element, inner];
  return (
    decimal.kind === "decimal" && other.kind !== "decimal" && decimal.precision - decimal.scale < (wholeDigits[other.kind] ?? Infinity)
  );
}

/** The digits that a decimal needs before its point to hold every number of a type. */
const wholeDigits: Readonly<Record<string, number>> = { byte: 3, short: 5, int: 10, long: 20 };

/** The array with an element at a place from 1, or counted from the end; places in between are filled up with nulls. */
function inserted(list: List, place: number, element: Value): Value[] {
  if (place === 0) throwIndexZero();
  if (place < 0 && -place > list.length + 1) {
    const gap = checkedElements(-place, "array_insert") - list.length - 1;
    return [element, ...Array.from<null>({ length: gap }).fill(null), ...list];
  }
  const at = place < 0 ? place + list.length + 1 : place - 1;
  checkedElements(Math.max(list.length + 1, at + 1), "array_insert");
  if (at <= list.length) return [...list.slice(0, at), element, ...list.slice(at)];
  return [...list, ...Array.from<null>({ length: at - list.length }).fill(null), element];
}

const arrayInsert: FunctionEntry = {
  name: "array_insert",
  doc: "The array with an element put in at a place, from 1, or counted from the end.",
  arity: [3, 3],
  nulls: "own",
  resolve: (args, resolving) => {
    if (typeOf(args[0]!).kind === "null") throw differentElement(args, args[2]!, resolving);
    const place = placeOf(args, 1, resolving);
    const { args: coerced, type } = withElement([args[0]!, place, args[2]!], 2, resolving);
    return { args: coerced, type: types.array(type.element), nullable: nullableOf(args[0]!) || nullableOf(args[1]!) };
  },
  eval: ([list, place, element]) => (list === null || place === null ? null : inserted(list as List, place as number, element!)),
};

function extended(name: string, doc: string, extend: (list: List, element: Value) => List): FunctionEntry {
  return {
    name,
    doc,
    arity: [2, 2],
    nulls: "own",
    resolve: (args, resolving) => {
      if (typeOf(args[0]!).kind === "null") throw unexpectedType(args, 0, '"ARRAY"', resolving);
      return { ...withElement(args, 1, resolving), nullable: nullableOf(args[0]!) };
    },
    eval: ([list, element]) => (list === null ? null : extend(list as List, element!)),
  };
}

const arrayRemove: FunctionEntry = {
  name: "array_remove",
  doc: "The array without the elements that are equal to a value.",
  arity: [2, 2],
  nulls: "strict",
  resolve: (args, resolving) => {
    if (typeOf(args[0]!).kind !== "array") throw differentElement(args, args[1]!, resolving);
    const { args: coerced, type } = withElement(args, 1, resolving);
    requireOrder(type.element, args, resolving);
    return { args: coerced, type };
  },
  eval: ([list, value], call) => {
    const { element } = call.type as ArrayType;
    return (list as List).filter((each) => each === null || compareValues(each, value!, element) !== 0);
  },
};

const arraysOverlap: FunctionEntry = {
  name: "arrays_overlap",
  doc: "Whether the arrays have a value in common; null when they have none and one of them holds a null.",
  arity: [2, 2],
  nulls: "strict",
  resolve: (args, resolving) => {
    return { args: alikeArrays(args, resolving).args, type: types.boolean, nullable: true };
  },
  eval: ([a, b], call) => {
    const { element } = typeOf(call.args[0]!) as ArrayType;
    const [left, right] = [a as List, b as List];
    const second = new ValueIndex(element, right);
    if (left.some((value) => value !== null && second.has(value))) return true;
    return left.length > 0 && right.length > 0 && (left.includes(null) || right.includes(null)) ? null : false;
  },
};

/** A field is called after its column, or after its place. */
function zippedName(arg: Expression, index: number): string {
  if (arg.kind === "attribute") return arg.name;
  const key = arg.kind === "call" && (arg.name === "getField" || arg.name === "getarrayfields") ? arg.args[1] : undefined;
  if (key?.kind === "literal" && typeof key.value === "string") return key.value;
  return String(index);
}

const arraysZip: FunctionEntry = {
  name: "arrays_zip",
  doc: "The arrays element by element, as structs; shorter ones are filled up with nulls.",
  arity: [0, Infinity],
  nulls: "strict",
  resolve: (args, resolving) => {
    const lists = args.map((arg, i) => {
      const type = typeOf(arg);
      if (type.kind === "null") return coerceTo(arg, types.array(types.null), resolving.context);
      if (type.kind !== "array") throw unexpectedType(args, i, '"ARRAY"', resolving);
      return arg;
    });
    const fields = lists.map((list, i) => ({ name: zippedName(args[i]!, i), type: (typeOf(list) as ArrayType).element, nullable: true }));
    return { args: lists, type: types.array(types.struct(fields), false) };
  },
  eval: (lists) => {
    const length = Math.max(0, ...lists.map((list) => (list as List).length));
    return Array.from({ length }, (_, i) => lists.map((list) => (list as List)[i] ?? null));
  },
};

function isTime(type: DataType): boolean {
  return type.kind === "date" || type.kind === "timestamp" || type.kind === "timestamp_ntz";
}

const sequence: FunctionEntry = {
  name: "sequence",
  doc: "The numbers, dates or timestamps from a start to a stop, both inclusive, in steps (of 1 or a day, up or down).",
  arity: [2, 3],
  nulls: "strict",
  resolve: (args, resolving) => {
    const ends = coerceAll(args.slice(0, 2), resolving.context);
    const step = args[2];
    const isNumber = ends !== null && isIntegral(ends.type);
    const stepsInNumbers = step === undefined || isIntegral(typeOf(step)) || typeOf(step).kind === "null";
    if (ends === null || !((isNumber && stepsInNumbers) || (isTime(ends.type) && (step === undefined || isInterval(typeOf(step)))))) {
      throw new StreamingError("DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES", {
        sqlExpr: `"${describeCall("sequence", args)}"`,
        functionName: "`sequence`",
        startType: '("TIMESTAMP" or "TIMESTAMP_NTZ" or "DATE")',
        stepType: '("INTERVAL" or "INTERVAL YEAR TO MONTH" or "INTERVAL DAY TO SECOND")',
        otherStartType: '"INTEGRAL"',
      });
    }
    const steps = step === undefined ? [] : [isNumber ? coerceTo(step, ends.type, resolving.context) : step];
    return { args: [...ends.args, ...steps], type: types.array(ends.type, false), evalMode: modeOf(resolving.context) };
  },
  eval: ([start, stop, step], call) => {
    const { element } = call.type as ArrayType;
    if (isTime(element)) return timesBetween(start!, stop!, step ?? null, call);
    const [from, to] = [BigInt(start as number | bigint), BigInt(stop as number | bigint)];
    const by = step === undefined || step === null ? (from <= to ? 1n : -1n) : BigInt(step as number | bigint);
    requireStep(from, to, by);
    const length = checkedElements(by === 0n ? 1 : Number((to - from) / by) + 1, "sequence");
    return Array.from({ length }, (_, i) => (element.kind === "long" ? from + BigInt(i) * by : Number(from + BigInt(i) * by)));
  },
};

/** @throws ILLEGAL_SEQUENCE_BOUNDARIES where the step leads away from the stop */
function requireStep(start: bigint, stop: bigint, step: bigint): void {
  if ((step > 0n && start <= stop) || (step < 0n && start >= stop) || (step === 0n && start === stop)) return;
  throw new StreamingError("ILLEGAL_SEQUENCE_BOUNDARIES", { start: String(start), stop: String(stop), step: String(step) });
}

function timesBetween(start: Value, stop: Value, step: Value, call: Call): Value {
  const { element } = call.type as ArrayType;
  const zone = timeZone(element.kind === "timestamp" ? (call.zone ?? "UTC") : "UTC");
  const clock = (value: Value): bigint =>
    element.kind === "date" ? BigInt(value as number) * microsPerDay : microsToLocal(value as bigint, zone);
  const [from, to] = [clock(start), clock(stop)];
  const { months, days, microseconds } = stepOf(step, from <= to, call.args[2]);
  const size = (BigInt(months) * 28n + BigInt(days)) * microsPerDay + microseconds;
  requireStep(from, to, size);
  if (size === 0n) return [start];
  const values: Value[] = [];
  for (let i = 0n; ; i++) {
    const moved = addToClock(from, BigInt(months) * i, BigInt(days) * i);
    if (moved === undefined) return values;
    const at = moved + microseconds * i;
    if (size > 0n ? at > to : at < to) return values;
    values.push(element.kind === "date" ? Number(floorDiv(at, microsPerDay)) : localToMicros(at, zone));
    checkedElements(values.length, "sequence");
  }
}

function stepOf(step: Value, upwards: boolean, arg: Expression | undefined): IntervalValue {
  if (step === null || arg === undefined) return { months: 0, days: upwards ? 1 : -1, microseconds: 0n };
  const { kind } = typeOf(arg);
  if (kind === "interval_yearmonth") return { months: step as number, days: 0, microseconds: 0n };
  if (kind === "interval") return step as IntervalValue;
  return { months: 0, days: Number((step as bigint) / microsPerDay), microseconds: (step as bigint) % microsPerDay };
}

export const arrayBuildingFunctions: readonly FunctionEntry[] = [
  arrayInsert,
  extended("array_append", "The array with an element behind it.", (list, element) => [...list, element]),
  extended("array_prepend", "The array with an element before it.", (list, element) => [element, ...list]),
  arrayRemove,
  arraysOverlap,
  arraysZip,
  sequence,
];
