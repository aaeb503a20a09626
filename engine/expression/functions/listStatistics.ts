import { StreamingError } from "../../errors/streamingError.js";
import { types, type ArrayType, type DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { compareValues } from "../../values/compare.js";
import { describe } from "../types/describe.js";
import { coerceTo, implicitCast } from "../types/coerce.js";
import { isInterval, isNumeric, typeOf } from "../types/typeOf.js";
import type { Call, Expression } from "../expression.js";
import { castArgs, unexpectedType, type FunctionEntry, type Resolving } from "./entry.js";
import { histogramOf } from "./histogram.js";

/** What the aggregate functions over whole lists make of them (`aggregates/listAggregates.ts`). Their names have blanks: nobody calls them. */

type List = readonly Value[];

function elementOf(args: readonly Expression[]): DataType {
  const type = typeOf(args[0]!);
  return type.kind === "array" ? type.element : types.null;
}

/** The values that a percentile is taken of, as doubles, or intervals as they are. */
function withNumbers(
  args: readonly Expression[],
  kind: string,
  resolving: Resolving,
): { readonly list: Expression; readonly result: DataType } {
  const element = elementOf(args);
  const isCounted = element.kind === "struct";
  const value = isCounted ? element.fields[0]!.type : element;
  const fits = isNumeric(value) || value.kind === "string" || value.kind === "null" || (isInterval(value) && value.kind !== "interval");
  const isTime = value.kind === "date" || value.kind === "timestamp" || value.kind === "timestamp_ntz";
  if (!fits && !(kind === "held" && isTime)) throw unexpectedType(args, 0, '("NUMERIC" or "ANSI INTERVAL")', resolving);
  if (kind === "held") return { list: args[0]!, result: value };
  if (isInterval(value)) {
    return { list: args[0]!, result: value.kind === "interval_daytime" ? types.intervalDayTime : types.intervalYearMonth };
  }
  const number = isCounted
    ? types.struct([
        { name: "value", type: types.double, nullable: true },
        { name: "count", type: types.long, nullable: true },
      ])
    : types.double;
  return { list: coerceTo(args[0]!, types.array(number), resolving.context), result: types.double };
}

/** A double as a long, which has no values beyond its ends; of a decimal the unscaled number. */
function asWhole(value: number, { kind }: DataType): bigint {
  if (kind === "decimal" || Math.abs(value) < 2 ** 63) return BigInt(value);
  return value > 0 ? 2n ** 63n - 1n : -(2n ** 63n);
}

const timeKinds: ReadonlySet<string> = new Set(["date", "timestamp", "timestamp_ntz"]);

/** @throws DATATYPE_MISMATCH.UNEXPECTED_NULL, DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE */
function requireBars(e: Expression): void {
  if (e.kind !== "literal") return;
  if (e.value === null) throw new StreamingError("DATATYPE_MISMATCH.UNEXPECTED_NULL", { sqlExpr: `"${describe(e)}"`, exprName: "nb" });
  if ((e.value as number) >= 2) return;
  throw new StreamingError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", {
    sqlExpr: `"${describe(e)}"`,
    exprName: "nb",
    valueRange: "[2, 2147483647]",
    currentValue: describe(e),
  });
}

const percentileOf: FunctionEntry = {
  name: "percentile of values",
  doc: "A percentile of a list.",
  arity: [3, 4],
  nulls: "own",
  resolve: (args, resolving) => {
    const kind = (args[2] as { readonly value?: Value }).value as string;
    const { list, result } = withNumbers(args, kind, resolving);
    const wanted = typeOf(args[1]!);
    const isMany = wanted.kind === "array";
    const percentage = implicitCast(args[1]!, isMany ? types.array(types.double) : types.double, resolving.context);
    if (percentage === null) throw unexpectedType(args, 1, '"DOUBLE"', resolving);
    requirePercentages(percentage);
    return { args: [list, percentage, args[2]!], type: isMany ? types.array(result, false) : result, nullable: true };
  },
  eval: ([list, percentage, kind], call) => percentiles(list as List, percentage!, kind as string, call),
};

/** @throws DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE, DATATYPE_MISMATCH.UNEXPECTED_NULL */
function requirePercentages(e: Expression): void {
  if (e.kind !== "literal") return;
  const values = Array.isArray(e.value) ? (e.value as List) : [e.value];
  if (values.includes(null))
    throw new StreamingError("DATATYPE_MISMATCH.UNEXPECTED_NULL", { sqlExpr: `"${describe(e)}"`, exprName: "percentage" });
  if (values.every((value) => (value as number) >= 0 && (value as number) <= 1)) return;
  throw outOfRange(describe(e));
}

function outOfRange(value: string): StreamingError {
  return new StreamingError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", {
    sqlExpr: `"${value}"`,
    exprName: "percentage",
    valueRange: "[0.0, 1.0]",
    currentValue: value,
  });
}

function percentiles(list: List, percentage: Value, kind: string, call: Call): Value {
  const element = (typeOf(call.args[0]!) as ArrayType).element;
  const type = element.kind === "struct" ? element.fields[0]!.type : element;
  const values = (element.kind === "struct" ? (list as readonly (readonly Value[])[]).flatMap(repeated) : list)
    .filter((value) => value !== null)
    .toSorted((a, b) => compareValues(a, b, type));
  if (percentage === null) return null;
  for (const part of Array.isArray(percentage) ? (percentage as readonly number[]) : [percentage as number]) {
    if (!(part >= 0 && part <= 1)) throw outOfRange(String(part));
  }
  if (values.length === 0) return null;
  if (kind.endsWith("descending")) values.reverse();
  const one = (part: number): Value =>
    kind.startsWith("interpolated") ? interpolated(values, part, type) : values[Math.max(0, Math.ceil(part * values.length) - 1)]!;
  return Array.isArray(percentage) ? (percentage as readonly number[]).map(one) : one(percentage as number);
}

/** A value as often as its count says. @throws INVALID_PARAMETER_VALUE.… where the count is negative */
function repeated([value, count]: readonly Value[]): readonly Value[] {
  if (value === null || value === undefined || count === null) return [];
  const times = Number(count);
  if (times < 0)
    throw new StreamingError("NEGATIVE_VALUES_IN_FREQUENCY_EXPRESSION", {
      frequencyExpression: "the frequency",
      negativeValue: String(times),
    });
  return Array.from({ length: times }, () => value);
}

function interpolated(values: List, part: number, type: DataType): Value {
  const position = (values.length - 1) * part;
  const [low, high] = [Math.floor(position), Math.ceil(position)];
  const [a, b] = [values[low]!, values[high]!];
  if (low === high || a === b) return a;
  const between = (high - position) * Number(a) + (position - low) * Number(b);
  if (typeof a === "bigint") return BigInt(Math.trunc(between));
  return type.kind === "interval_yearmonth" ? Math.trunc(between) : between;
}

const mostFrequent: FunctionEntry = {
  name: "most frequent of values",
  doc: "The most frequent value of a list.",
  arity: [2, 2],
  nulls: "own",
  resolve: (args) => ({ args, type: elementOf(args), nullable: true }),
  eval: ([list, which], call) => {
    const counts = new Map<string, { readonly value: Value; count: number }>();
    for (const value of list as List) {
      const key = JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : Object.is(part, -0) ? 0 : part));
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { value, count: 1 });
      else known.count++;
    }
    let best: { readonly value: Value; readonly count: number } | null = null;
    const sign = which === "smallest" ? -1 : which === "largest" ? 1 : 0;
    for (const entry of counts.values()) {
      const isBetter = best === null || entry.count > best.count;
      if (isBetter || (sign !== 0 && entry.count === best!.count && sign * compareValues(entry.value, best!.value, call.type) > 0))
        best = entry;
    }
    return best?.value ?? null;
  },
};

const joined: FunctionEntry = {
  name: "joined values",
  doc: "The texts of a list as one.",
  arity: [4, 4],
  nulls: "own",
  resolve: (args, resolving) => {
    const element = elementOf(args);
    const isPacked = (args[3] as { readonly value?: Value }).value === true;
    const value = isPacked && element.kind === "struct" ? element.fields[0]!.type : element;
    const type = value.kind === "binary" ? types.binary : types.string;
    if (["array", "map", "struct"].includes(value.kind)) throw unexpectedType(args, 0, '("STRING" or "BINARY")', resolving);
    const delimiter = castArgs([args[1]!], [type], resolving)[0]!;
    if (delimiter.kind !== "literal") {
      throw new StreamingError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", {
        sqlExpr: `"${resolving.name}"`,
        inputName: "`delimiter`",
        inputType: '"STRING"',
        inputExpr: `"${describe(delimiter)}"`,
      });
    }
    const list =
      isPacked && element.kind === "struct"
        ? types.array(types.struct([{ ...element.fields[0]!, type }, ...element.fields.slice(1)]))
        : types.array(type);
    return { args: [coerceTo(args[0]!, list, resolving.context), delimiter, args[2]!, args[3]!], type, nullable: true };
  },
  eval: ([list, delimiter, directions, packed], call) => {
    const element = (typeOf(call.args[0]!) as ArrayType).element;
    const rows = packed === true ? (list as readonly List[]) : (list as List).map((value) => [value, value]);
    const keyTypes = packed === true && element.kind === "struct" ? element.fields.slice(1).map((field) => field.type) : [element];
    const sorted = inOrder(rows, keyTypes, directions as string);
    const values = sorted.map((row) => row[0]!).filter((value) => value !== null);
    if (values.length === 0) return null;
    return call.type.kind === "binary"
      ? joinedBytes(values as readonly Uint8Array[], delimiter as Uint8Array | null)
      : (values as readonly string[]).join((delimiter as string | null) ?? "");
  },
};

/** Rows by the keys behind their first value: of each key `a` or `d`, and whether its nulls come first (`f`) or last. */
function inOrder(rows: readonly List[], keyTypes: readonly DataType[], directions: string): readonly List[] {
  if (directions === "") return rows;
  return rows.toSorted((a, b) => {
    for (let key = 0; key * 2 < directions.length; key++) {
      const place = Math.min(key + 1, a.length - 1);
      const [x, y] = [a[place]!, b[place]!];
      const nulls = directions[2 * key + 1] === "f" ? -1 : 1;
      const order =
        x === null || y === null
          ? x === y
            ? 0
            : x === null
              ? nulls
              : -nulls
          : compareValues(x, y, keyTypes[key]!) * (directions[2 * key] === "d" ? -1 : 1);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function joinedBytes(values: readonly Uint8Array[], delimiter: Uint8Array | null): Uint8Array {
  const between = delimiter ?? new Uint8Array();
  const bytes: number[] = [];
  values.forEach((value, i) => {
    if (i > 0) bytes.push(...between);
    bytes.push(...value);
  });
  return Uint8Array.from(bytes);
}

const histogram: FunctionEntry = {
  name: "histogram of values",
  doc: "A histogram of a list.",
  arity: [2, 2],
  nulls: "own",
  resolve: (args, resolving) => {
    const element = elementOf(args);
    const fits =
      isNumeric(element) || (isInterval(element) && element.kind !== "interval") || timeKinds.has(element.kind) || element.kind === "null";
    if (!fits) throw unexpectedType(args, 0, '("NUMERIC" or "DATE" or "TIMESTAMP" or "TIMESTAMP_NTZ" or "INTERVAL")', resolving);
    const bars = castArgs([args[1]!], [types.int], resolving)[0]!;
    requireBars(resolving.fold(bars));
    const fields = [
      { name: "x", type: element, nullable: true },
      { name: "y", type: types.double, nullable: true },
    ];
    return { args: [args[0]!, bars], type: types.array(types.struct(fields)), nullable: true };
  },
  eval: ([list, bars], call) => {
    const values = list as readonly (number | bigint)[];
    if (values.length === 0) return null;
    const element = (typeOf(call.args[0]!) as ArrayType).element;
    const scale = element.kind === "decimal" ? 10 ** element.scale : 1;
    const isWhole = typeof values[0] === "bigint";
    const rounds = !["float", "double"].includes(element.kind);
    return histogramOf(
      values.map((value) => Number(value) / scale),
      bars as number,
    ).map(({ x, y }) => {
      const place = rounds && !isWhole ? Math.trunc(x) : x;
      return [isWhole ? asWhole(Math.trunc(place * scale), element) : place, y];
    });
  },
};

const numberOfPair: FunctionEntry = {
  name: "number of a pair",
  doc: "A variable of a regression.",
  arity: [2, 2],
  nulls: "strict",
  resolve: ([number, of], resolving) =>
    castArgs([number!], ["numeric"], { ...resolving, name: (of as { readonly value?: Value }).value as string })[0]!,
};

export const listStatisticFunctions: readonly FunctionEntry[] = [numberOfPair, percentileOf, mostFrequent, joined, histogram];
