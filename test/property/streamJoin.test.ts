import { unlimitedMemory } from "../../engine/physical/spill/queryMemory.js";
import fc from "fast-check";
import { expect, it } from "vitest";
import { batchFromRows, slicesOf } from "../../engine/arrow/columns.js";
import { field, types } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { Attribute } from "../../engine/expression/expression.js";
import type { OperatorParts } from "../../engine/physical/nodeFacts.js";
import type { BatchFacts } from "../../engine/physical/operator.js";
import { streamJoin, type StreamJoinOperator } from "../../engine/physical/stateful/streamJoin.js";
import type { StreamJoinSpec, StreamJoinType } from "../../engine/physical/stateful/streamJoinSpec.js";
import { handling } from "../runtime/testRuntime.js";
import { emittedRows } from "../unit/physical/runOperator.js";
import { partitionCounts, restarts, SavedState } from "../unit/physical/savedState.js";
import { runs } from "./runs.js";

const noFacts: BatchFacts = { batchId: 0, batchTimeMs: 0, conf: {}, outputMode: "append", noData: false, watermarks: {} };

/** Columns of a side: key, event time, value. */
function attributesOf(first: number, prefix: string): readonly Attribute[] {
  const columns = [field(`${prefix}k`, types.string), field(`${prefix}at`, types.timestamp), field(`${prefix}v`, types.int)];
  return columns.map(({ name, type }, i) => ({ kind: "attribute", id: first + i, name, type, nullable: true, qualifier: [] }));
}

const lefts = attributesOf(1, "l");
const rights = attributesOf(4, "r");

type Row = readonly [key: string | null, atSeconds: number | null, value: number];
type Pair = readonly [left: Row | null, right: Row | null];

interface Rules {
  readonly joinType: StreamJoinType;
  /** `lv < rv + 5`: a pair must fulfil it; null for none. */
  readonly paired: boolean;
  /** `lv > 1`, `rv > 1`: what a row of one side must fulfil. */
  readonly filtered: boolean;
  /** `rat BETWEEN lat AND lat + 5 s`. */
  readonly inRange: boolean;
  /** Whether a side expires. */
  readonly bounded: readonly [boolean, boolean];
}

const anyRules: fc.Arbitrary<Rules> = fc.record({
  joinType: fc.constantFrom<StreamJoinType>("inner", "left", "right", "full", "leftSemi"),
  paired: fc.boolean(),
  filtered: fc.boolean(),
  inRange: fc.boolean(),
  bounded: fc.tuple(fc.boolean(), fc.boolean()),
});
const anyRow = fc.tuple<[string | null, number | null, number]>(
  fc.constantFrom("a", "b", "é", "a key that no small buffer holds", null),
  fc.option(fc.integer({ min: 0, max: 30 })),
  fc.integer({ min: 0, max: 9 }),
);
const someRows = fc.array(anyRow, { maxLength: 8 });
const history = fc.array(
  fc.record({
    left: someRows,
    right: someRows,
    rightFirst: fc.boolean(),
    watermarkSeconds: fc.integer({ min: 0, max: 40 }),
    restart: restarts,
  }),
  { maxLength: 8 },
);

const offsetsMs = [-5_001, -1] as const;

function fitsAlone({ filtered }: Rules, row: Row): boolean {
  return !filtered || row[2] > 1;
}

function fits({ paired, inRange }: Rules, [lk, lat, lv]: Row, [rk, rat, rv]: Row): boolean {
  if (lk !== rk || (paired && !(lv < rv + 5))) return false;
  return !inRange || (lat !== null && rat !== null && rat >= lat && rat <= lat + 5);
}

/** What a join does, in plain code: every row looks at every row of the other side that is kept. */
class Model {
  private kept: [{ row: Row; matched: boolean }[], { row: Row; matched: boolean }[]] = [[], []];

  constructor(private readonly rules: Rules) {}

  private isOuter(side: number): boolean {
    return this.rules.joinType === "full" || this.rules.joinType === (side === 0 ? "left" : "right");
  }

  process(side: 0 | 1, rows: readonly Row[], lateSeconds: number): Pair[] {
    const pairs: Pair[] = [];
    const onTime = rows.filter(([, at]) => at === null || at > lateSeconds);
    const padded = (row: Row): Pair => (side === 0 ? [row, null] : [null, row]);
    for (const row of onTime) if (!fitsAlone(this.rules, row) && this.isOuter(side)) pairs.push(padded(row));
    const isSemi = this.rules.joinType === "leftSemi";
    const fresh = onTime.filter((row) => fitsAlone(this.rules, row)).map((row) => ({ row, matched: false }));
    for (const own of fresh) {
      for (const other of this.kept[1 - side]!) {
        const [left, right] = side === 0 ? [own, other] : [other, own];
        if (!fits(this.rules, left.row, right.row) || (isSemi && left.matched)) continue;
        pairs.push([left.row, isSemi ? null : right.row]);
        left.matched = right.matched = true;
      }
    }
    this.kept[side].push(...fresh);
    return pairs;
  }

  finish(evictSeconds: number): Pair[] {
    const pairs: Pair[] = [];
    for (const side of [0, 1] as const) {
      if (this.rules.joinType === "leftSemi" && side === 0) this.kept[0] = this.kept[0].filter(({ matched }) => !matched);
      if (!this.rules.bounded[side]) continue;
      const bound = evictSeconds * 1000 + offsetsMs[side];
      const goes = ({ row: [, at] }: { row: Row }) => at !== null && at * 1000 <= bound;
      for (const { row, matched } of this.kept[side].filter(goes)) {
        if (this.isOuter(side) && !matched) pairs.push(side === 0 ? [row, null] : [null, row]);
      }
      this.kept[side] = this.kept[side].filter((one) => !goes(one));
    }
    return pairs;
  }

  get size(): number {
    return this.kept[0].length + this.kept[1].length;
  }
}

const int = (value: number) => ({ kind: "literal", value, type: types.int }) as const;
const call = (name: string, ...args: StreamJoinSpec["output"] | readonly object[]) =>
  ({ kind: "call", name, args, type: types.boolean, nullable: true, evalMode: "ansi" }) as never;

function specOf(rules: Rules, partitions: number): StreamJoinSpec {
  const filterOf = (value: Attribute) => (rules.filtered ? call(">", value, int(1)) : null);
  const side = (columns: readonly Attribute[], index: 0 | 1) => ({
    columns,
    keys: [0],
    eventTime: 1,
    filter: filterOf(columns[2]!),
    expiry: rules.bounded[index] ? ({ column: 1, offsetMs: offsetsMs[index], clock: "watermark" } as const) : null,
  });
  const interval = { kind: "literal", value: { months: 0, days: 0, microseconds: 5_000_000n }, type: { kind: "interval" } } as const;
  const later = {
    kind: "call",
    name: "+",
    args: [lefts[1]!, interval],
    type: types.timestamp,
    nullable: true,
    evalMode: "ansi",
    zone: "UTC",
  };
  const sum = { kind: "call", name: "+", args: [rights[2]!, int(5)], type: types.int, nullable: true, evalMode: "ansi" };
  const terms = [
    ...(rules.paired ? [call("<", lefts[2]!, sum)] : []),
    ...(rules.inRange ? [call(">=", rights[1]!, lefts[1]!), call("<=", rights[1]!, later)] : []),
  ];
  const expression = terms.length === 0 ? null : terms.reduce((a, b) => call("and", a, b));
  const narrow = rules.joinType === "leftSemi";
  return {
    operatorId: "join-0",
    joinType: rules.joinType,
    partitions,
    sides: [side(lefts, 0), side(rights, 1)],
    missesPassedRows: false,
    keyAttributes: [lefts[0]!],
    condition:
      expression === null
        ? null
        : {
            expression,
            columns: [
              [1, 2],
              [1, 2],
            ],
          },
    output: narrow ? lefts : [...lefts, ...rights],
  };
}

function operatorOf(spec: StreamJoinSpec): StreamJoinOperator {
  const parts: OperatorParts = {
    chunks: handling().chunks,
    memory: unlimitedMemory(),
    tableOf: () => expect.unreachable(),
    answersOf: () => expect.unreachable(),
    currentFacts: () => noFacts,
  };
  const node = { kind: "streamJoin", spec, left: { output: lefts }, right: { output: rights }, output: spec.output } as const;
  return streamJoin.make(node, parts) as StreamJoinOperator;
}

const valuesOf = (row: Row | null): Value[] =>
  row === null ? [null, null, null] : [row[0], row[1] === null ? null : BigInt(row[1]) * 1_000_000n, row[2]];

function run(operator: StreamJoinOperator, rows: readonly Row[], input: 0 | 1): Value[][] {
  const { lending, chunks } = handling();
  const schema = types.struct((input === 0 ? lefts : rights).map(({ name, type }) => field(name, type)));
  const emitted: Value[][] = [];
  for (const batch of slicesOf(batchFromRows(schema, rows.map(valuesOf)), chunks.inputRows)) {
    const lent = lending.lend(batch);
    emitted.push(...emittedRows(operator.process(lent, input)));
    lending.takeBack(lent);
  }
  return emitted;
}

const text = (values: readonly Value[]) => JSON.stringify(values, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value));

it("a join of two streams emits what plain code over all kept rows does, through deltas, snapshots and restarts", () => {
  fc.assert(
    fc.property(anyRules, history, partitionCounts, (drawn, batches, partitions) => {
      let operator = operatorOf(specOf(drawn, partitions));
      const saved = new SavedState();
      const model = new Model(drawn);
      const rowOf = ([left, right]: Pair) => (drawn.joinType === "leftSemi" ? valuesOf(left) : [...valuesOf(left), ...valuesOf(right)]);
      let lateSeconds = 0;
      for (const { left, right, rightFirst, watermarkSeconds, restart } of batches) {
        const evictSeconds = Math.max(lateSeconds, watermarkSeconds);
        const watermarks = { lateMs: lateSeconds * 1000, evictMs: evictSeconds * 1000 };
        operator.begin({ ...noFacts, watermarks: { "join-0": watermarks } });
        for (const side of rightFirst ? ([1, 0] as const) : ([0, 1] as const)) {
          const rows = side === 0 ? left : right;
          // Padded rows of a chunk come before its pairs: compared as sets.
          const actual = run(operator, rows, side);
          const expected = model.process(side, rows, lateSeconds).map(rowOf);
          if (drawn.filtered) expect(actual.map(text).toSorted()).toEqual(expected.map(text).toSorted());
          else expect(actual).toEqual(expected);
        }
        expect(emittedRows(operator.finish())).toEqual(model.finish(evictSeconds).map(rowOf));
        expect(operator.metrics().numRowsTotal).toBe(model.size);
        saved.add(operator);
        lateSeconds = evictSeconds;
        if (restart === null) continue;
        const before = operator;
        operator = operatorOf(specOf(drawn, restart.partitions));
        saved.restore(operator, restart.from, before);
      }
    }),
    { numRuns: runs(100) },
  );
});
