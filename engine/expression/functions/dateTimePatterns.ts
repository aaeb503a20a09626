import { types, type DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { StreamingError } from "../../errors/streamingError.js";
import { compilePattern } from "../../kernel/text/dateTimePattern.js";
import { floorDiv, microsPerDay } from "../../values/calendar.js";
import { localToMicros, microsToLocal } from "../../values/dateTimeText.js";
import { timeZone } from "../../values/timeZone.js";
import { literal, type Call, type Expression } from "../expression.js";
import { coerceTo, resolveCast } from "../types/coerce.js";
import { isAtomic, isNumeric, typeOf } from "../types/typeOf.js";
import { callOf, castArgs, fixed, modeOf, unexpectedType, type FunctionEntry, type Resolution, type Resolving } from "./entry.js";

/** Dates and timestamps as texts of a pattern, and back. Patterns are those of Java's DateTimeFormatter, as Spark takes them. */

const defaultPattern = literal("yyyy-MM-dd HH:mm:ss", types.string);

/** What a text means by a pattern; null, or an error under ANSI, where it does not follow it. */
function parsed(text: string, pattern: string, call: Call): bigint | null {
  const isLocal = call.type.kind === "timestamp_ntz";
  const compiled = compilePattern(pattern, "parse");
  const micros = isLocal ? compiled.parseLocalWithZone(text) : compiled.parseTimestamp(text, call.zone ?? "UTC");
  if (micros !== undefined) return micros;
  if (call.evalMode !== "ansi") return null;
  throw new StreamingError("CANNOT_PARSE_TIMESTAMP", { inputString: `'${text}'`, func: "`try_to_timestamp`" });
}

/** A pattern that is a constant is read at once, so that a wrong one is refused before there are rows. */
function checked(pattern: Expression, use: "parse" | "format"): Expression {
  if (pattern.kind === "literal" && typeof pattern.value === "string") compilePattern(pattern.value, use);
  return pattern;
}

/** `to_timestamp` of two arguments, as a function of its own: the type says which timestamps. */
const parseTimestamp: FunctionEntry = {
  name: "parse timestamp",
  doc: "A timestamp of a text, by a pattern.",
  arity: [2, 2],
  nulls: "strict",
  resolve: fixed([types.string, types.string], types.timestamp, true),
  eval: ([text, pattern], call) => parsed(text as string, pattern as string, call),
};

/** to_date, to_timestamp and their like: without a pattern they are casts. */
function parsing(name: string, type: DataType, isTry: boolean): FunctionEntry {
  return {
    name,
    doc: `The text (or other value) as a ${type.kind}, by a pattern where one is given${isTry ? "; null where it is none" : ""}.`,
    arity: [1, 2],
    nulls: "strict",
    resolve: (args, resolving) => resolveParsing(args, type, isTry, resolving),
  };
}

function resolveParsing(args: readonly Expression[], type: DataType, isTry: boolean, resolving: Resolving): Expression {
  const { context } = resolving;
  const [value, format] = args as [Expression, Expression | undefined];
  const from = typeOf(value);
  if (from.kind === "null") return coerceTo(value, type, context);
  const isTime = ["date", "timestamp", "timestamp_ntz"].includes(from.kind);
  // Numbers are seconds where a timestamp is made of them; whatever else has a text is read as that.
  const seconds = type.kind === "timestamp" && isNumeric(from);
  if (!isAtomic(from) || (seconds && format !== undefined)) {
    throw unexpectedType(args, 0, '("STRING" or "DATE" or "TIMESTAMP" or "TIMESTAMP WITHOUT TIME ZONE")', resolving);
  }
  const readable = isTime || seconds ? value : coerceTo(value, types.string, context);
  // A value that is a time already is not looked at by the pattern.
  if (format === undefined || isTime) return resolveCast(readable, type, isTry, context);
  const [pattern] = castArgs([format], [types.string], resolving);
  const time = type.kind === "date" ? types.timestamp : type;
  const call = callOf("parse timestamp", [readable, checked(pattern!, "parse")], time, true, isTry ? "try" : modeOf(context));
  return coerceTo({ ...call, zone: context.zone }, type, context);
}

const dateFormat: FunctionEntry = {
  name: "date_format",
  doc: "A timestamp as a text of a pattern.",
  arity: [2, 2],
  nulls: "strict",
  resolve: ([time, pattern], resolving) => ({
    args: castArgs([time!, checked(pattern!, "format")], [types.timestamp, types.string], resolving),
    type: types.string,
  }),
  eval: ([micros, pattern], call) => compilePattern(pattern as string, "format").formatTimestamp(micros as bigint, call.zone ?? "UTC"),
};

const fromUnixtime: FunctionEntry = {
  name: "from_unixtime",
  doc: "Seconds since 1970 as a text of a pattern; `yyyy-MM-dd HH:mm:ss` where none is given.",
  arity: [1, 2],
  nulls: "strict",
  resolve: ([seconds, pattern = defaultPattern], resolving) => ({
    args: castArgs([seconds!, checked(pattern, "format")], [types.long, types.string], resolving),
    type: types.string,
  }),
  eval: ([seconds, pattern], call) =>
    compilePattern(pattern as string, "format").formatTimestamp(BigInt.asIntN(64, (seconds as bigint) * 1_000_000n), call.zone ?? "UTC"),
};

const unixTimestamp: FunctionEntry = {
  name: "unix_timestamp",
  aliases: ["to_unix_timestamp"],
  doc: "The seconds since 1970-01-01T00:00:00Z of a date or timestamp, of a text by a pattern (`yyyy-MM-dd HH:mm:ss` where none is given), or of the batch.",
  arity: [0, 2],
  nulls: "strict",
  resolve: ([time, pattern = defaultPattern], resolving): Resolution => {
    if (time === undefined) return { args: [callOf("current_timestamp", [], types.timestamp, false, "ansi")], type: types.long };
    if (typeOf(time).kind !== "string") return { args: castArgs([time], [types.timestamp], resolving), type: types.long };
    return { args: castArgs([time, checked(pattern, "parse")], [types.string], resolving), type: types.long, nullable: true };
  },
  // Cut off, not floored, unlike unix_seconds: half a second before the epoch is 0.
  eval: ([time, pattern], call) => {
    if (pattern === undefined) return (time as bigint) / 1_000_000n;
    const micros = parsed(time as string, pattern as string, call);
    return micros === null ? null : floorDiv(micros, 1_000_000n);
  },
};

const convertTimezone: FunctionEntry = {
  name: "convert_timezone",
  doc: "A wall clock of one zone (the session's where only one is given) as that of another.",
  arity: [2, 3],
  nulls: "strict",
  resolve: (args, resolving) => {
    const [source, target, time] = args.length === 2 ? [literal(resolving.context.zone, types.string), ...args] : args;
    return {
      args: castArgs([source!, target!, time!], [types.string, types.string, types.timestampNtz], resolving),
      type: types.timestampNtz,
    };
  },
  eval: ([source, target, time]): Value =>
    microsToLocal(localToMicros(time as bigint, timeZone(source as string)), timeZone(target as string)),
};

function nameOfDate(name: string, doc: string, pattern: string): FunctionEntry {
  return {
    name,
    doc,
    arity: [1, 1],
    nulls: "strict",
    resolve: fixed([types.date], types.string),
    eval: ([days]) => compilePattern(pattern, "format").formatTimestamp(BigInt(days as number) * microsPerDay, "UTC"),
  };
}

export const dateTimePatternFunctions: readonly FunctionEntry[] = [
  parseTimestamp,
  parsing("to_date", types.date, false),
  parsing("try_to_date", types.date, true),
  parsing("to_timestamp", types.timestamp, false),
  parsing("try_to_timestamp", types.timestamp, true),
  parsing("to_timestamp_ltz", types.timestamp, false),
  parsing("to_timestamp_ntz", types.timestampNtz, false),
  dateFormat,
  fromUnixtime,
  unixTimestamp,
  convertTimezone,
  nameOfDate("dayname", "The short name of the day of the week: `Mon`.", "EEE"),
  nameOfDate("monthname", "The short name of the month: `Jan`.", "MMM"),
];
