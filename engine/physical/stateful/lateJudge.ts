import { plainColumn } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import { unreachable } from "../../errors/assert.js";
import type { LateRule } from "../../plan/nodes/lateTap.js";
import type { IntList } from "../../state/intList.js";
import { timesOf, watermarkedTimes } from "./eventTimes.js";
import { largeTimeIn, latestStart } from "./windows.js";

/** By what a stateful operator tells that a row of an input is late: the index of a column, and how it is read. */
export interface LateJudge {
  readonly column: number;
  readonly rule: LateRule;
}

/** The times of rows that are judged, µs; NaN where there is none. */
export function judgedTimes(rule: LateRule, column: Column): Float64Array {
  if (rule.kind !== "window") return watermarkedTimes(column);
  const plain = plainColumn(column);
  if (plain.encoding === "null") return new Float64Array(plain.length).fill(NaN);
  const times = timesOf(plain, largeTimeIn(rule));
  const { nulls } = plain;
  return nulls === null ? times : times.slice(0, plain.length).map((time, i) => (nulls[i] === 0 ? time : NaN));
}

/** Lists the rows that belong to no window, having no time. Elsewhere they are kept. */
export function listRowsWithoutTime(rule: LateRule, times: Float64Array, length: number, rows: IntList): void {
  rows.clear();
  if (rule.kind === "time") return;
  for (let row = 0; row < length; row++) if (times[row] !== times[row]) rows.push(row);
}

/** Lists the rows that are late, wholly or for one of their windows. */
export function listLateRows(rule: LateRule, times: Float64Array, length: number, lateUs: number, rows: IntList): void {
  rows.clear();
  switch (rule.kind) {
    case "missing":
      return;
    case "time":
      for (let row = 0; row < length; row++) if (times[row]! <= lateUs) rows.push(row);
      return;
    case "window": {
      // The windows of a row end one slide after the other; the first of them behind its time.
      const { durationUs, slideUs } = rule;
      for (let row = 0; row < length; row++) {
        const time = times[row]!;
        const end = latestStart(rule, time) + durationUs;
        if (end - Math.ceil((end - time) / slideUs - 1) * slideUs <= lateUs) rows.push(row);
      }
      return;
    }
    default:
      unreachable(rule);
  }
}
