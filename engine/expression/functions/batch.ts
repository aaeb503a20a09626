import { types } from "../../arrow/types.js";
import { microsToLocal } from "../../values/dateTimeText.js";
import type { FunctionEntry } from "./entry.js";
import { timeZone } from "../../values/timeZone.js";

/** What depends on the batch: its time, and the places of rows in it. */

const now: FunctionEntry = {
  name: "current_timestamp",
  aliases: ["now"],
  doc: "The time of the batch.",
  arity: [0, 0],
  nulls: "own",
  deterministic: true,
  resolve: () => ({ args: [], type: types.timestamp, nullable: false }),
  eval: (_args, _call, context) => BigInt(context.batchTimeMs) * 1000n,
  generate: (g) => (g.exact ? `BigInt(${g.context}.batchTimeMs) * 1000n` : `${g.context}.batchTimeMs * 1000`),
};

const localNow: FunctionEntry = {
  name: "localtimestamp",
  doc: "What the clock of the session time zone shows at the time of the batch.",
  arity: [0, 0],
  nulls: "own",
  deterministic: true,
  resolve: () => ({ args: [], type: types.timestampNtz, nullable: false }),
  eval: (_args, call, context) => microsToLocal(BigInt(context.batchTimeMs) * 1000n, timeZone(call.zone ?? "UTC")),
};

const today: FunctionEntry = {
  name: "current_date",
  aliases: ["curdate"],
  doc: "The day of the batch's time in the session time zone.",
  arity: [0, 0],
  nulls: "own",
  deterministic: true,
  resolve: () => ({ args: [], type: types.date, nullable: false }),
  eval: (_args, call, context) => {
    const seconds = Math.floor(context.batchTimeMs / 1000);
    return Math.floor((seconds + timeZone(call.zone ?? "UTC").offsetAt(seconds)) / 86400);
  },
};

const currentTimezone: FunctionEntry = {
  name: "current_timezone",
  doc: "The name of the session time zone.",
  arity: [0, 0],
  nulls: "own",
  resolve: (_args, { context }) => ({ kind: "literal", value: context.zone, type: types.string }),
};

const increasingId: FunctionEntry = {
  name: "monotonically_increasing_id",
  doc: "The row's place in its batch.",
  arity: [0, 0],
  nulls: "own",
  deterministic: false,
  resolve: () => ({ args: [], type: types.long, nullable: false }),
  eval: (_args, _call, context) => BigInt(context.row),
  generate: (g) => (g.exact ? `BigInt(first + ${g.row})` : `first + ${g.row}`),
};

export const batchFunctions: readonly FunctionEntry[] = [now, localNow, today, currentTimezone, increasingId];
