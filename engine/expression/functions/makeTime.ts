import { types, type DataType } from "../../arrow/types.js";
import type { IntervalValue, Value } from "../../arrow/value.js";
import { StreamingError } from "../../errors/streamingError.js";
import { daysFromCivil, isValidDate, microsPerDay } from "../../values/calendar.js";
import { localToMicros } from "../../values/dateTimeText.js";
import type { EvalMode } from "../../values/evalMode.js";
import { timeZone } from "../../values/timeZone.js";
import { literal, type Call, type Expression } from "../expression.js";
import { castArgs, modeOf, type FunctionEntry } from "./entry.js";

/** Timestamps and intervals of their fields. */

type Fields = readonly [year: number, month: number, day: number, hour: number, minute: number, seconds: bigint];

/** A wall clock of its fields (seconds as millionths); 60 seconds are a minute. Null, or an error under ANSI, where there is none. */
function clockOf([year, month, day, hour, minute, micros]: Fields, mode: EvalMode): bigint | null {
  const fits =
    Math.abs(year) <= 999_999_999 && isValidDate(year, month, day) && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && micros >= 0n;
  if (fits && micros <= 60_000_000n) {
    return BigInt(daysFromCivil(year, month, day)) * microsPerDay + BigInt(hour * 3600 + minute * 60) * 1_000_000n + micros;
  }
  if (mode !== "ansi") return null;
  const seconds = `${micros / 1_000_000n}.${String(micros % 1_000_000n).padStart(6, "0")}`;
  if (fits && micros < 61_000_000n) throw new StreamingError("INVALID_FRACTION_OF_SECOND", { secAndMicros: seconds });
  throw new StreamingError("DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", {
    rangeMessage: `Invalid date or time: ${year}-${month}-${day} ${hour}:${minute}:${seconds}`,
  });
}

const fieldTypes: readonly DataType[] = [types.int, types.int, types.int, types.int, types.int, types.decimal(16, 6), types.string];

function makeTimestamp(name: string, type: DataType, isTry: boolean): FunctionEntry {
  const isLocal = type.kind === "timestamp_ntz";
  return {
    name,
    doc: `A ${isLocal ? "timestamp without time zone" : "timestamp"} of year, month, day, hour, minute and seconds${
      isLocal ? "" : ", in a zone where one is given"
    }${isTry ? "; null where there is none" : ""}.`,
    arity: [6, isLocal ? 6 : 7],
    nulls: "strict",
    resolve: (args, resolving) => ({
      args: castArgs(args, fieldTypes, resolving),
      type,
      nullable: true,
      evalMode: isTry ? "try" : modeOf(resolving.context),
    }),
    eval: (args, call) => {
      const clock = clockOf(args as unknown as Fields, call.evalMode);
      if (clock === null || isLocal) return clock;
      return localToMicros(clock, timeZone((args[6] as string | undefined) ?? call.zone ?? "UTC"));
    },
  };
}

const zeroSeconds = literal(0n, types.decimal(18, 6));

/** The arguments that were given, and zeros for the others. */
function filled(args: readonly Expression[], count: number, seconds: boolean): readonly Expression[] {
  return Array.from({ length: count }, (_, i) => args[i] ?? (seconds && i === count - 1 ? zeroSeconds : literal(0, types.int)));
}

function overflow(mode: EvalMode): null {
  if (mode !== "ansi") return null;
  throw new StreamingError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION");
}

const makeDayTime: FunctionEntry = {
  name: "make_dt_interval",
  doc: "An interval of days, hours, minutes and seconds.",
  arity: [0, 4],
  nulls: "strict",
  resolve: (args, resolving) => ({
    args: castArgs(filled(args, 4, true), [types.int, types.int, types.int, types.decimal(18, 6)], resolving),
    type: types.intervalDayTime,
  }),
  eval: ([days, hours, minutes, seconds]) => {
    const micros =
      BigInt(days as number) * microsPerDay +
      (BigInt(hours as number) * 60n + BigInt(minutes as number)) * 60_000_000n +
      (seconds as bigint);
    return BigInt.asIntN(64, micros) === micros ? micros : overflow("ansi");
  },
};

const makeYearMonth: FunctionEntry = {
  name: "make_ym_interval",
  doc: "An interval of years and months.",
  arity: [0, 2],
  nulls: "strict",
  resolve: (args, resolving) => ({ args: castArgs(filled(args, 2, false), [types.int], resolving), type: types.intervalYearMonth }),
  eval: ([years, months]) => {
    const total = (years as number) * 12 + (months as number);
    return (total | 0) === total ? total : overflow("ansi");
  },
};

function makeInterval(name: string, isTry: boolean): FunctionEntry {
  return {
    name,
    doc: `An interval of years, months, weeks, days, hours, minutes and seconds${isTry ? "; null where it does not fit" : ""}.`,
    arity: [0, 7],
    nulls: "strict",
    resolve: (args, resolving) => ({
      args: castArgs(
        filled(args, 7, true),
        [types.int, types.int, types.int, types.int, types.int, types.int, types.decimal(18, 6)],
        resolving,
      ),
      type: types.calendarInterval,
      nullable: true,
      evalMode: isTry ? "try" : modeOf(resolving.context),
    }),
    eval: (args: readonly Value[], call: Call): Value => {
      const [years, months, weeks, days, hours, minutes] = args as number[];
      const interval: IntervalValue = {
        months: years! * 12 + months!,
        days: weeks! * 7 + days!,
        microseconds: (BigInt(hours!) * 60n + BigInt(minutes!)) * 60_000_000n + (args[6] as bigint),
      };
      const fits =
        (interval.months | 0) === interval.months &&
        (interval.days | 0) === interval.days &&
        BigInt.asIntN(64, interval.microseconds) === interval.microseconds;
      return fits ? interval : overflow(call.evalMode);
    },
  };
}

export const makeTimeFunctions: readonly FunctionEntry[] = [
  makeTimestamp("make_timestamp", types.timestamp, false),
  makeTimestamp("make_timestamp_ltz", types.timestamp, false),
  makeTimestamp("make_timestamp_ntz", types.timestampNtz, false),
  makeTimestamp("try_make_timestamp", types.timestamp, true),
  makeTimestamp("try_make_timestamp_ltz", types.timestamp, true),
  makeTimestamp("try_make_timestamp_ntz", types.timestampNtz, true),
  makeDayTime,
  makeYearMonth,
  makeInterval("make_interval", false),
  makeInterval("try_make_interval", true),
];
