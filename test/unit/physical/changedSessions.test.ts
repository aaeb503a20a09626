import fc from "fast-check";
import { expect, test } from "vitest";
import { changedSessions } from "../../../engine/physical/stateful/changedSessions.js";

// Sessions of one gap, of rows of which some come and go: those that are left out are the same before and now, and no row of the others belongs to them.

const gap = 3;
type Rows = readonly (readonly [row: number, time: number])[];

/** Sessions as the rows that they are made of. */
function sessionsOf(rows: Rows): string[] {
  const sessions: (readonly [number, number])[][] = [];
  for (const row of rows) {
    const last = sessions.at(-1);
    if (last !== undefined && row[1] <= last.at(-1)![1] + gap) last.push(row);
    else sessions.push([row]);
  }
  return sessions.map((session) => session.join(" "));
}

const differing = (these: string[], those: string[]): string[] => these.filter((session) => !those.includes(session));

test("what is left out is whole sessions that are the same", () => {
  const times = fc.array(fc.tuple(fc.integer({ min: 0, max: 1500 }), fc.boolean(), fc.boolean()), { maxLength: 300 });
  fc.assert(
    fc.property(times, fc.integer({ min: 0, max: 4 }), (given, changes) => {
      const ordered = given.map(([time, ...kept]) => [time, kept] as const).toSorted(([a], [b]) => a - b);
      // Few rows change: the others are there on both sides.
      const isOn = (side: 0 | 1) => (_: unknown, row: number) => row % 40 >= changes || ordered[row]![1][side];
      const all: Rows = ordered.map(([time], row) => [row, time]);
      const [before, now] = [all.filter(isOn(0)), all.filter(isOn(1))];
      const boundsOf = (rows: Int32Array) => {
        const starts = Float64Array.from(rows, (row) => all[row]![1]);
        return { times: starts, ends: starts.map((start) => start + gap) };
      };
      const ids = (rows: Rows): Int32Array => Int32Array.from(rows, ([row]) => row);
      const part = changedSessions(ids(before), ids(now), boundsOf);
      const of = (rows: Int32Array): string[] => sessionsOf([...rows].map((row) => all[row]!));
      const [whole, some] = [
        [sessionsOf(before), sessionsOf(now)],
        [of(part.before), of(part.now)],
      ] as const;
      expect(differing(some[0], some[1])).toEqual(differing(whole[0], whole[1]));
      expect(differing(some[1], some[0])).toEqual(differing(whole[1], whole[0]));
      expect(part.hasFirst).toBe(part.before[0] === before[0]?.[0] && part.now[0] === now[0]?.[0]);
    }),
    { numRuns: 500 },
  );
});
