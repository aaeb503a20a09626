import fc from "fast-check";
import { expect, test } from "vitest";
import { field, types } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { OutputMode } from "../../engine/contract/sink.js";
import { Driver, show, type Aggregate, type Ran, type Shape } from "../unit/physical/aggregateFixture.js";
import { partitionCounts, restarts } from "../unit/physical/savedState.js";
import { runs } from "./runs.js";

// One row: event time (µs), key, long, double, condition.
type Row = readonly [bigint | null, string | null, bigint | null, number | null, boolean | null];

const input = [
  field("ts", types.timestamp),
  field("k", types.string),
  field("v", types.long),
  field("x", types.double),
  field("c", types.boolean),
];
const aggregates: readonly Aggregate[] = [
  { name: "count", columns: [] },
  { name: "count", columns: [2] },
  { name: "sum", columns: [2], evalMode: "legacy" },
  { name: "sum", columns: [3] },
  { name: "avg", columns: [2] },
  { name: "min", columns: [2] },
  { name: "max", columns: [3] },
  { name: "min", columns: [3] },
  { name: "max", columns: [1] },
  { name: "count_if", columns: [4] },
  { name: "sum", columns: [2], filter: 4, evalMode: "legacy" },
];

/** Without the mean of longs that are no exact doubles: rounding depends on the order, and slices are merged by time. */
const inAnyOrder = aggregates.filter(({ name }) => name !== "avg");

/** Of two zeros the one that comes first is the smaller. */
function withoutMinusZero([time, k, v, x, c]: Row): Row {
  return [time, k, v, Object.is(x, -0) ? 0 : x, c];
}

const eventTime = fc.option(
  fc.integer({ min: -5_000, max: 60_000 }).map((ms) => BigInt(ms) * 1000n),
  { freq: 12 },
);
const row = fc.tuple(
  eventTime,
  fc.option(fc.constantFrom("a", "b", "c", "d"), { freq: 8 }),
  fc.option(fc.oneof(fc.bigInt({ min: -5n, max: 5n }), fc.constantFrom(2n ** 53n, -(2n ** 62n), 2n ** 63n - 1n)), { freq: 8 }),
  fc.option(fc.constantFrom(0, -0, 1.5, -2.25, NaN, Infinity), { freq: 8 }),
  fc.option(fc.boolean(), { freq: 8 }),
) as fc.Arbitrary<Row>;
const step = fc.record({
  pieces: fc.array(fc.array(row, { maxLength: 12 }), { maxLength: 3 }),
  restart: restarts,
});

/** NaN is the largest; of equal values the first stays. */
function better(a: number, b: number, sign: number): boolean {
  if (a !== a || b !== b) return sign > 0 ? a === a && b !== b : a !== a && b === b;
  return sign > 0 ? a < b : a > b;
}

function extremum(values: readonly number[], sign: number): Value {
  return values.length === 0 ? null : values.reduce((best, x) => (better(x, best, sign) ? x : best));
}

/** The sum as a long that wraps around. */
function total(values: readonly bigint[]): Value {
  return values.length === 0 ? null : values.reduce((a, b) => BigInt.asIntN(64, a + b));
}

function resultsOf(rows: readonly Row[]): Value[] {
  const longs = rows.flatMap((r) => (r[2] === null ? [] : [r[2]]));
  const doubles = rows.flatMap((r) => (r[3] === null ? [] : [r[3]]));
  const keys = rows.flatMap((r) => (r[1] === null ? [] : [r[1]]));
  const chosen = rows.flatMap((r) => (r[2] === null || r[4] !== true ? [] : [r[2]]));
  return [
    BigInt(rows.length),
    BigInt(longs.length),
    total(longs),
    doubles.length === 0 ? null : doubles.reduce((a, b) => a + b, 0),
    longs.length === 0 ? null : longs.reduce((a, b) => a + Number(b), 0) / longs.length,
    longs.length === 0 ? null : longs.reduce((a, b) => (b < a ? b : a)),
    extremum(doubles, -1),
    extremum(doubles, 1),
    keys.length === 0 ? null : keys.reduce((a, b) => (b > a ? b : a)),
    BigInt(rows.filter((r) => r[4] === true).length),
    total(chosen),
  ];
}

interface Group {
  readonly grouping: Value[];
  readonly endUs: bigint;
  readonly rows: Row[];
  touched: number;
}

/** The same aggregation in plain row code, after SEMANTICS 14 to 19. */
class Model {
  readonly groups = new Map<string, Group>();
  readonly #window: NonNullable<Shape["window"]>;
  readonly #mode: OutputMode;
  readonly #asked: readonly number[];
  #batch = 0;

  constructor(window: NonNullable<Shape["window"]>, mode: OutputMode, asked: readonly Aggregate[]) {
    this.#asked = asked.map((aggregate) => aggregates.indexOf(aggregate));
    this.#window = window;
    this.#mode = mode;
  }

  run(rows: readonly Row[], lateMs: number, evictMs: number): Ran {
    this.#batch++;
    const late = new Set<string>();
    const touched: Group[] = [];
    const bounded = this.#mode !== "complete";
    for (const r of rows) {
      for (const start of this.#starts(r[0])) {
        const endUs = start + BigInt(this.#window.durationUs);
        const id = `${start} ${show(r[1])}`;
        if (bounded && endUs <= BigInt(lateMs) * 1000n) {
          late.add(id);
          continue;
        }
        let group = this.groups.get(id);
        if (group === undefined) this.groups.set(id, (group = { grouping: [[start, endUs], r[1]], endUs, rows: [], touched: 0 }));
        group.rows.push(r);
        if (group.touched !== this.#batch) touched.push(group);
        group.touched = this.#batch;
      }
    }
    const expired = [...this.groups].filter(([, g]) => bounded && g.endUs <= BigInt(evictMs) * 1000n);
    const emitted = this.#mode === "update" ? touched : this.#mode === "append" ? expired.map(([, g]) => g) : [...this.groups.values()];
    const results = emitted.map((g) => {
      const all = resultsOf(g.rows);
      return [...g.grouping, ...this.#asked.map((a) => all[a]!)];
    });
    for (const [id] of expired) this.groups.delete(id);
    return { rows: results, updated: touched.length, removed: expired.length, total: this.groups.size, dropped: late.size };
  }

  #starts(time: bigint | null): bigint[] {
    if (time === null) return [];
    const { durationUs, slideUs, startUs } = this.#window;
    const starts: bigint[] = [];
    for (let start = BigInt(startUs) - 200n * BigInt(slideUs); start <= time; start += BigInt(slideUs)) {
      if (start + BigInt(durationUs) > time) starts.push(start);
    }
    return starts.toReversed();
  }
}

/** Tumbling ones and hopping ones, in both layouts of their state; slides that divide the window and such that do not, also by a millisecond. */
const windows = fc
  .record({
    durationUs: fc.constantFrom(1e6, 4e6, 10e6, 10_001_000),
    parts: fc.constantFrom(1, 2, 2.5, 3, 6),
    startUs: fc.constantFrom(0, 1e6, -1e6, 333_000, -7_000_001),
    sliced: fc.boolean(),
  })
  .map(({ durationUs, parts, startUs, sliced }) => {
    const slideUs = Math.ceil(durationUs / parts);
    return { index: 0, durationUs, slideUs, startUs, sliced: sliced && slideUs < durationUs };
  });

const shapes = fc.record({
  window: windows,
  outputMode: fc.constantFrom<OutputMode>("append", "update", "complete"),
  delayMs: fc.constantFrom(0, 5_000, 30_000),
});

test("windowed aggregation does what plain row code does, over any cut, any restart and any partitions", () => {
  fc.assert(
    fc.property(shapes, fc.array(step, { maxLength: 7 }), partitionCounts, ({ window, outputMode, delayMs }, steps, partitions) => {
      const shape: Shape = { input, keys: 2, window, aggregates: window.sliced ? inAnyOrder : aggregates, outputMode };
      const restarted = new Driver({ ...shape, partitions });
      const steady = new Driver(shape);
      const model = new Model(window, outputMode, shape.aggregates);
      let [lateMs, evictMs, largestMs] = [0, 0, 0];
      for (const { pieces: drawn, restart } of steps) {
        const pieces = window.sliced ? drawn.map((piece) => piece.map(withoutMinusZero)) : drawn;
        if (restart !== null) restarted.restart(restart.from, restart.partitions);
        const rows = pieces.flat();
        const expected = model.run(rows, lateMs, evictMs);
        const steadyRan = steady.run(pieces, { lateMs, evictMs });
        const ran = restarted.run(pieces, { lateMs, evictMs });
        expect({ ...ran, rows: ran.rows.map(show).toSorted() }).toEqual({ ...expected, rows: expected.rows.map(show).toSorted() });
        expect(ran.rows.map(show)).toEqual(steadyRan.rows.map(show));
        for (const [at] of rows) if (at !== null) largestMs = Math.max(largestMs, Number(at / 1000n));
        lateMs = evictMs;
        evictMs = Math.max(evictMs, largestMs - delayMs);
      }
      expect(restarted.state()).toEqual(steady.state());
    }),
    { numRuns: runs(300) },
  );
});
