import fc from "fast-check";
import { expect, test } from "vitest";
import { Session } from "../../dataframe/session.js";
import { runs } from "./runs.js";

/*
 * Functions OVER frames of rows, against the definition: for each row the rows of its frame are looked up, and the function is worked out from them alone.
 * Frames that grow, shrink, slide and stand still take other ways through the engine.
 */

interface Row {
  readonly k: number;
  readonly o: number;
  readonly v: number | null;
}

type Answer = number | string | null;

const present = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

const functions: readonly (readonly [sql: string, of: (values: readonly (number | null)[]) => Answer])[] = [
  ["count(v)", (values) => present(values).length],
  ["sum(v)", (values) => (present(values).length === 0 ? null : present(values).reduce((a, b) => a + b))],
  ["sum(v) FILTER (WHERE v > 0)", (values) => sumOrNull(present(values).filter((value) => value > 0))],
  ["min(v)", (values) => (present(values).length === 0 ? null : Math.min(...present(values)))],
  ["max(cast(v AS STRING))", (values) => present(values).map(String).toSorted().at(-1) ?? null],
  ["bool_or(v > 2)", (values) => (present(values).length === 0 ? null : String(present(values).some((value) => value > 2)))],
  ["first_value(v)", (values) => values[0] ?? null],
  ["last_value(v) IGNORE NULLS", (values) => present(values).at(-1) ?? null],
  ["nth_value(v, 2) IGNORE NULLS", (values) => present(values)[1] ?? null],
  ["array_join(collect_list(v), ',')", (values) => present(values).join(",")],
  ["max_by(o, v)", () => null],
];

function sumOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b);
}

/** A bound as rows from the current one; null when there is none. */
const bound = fc.option(fc.integer({ min: -3, max: 3 }), { nil: null, freq: 2 });

function boundText(offset: number | null, isStart: boolean): string {
  if (offset === null) return `UNBOUNDED ${isStart ? "PRECEDING" : "FOLLOWING"}`;
  return offset === 0 ? "CURRENT ROW" : `${Math.abs(offset)} ${offset < 0 ? "PRECEDING" : "FOLLOWING"}`;
}

const session = Session.create();

test("a function over a frame is the function of the frame's rows, however frames follow each other", async () => {
  const row = fc.record({ k: fc.nat(2), o: fc.nat(20), v: fc.option(fc.integer({ min: -5, max: 5 }), { nil: null }) });
  const tables = fc.uniqueArray(row, { selector: ({ k, o }) => `${k} ${o}`, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(tables, bound, bound, async (rows: readonly Row[], start, end) => {
      fc.pre(start === null || end === null || start <= end);
      const frame = `ROWS BETWEEN ${boundText(start, true)} AND ${boundText(end, false)}`;
      const columns = functions.map(([sql], f) => {
        const [call, clause] = sql.endsWith(" IGNORE NULLS") ? [sql.slice(0, -13), " IGNORE NULLS"] : [sql, ""];
        return `CAST(${wrapped(call, `${clause} OVER (PARTITION BY k ORDER BY o ${frame})`)} AS STRING) AS f${f}`;
      });
      session
        .createDataFrame(
          rows.map((each) => ({ ...each })),
          "k INT, o INT, v INT",
        )
        .createOrReplaceTempView("rows");
      const answers = await (await session.sql(`SELECT k, o, ${columns.join(", ")} FROM rows ORDER BY k, o`)).collect();
      const sorted = rows.toSorted((a, b) => a.k - b.k || a.o - b.o);
      sorted.forEach((current, i) => {
        const partition = sorted.filter(({ k }) => k === current.k);
        const at = partition.indexOf(current);
        const inFrame = partition.slice(
          start === null ? 0 : Math.max(0, at + start),
          end === null ? partition.length : Math.max(0, at + end + 1),
        );
        const values = inFrame.map(({ v }) => v);
        functions.slice(0, -1).forEach(([sql, of], f) => {
          const expected = of(values);
          expect({ sql, frame, i, answer: answers[i]![`f${f}`] }).toEqual({
            sql,
            frame,
            i,
            answer: expected === null ? null : String(expected),
          });
        });
        const largest = Math.max(...present(values));
        const candidates = inFrame.filter(({ v }) => v === largest).map(({ o }) => String(o));
        expect(candidates.length === 0 ? [null] : candidates).toContain(answers[i]![`f${functions.length - 1}`]);
      });
    }),
    { numRuns: runs(60) },
  );
});

/** The call over its window, inside what is made of its result. */
function wrapped(call: string, over: string): string {
  const inner = /^array_join\((.*), ','\)$/.exec(call);
  return inner === null ? `${call}${over}` : `array_join(${inner[1]}${over}, ',')`;
}
