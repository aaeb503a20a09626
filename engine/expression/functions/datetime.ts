import { StreamingError } from "../../errors/streamingError.js";
import { daysOfCivil } from "../../arrow/civil.js";
import { types, type DataType } from "../../arrow/types.js";
import type { Code, Generator } from "../compile/code.js";
import { dayOf, monthOf, yearOf } from "../compile/runtime/dates.js";
import { literal, type Call, type Expression } from "../expression.js";
import { implicitCast } from "../types/coerce.js";
import { typeOf } from "../types/typeOf.js";
import {
  addMonths,
  civilFromDays,
  dayOfYear,
  daysFromCivil,
  daysInMonth,
  floorDiv,
  floorMod,
  isoWeek,
  isoWeekday,
  isValidDate,
  microsPerDay,
} from "../../values/calendar.js";
import { localToMicros, microsToLocal } from "../../values/dateTimeText.js";
import { timeZone } from "../../values/timeZone.js";
import { throwCastInput, throwOverflow } from "../../values/evaluationErrors.js";
import { extractFields, fieldRefused, partOf } from "./extractFields.js";
import { callOf, castArgs, fixed, modeOf, requireKinds, unexpectedType, type FunctionEntry, type Resolving } from "./entry.js";

/** Fields, steps and truncation of dates and timestamps. */

/** A date or timestamp argument as a date. */
function asDate(args: readonly Expression[], resolving: Resolving): Expression[] {
  return castArgs(args, [types.date], resolving);
}

function dateField(
  name: string,
  aliases: string[],
  doc: string,
  evaluate: (days: number) => number,
  code?: (g: Generator, days: string) => string,
): FunctionEntry {
  return {
    name,
    aliases,
    doc,
    arity: [1, 1],
    nulls: "strict",
    total: true,
    resolve: (args, resolving) => ({ args: asDate(args, resolving), type: types.int }),
    eval: ([days]) => evaluate(days as number),
    ...(code && { generate: (g: Generator, [days]: readonly Code[]) => code(g, days!.value) }),
  };
}

/** hour, minute, second: of a timestamp in the session zone. */
function timeField(name: string, doc: string, unitMicros: number, modulus: number): FunctionEntry {
  return {
    name,
    doc,
    arity: [1, 1],
    nulls: "strict",
    resolve: (args, resolving) => {
      const operand = typeOf(args[0]!).kind === "timestamp_ntz" ? args[0]! : castArgs(args, [types.timestamp], resolving)[0]!;
      return { args: [operand], type: types.int };
    },
    eval: ([micros], call) => {
      const local = localMicros(micros as bigint, call);
      return Number(floorMod(local, microsPerDay) / BigInt(unitMicros)) % modulus;
    },
    generate: (g, [micros], call) => {
      const zone = typeOf(call.args[0]!).kind === "timestamp" ? timeZone(call.zone ?? "UTC") : timeZone("UTC");
      if (g.exact || zone.fixedOffsetSeconds === null) return null;
      const unit = g.local(`Math.floor((${micros!.value} + ${zone.fixedOffsetSeconds * 1_000_000}) / ${unitMicros})`);
      return `${unit} - Math.floor(${unit} / ${modulus}) * ${modulus}`;
    },
  };
}

function localMicros(micros: bigint, call: Call): bigint {
  return typeOf(call.args[0]!).kind === "timestamp" ? microsToLocal(micros, timeZone(call.zone ?? "UTC")) : micros;
}

/** A number of days: an int or less, or a text that is one (without ANSI only a constant). @throws DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE, CAST_INVALID_INPUT */
function wholeDays(args: readonly Expression[], resolving: Resolving): Expression {
  const days = args[1]!;
  const { kind } = typeOf(days);
  const isText = kind === "string" && (resolving.context.ansi || days.kind === "literal");
  if (!isText && !["int", "short", "byte", "null"].includes(kind)) {
    throw unexpectedType(args, 1, '("INT" or "SMALLINT" or "TINYINT")', resolving);
  }
  if (days.kind === "literal" && typeof days.value === "string" && !resolving.context.ansi && !/^\s*[+-]?\d+\s*$/.test(days.value)) {
    throwCastInput(`'${days.value}'`, "STRING", "INT");
  }
  return castArgs([days], [types.int], resolving)[0]!;
}

/** Days added to a date; out of the type's range they wrap around, as Spark's do. */
function dateStep(name: string, aliases: string[], doc: string, sign: 1 | -1): FunctionEntry {
  return {
    name,
    aliases,
    doc,
    arity: [2, 2],
    nulls: "strict",
    total: true,
    resolve: (args, resolving) => ({ args: [...asDate([args[0]!], resolving), wholeDays(args, resolving)], type: types.date }),
    eval: ([date, days]) => ((date as number) + sign * (days as number)) | 0,
    generate: (_g, [date, days]) => `${date!.value} ${sign > 0 ? "+" : "-"} ${days!.value} | 0`,
  };
}

/** @throws DATETIME_OVERFLOW */
function checkedDate(days: number, operation: string): number {
  if ((days | 0) !== days) throw new StreamingError("DATETIME_OVERFLOW", { operation });
  return days;
}

const addMonthsEntry: FunctionEntry = {
  name: "add_months",
  doc: "A date some months later, the day cut to the month's length.",
  arity: [2, 2],
  nulls: "strict",
  resolve: ([date, months], resolving) => ({
    args: [...asDate([date!], resolving), ...castArgs([months!], [types.int], resolving)],
    type: types.date,
  }),
  eval: ([date, months]) => {
    const days = addMonths(date as number, months as number);
    return (days | 0) === days ? days : throwOverflow("", "integer overflow");
  },
};

const lastDay: FunctionEntry = {
  name: "last_day",
  doc: "The last day of the date's month.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => ({ args: asDate(args, resolving), type: types.date }),
  eval: ([date]) => {
    const { year, month } = civilFromDays(date as number);
    return checkedDate(daysFromCivil(year, month, daysInMonth(year, month)), "last_day");
  },
};

const dateDiff: FunctionEntry = {
  name: "datediff",
  aliases: ["date_diff"],
  doc: "The days from the second date to the first.",
  arity: [2, 2],
  nulls: "strict",
  total: true,
  resolve: (args, resolving) => ({ args: asDate(args, resolving), type: types.int }),
  eval: ([end, start]) => ((end as number) - (start as number)) | 0,
  generate: (_g, [end, start]) => `${end!.value} - ${start!.value} | 0`,
};

const makeDate: FunctionEntry = {
  name: "make_date",
  doc: "The date of a year, month and day.",
  arity: [3, 3],
  nulls: "strict",
  resolve: (args, resolving) => ({
    args: castArgs(args, [types.int], resolving),
    type: types.date,
    evalMode: modeOf(resolving.context),
    ...(!resolving.context.ansi && { nullable: true }),
  }),
  eval: (fields, call) => {
    const [year, month, day] = fields as [number, number, number];
    const within = Math.abs(year) <= 999_999_999 && isValidDate(year, month, day);
    if (within) return checkedDate(daysFromCivil(year, month, day), "make_date");
    if (call.evalMode !== "ansi") return null;
    const rangeMessage = `Invalid date: ${year}-${month}-${day}`;
    throw new StreamingError("DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", { rangeMessage });
  },
};

const unixDate: FunctionEntry = {
  ...dateField(
    "unix_date",
    [],
    "The days since 1970-01-01.",
    (days) => days,
    (_g, days) => days,
  ),
  resolve: (args, resolving) => {
    requireKinds(args, ["date"], '"DATE"', resolving);
    return { args: castArgs(args, [types.date], resolving), type: types.int };
  },
};

/** unix_seconds and its like: a timestamp as a number of units. */
function unixUnits(name: string, doc: string, micros: bigint): FunctionEntry {
  return {
    name,
    doc,
    arity: [1, 1],
    nulls: "strict",
    resolve: (args, resolving) => {
      // A timestamp without a time zone counts as one of UTC.
      if (typeOf(args[0]!).kind === "timestamp_ntz") return { args, type: types.long };
      requireKinds(args, ["timestamp"], '"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)"', resolving);
      return { args: castArgs(args, [types.timestamp], resolving), type: types.long };
    },
    eval: ([time]) => floorDiv(time as bigint, micros),
    generate: (g, [time]) => (g.exact ? null : micros === 1n ? time!.value : `Math.floor(${time!.value} / ${micros})`),
  };
}

/** timestamp_millis and its like: a number of units as a timestamp. */
function fromUnits(name: string, doc: string, micros: bigint): FunctionEntry {
  return {
    name,
    doc,
    arity: [1, 1],
    nulls: "strict",
    resolve: (args, resolving) => {
      const operand = typeOf(args[0]!).kind === "string" ? null : implicitCast(args[0]!, "integral", resolving.context);
      const fractional = micros === 1_000_000n && ["double", "float", "decimal"].includes(typeOf(args[0]!).kind);
      if (fractional) return { kind: "cast", child: args[0]!, type: types.timestamp, evalMode: "legacy", zone: resolving.context.zone };
      if (operand === null) throw unexpectedType(args, 0, '"INTEGRAL"', resolving);
      return { args: castArgs([operand], [types.long], resolving), type: types.timestamp };
    },
    eval: ([n]) => {
      const result = (n as bigint) * micros;
      if (BigInt.asIntN(64, result) === result) return result;
      throw new StreamingError("DATETIME_OVERFLOW", { operation: `converting ${n as bigint} to a timestamp` });
    },
    generate: (g, [n]) => {
      if (g.exact) return null;
      const result = g.local(`${n!.value} * ${micros}`);
      g.emit(`if (!(${result} <= 9007199254740991 && ${result} >= -9007199254740991)) ${g.bail}`);
      return result;
    },
  };
}

/** What has seconds with a fraction: timestamps, and what becomes one. @throws DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE */
function secondsSource(source: Expression, resolving: Resolving): Expression {
  const { kind } = typeOf(source);
  if (kind === "timestamp" || kind === "timestamp_ntz") return source;
  if (kind !== "string" && kind !== "date" && kind !== "null")
    throw unexpectedType([source], 0, '"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)"', { ...resolving, name: "secondwithfraction" });
  return castArgs([source], [types.timestamp], resolving)[0]!;
}

/** EXTRACT(field FROM …): the function of that field. */
const extract: FunctionEntry = {
  name: "extract",
  aliases: ["date_part", "datepart"],
  doc: "A field of a date or timestamp by its name.",
  arity: [2, 2],
  nulls: "strict",
  resolve: ([field, source], resolving) => {
    const name = field!.kind === "literal" && typeof field.value === "string" ? extractFields[field.value.toLowerCase()] : undefined;
    const type: DataType = typeOf(source!);
    const part = field!.kind === "literal" && typeof field.value === "string" ? partOf(field.value.toLowerCase(), type) : null;
    if (part !== null) {
      const time = part.name === "second" && type.kind !== "interval_daytime" ? secondsSource(source!, resolving) : source!;
      return { args: [literal(part.name, types.string), time], type: part.type };
    }
    if (name === undefined || type.kind.startsWith("interval")) throw fieldRefused(field!, source!, resolving);
    const entry = datetimeFunctions.find((candidate) => candidate.name === name)!;
    const resolution = entry.resolve([source!], resolving);
    if ("kind" in resolution) return resolution;
    const call = callOf(
      name,
      resolution.args,
      types.int,
      resolution.args.some((arg) => arg.kind !== "literal"),
      "ansi",
    );
    return { ...call, zone: resolving.context.zone };
  },
  eval: ([field, source], call) => {
    const kind = typeOf(call.args[1]!).kind;
    if (kind === "interval_yearmonth") return field === "year" ? Math.trunc((source as number) / 12) : (source as number) % 12;
    const micros = kind === "timestamp" ? microsToLocal(source as bigint, timeZone(call.zone ?? "UTC")) : (source as bigint);
    if (field === "second") return kind === "interval_daytime" ? micros % 60_000_000n : floorMod(micros, 60_000_000n);
    if (field === "day") return Number(micros / 86_400_000_000n);
    return Number(field === "hour" ? (micros / 3_600_000_000n) % 24n : (micros / 60_000_000n) % 60n);
  },
};

/** from_utc_timestamp and to_utc_timestamp. */
function zoneShift(name: string, doc: string, shift: (micros: bigint, zone: string) => bigint): FunctionEntry {
  return {
    name,
    doc,
    arity: [2, 2],
    nulls: "strict",
    resolve: fixed([types.timestamp, types.string], types.timestamp),
    eval: ([time, zone]) => shift(time as bigint, zone as string),
  };
}

export const datetimeFunctions: readonly FunctionEntry[] = [
  dateField(
    "year",
    [],
    "The year.",
    (days) => civilFromDays(days).year,
    (g, days) => `${g.runtime(yearOf)}(${days})`,
  ),
  dateField(
    "month",
    [],
    "The month, 1 to 12.",
    (days) => civilFromDays(days).month,
    (g, days) => `${g.runtime(monthOf)}(${days})`,
  ),
  dateField(
    "day",
    ["dayofmonth"],
    "The day of the month.",
    (days) => civilFromDays(days).day,
    (g, days) => `${g.runtime(dayOf)}(${days})`,
  ),
  dateField(
    "quarter",
    [],
    "The quarter, 1 to 4.",
    (days) => Math.ceil(civilFromDays(days).month / 3),
    (g, days) => `(${g.runtime(monthOf)}(${days}) + 2) / 3 | 0`,
  ),
  dateField(
    "dayofyear",
    [],
    "The day of the year.",
    dayOfYear,
    (g, days) => `${days} - ${g.runtime(daysOfCivil)}(${g.runtime(yearOf)}(${days}), 1, 1) + 1`,
  ),
  dateField(
    "dayofweek",
    [],
    "The day of the week, 1 is Sunday.",
    (days) => (isoWeekday(days) % 7) + 1,
    (_g, days) => `((${days} + 4) % 7 + 7) % 7 + 1`,
  ),
  dateField("extract dayofweek_iso", [], "The day of the week, 1 is Monday.", isoWeekday, (_g, days) => `((${days} + 3) % 7 + 7) % 7 + 1`),
  dateField(
    "weekday",
    [],
    "The day of the week, 0 is Monday.",
    (days) => isoWeekday(days) - 1,
    (_g, days) => `((${days} + 3) % 7 + 7) % 7`,
  ),
  dateField("weekofyear", [], "The ISO week of the year.", (days) => isoWeek(days).week),
  dateField("extract yearofweek", [], "The year that the ISO week belongs to.", (days) => isoWeek(days).year),
  unixDate,
  timeField("hour", "The hour, 0 to 23.", 3_600_000_000, 24),
  timeField("minute", "The minute.", 60_000_000, 60),
  timeField("second", "The second.", 1_000_000, 60),
  dateStep("date_add", ["dateadd"], "A date some days later.", 1),
  dateStep("date_sub", [], "A date some days earlier.", -1),
  addMonthsEntry,
  lastDay,
  dateDiff,
  makeDate,
  unixUnits("unix_seconds", "The seconds since 1970-01-01T00:00:00Z.", 1_000_000n),
  unixUnits("unix_millis", "The milliseconds since 1970-01-01T00:00:00Z.", 1000n),
  unixUnits("unix_micros", "The microseconds since 1970-01-01T00:00:00Z.", 1n),
  fromUnits("timestamp_seconds", "The timestamp that many seconds after 1970-01-01T00:00:00Z.", 1_000_000n),
  fromUnits("timestamp_millis", "The timestamp that many milliseconds after 1970-01-01T00:00:00Z.", 1000n),
  fromUnits("timestamp_micros", "The timestamp that many microseconds after 1970-01-01T00:00:00Z.", 1n),
  extract,
  zoneShift("from_utc_timestamp", "What a zone's clock shows at that time of UTC.", (micros, zone) =>
    microsToLocal(micros, timeZone(zone)),
  ),
  zoneShift("to_utc_timestamp", "The time of UTC at which a zone's clock shows that.", (micros, zone) =>
    localToMicros(micros, timeZone(zone)),
  ),
];
