import type { Random } from "../world/random.js";

/** A file that arrives: a folder's number, its name, its lines. */
export interface ArrivingFile {
  readonly input: number;
  readonly name: string;
  readonly text: string;
}

/** What arrives between two starts of the query. */
export type Round = readonly ArrivingFile[];

const keys = ["a", "b", "c", "é😀", null];
const startMs = Date.UTC(2026, 0, 1, 12);

export interface InputShape {
  readonly inputs: number;
  readonly rounds: number;
  readonly filesPerRound: number;
  /** At most. Two streams need some, so that rows meet. */
  readonly linesPerFile: number;
  /** Rows that come after their window has closed. */
  readonly lateRows: boolean;
  /** Records that cannot be read. */
  readonly malformed?: boolean;
}

/** Files of random rows; event times go on from file to file, mostly. */
export function randomRounds(
  random: Random,
  { inputs, rounds, filesPerRound, linesPerFile, lateRows, malformed = false }: InputShape,
): Round[] {
  let number = 0;
  return Array.from({ length: rounds }, () =>
    Array.from({ length: filesPerRound }, (): ArrivingFile => {
      const name = `${String(number).padStart(4, "0")}.json`;
      const atMs = startMs + number * 7_000;
      const lines = Array.from({ length: 1 + random.below(linesPerFile) }, () => line(random, atMs, lateRows, malformed));
      return { input: number++ % inputs, name, text: lines.map((text) => `${text}\n`).join("") };
    }),
  );
}

function line(random: Random, atMs: number, lateRows: boolean, malformed: boolean): string {
  if (malformed && random.chance(0.2)) return random.pick(['{"k":"a","v":', '{"k":"b","v":"many"}', "no record at all"]);
  const behindMs = lateRows && random.chance(0.15) ? 60_000 : 0;
  const ts = random.chance(0.05) ? null : new Date(atMs + random.below(8_000) - behindMs).toISOString();
  const v = random.chance(0.1) ? null : random.below(1_000) - 300;
  return JSON.stringify({ ts, k: random.pick(keys), v, d: random.chance(0.1) ? null : random.below(10_000) / 7 });
}
