import fc from "fast-check";
import { expect, it } from "vitest";
import { GroupState } from "../../dataframe/groupState.js";
import { batchFromRows, slicesOf } from "../../engine/arrow/columns.js";
import { field, types } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { Attribute } from "../../engine/expression/expression.js";
import type { BatchFacts } from "../../engine/physical/operator.js";
import { GroupStateOperator } from "../../engine/physical/stateful/groupState.js";
import type { GroupStateSpec } from "../../engine/physical/stateful/groupStateSpec.js";
import { registerGroupFunction } from "../../engine/plan/groupFunctions.js";
import { handling } from "../runtime/testRuntime.js";
import { emittedRows } from "../unit/physical/runOperator.js";
import { partitionCounts, restarts, SavedState } from "../unit/physical/savedState.js";
import { runs } from "./runs.js";

const noFacts: BatchFacts = { batchId: 0, batchTimeMs: 0, conf: {}, outputMode: "append", noData: false, watermarks: {} };
const schema = types.struct([field("k", types.string), field("at", types.timestamp), field("v", types.long)]);
const attributes = schema.fields.map(({ name, type }, i): Attribute => ({
  kind: "attribute",
  id: i + 1,
  name,
  type,
  nullable: true,
  qualifier: [],
}));
const output = [field("k", types.string), field("what", types.string), field("n", types.long)].map(({ name, type }, i): Attribute => ({
  kind: "attribute",
  id: i + 11,
  name,
  type,
  nullable: true,
  qualifier: [],
}));
const timeoutSeconds = 5;
const noAnswers = () => expect.unreachable("it asks nobody");

/** Sums the values of a key until it has been silent for a while; a sum of ten or more is forgotten at once. */
const functionId = registerGroupFunction(() => ({
  concurrency: null,
  tables: [{ name: "state", key: types.struct([]), value: types.struct([field("n", types.long)]), ttlMs: null }],
  *call(call) {
    const state = new GroupState(call, "eventTime");
    const before = (state.getOption()?.["n"] ?? 0) as number;
    if (state.hasTimedOut) {
      state.remove();
      yield { ...call.key, what: "timeout", n: before };
      return;
    }
    const n = before + call.rows.reduce((sum, { v }) => sum + (v as number), 0);
    if (n >= 10) state.remove();
    else {
      state.update({ n });
      state.setTimeoutTimestamp(state.getCurrentWatermarkMs() + timeoutSeconds * 1000);
    }
    yield { ...call.key, what: "data", n };
  },
}));

const specOf = (partitions: number): GroupStateSpec => ({
  operatorId: "groupState-0",
  operatorName: "flatMapGroupsWithState",
  functionId,
  partitions,
  keys: [0],
  keyAttributes: [attributes[0]!],
  columnCount: 3,
  eventTime: 1,
  timeMode: "eventTime",
  timers: "timeout",
  stamp: null,
  verb: "flatMapGroupsWithState",
  output,
});

type Row = readonly [key: string | null, atSeconds: number | null, value: number];
const someRows = fc.array(
  fc.tuple<[string | null, number | null, number]>(
    fc.constantFrom("a", "b", "é", "", null),
    fc.option(fc.integer({ min: 0, max: 40 })),
    fc.integer({ min: 0, max: 4 }),
  ),
  { maxLength: 6 },
);
const history = fc.array(fc.record({ rows: someRows, stepSeconds: fc.integer({ min: 0, max: 8 }), restart: restarts }), { maxLength: 8 });

/** The same in plain code. */
class Model {
  private readonly state = new Map<string | null, { n: number; timeoutSeconds: number }>();

  run(rows: readonly Row[], lateSeconds: number, evictSeconds: number): Value[][] {
    const emitted: Value[][] = [];
    const onTime = rows.filter(([, at]) => at === null || at > lateSeconds);
    for (const key of new Set(onTime.map(([k]) => k))) {
      const sum = onTime.filter(([k]) => k === key).reduce((total, [, , v]) => total + v, this.state.get(key)?.n ?? 0);
      if (sum >= 10) this.state.delete(key);
      else this.state.set(key, { n: sum, timeoutSeconds: evictSeconds + timeoutSeconds });
      emitted.push([key, "data", BigInt(sum)]);
    }
    for (const [key, { n, timeoutSeconds: at }] of this.state) {
      if (at >= evictSeconds) continue;
      this.state.delete(key);
      emitted.push([key, "timeout", BigInt(n)]);
    }
    return emitted;
  }

  get size(): number {
    return this.state.size;
  }
}

const text = (row: readonly Value[]) => row.map(String).join("|");

it("a function over groups is called as plain code calls it, through deltas, snapshots and restarts", () => {
  fc.assert(
    fc.property(history, partitionCounts, (batches, partitions) => {
      const { chunks, lending } = handling();
      let operator = new GroupStateOperator(specOf(partitions), chunks, noAnswers);
      const saved = new SavedState();
      const model = new Model();
      let lateSeconds = 0;
      for (const { rows, stepSeconds, restart } of batches) {
        const evictSeconds = lateSeconds + stepSeconds;
        const watermarks = { "groupState-0": { lateMs: lateSeconds * 1000, evictMs: evictSeconds * 1000 } };
        operator.begin({ ...noFacts, watermarks });
        const values = rows.map(([k, at, v]): Value[] => [k, at === null ? null : BigInt(at) * 1_000_000n, BigInt(v)]);
        for (const batch of slicesOf(batchFromRows(schema, values), chunks.inputRows)) {
          const lent = lending.lend(batch);
          expect(emittedRows(operator.process(lent))).toEqual([]);
          lending.takeBack(lent);
        }
        const emitted = emittedRows(operator.finish());
        expect(emitted.map(text).toSorted()).toEqual(model.run(rows, lateSeconds, evictSeconds).map(text).toSorted());
        expect(operator.metrics().numRowsTotal).toBe(model.size);
        saved.add(operator);
        lateSeconds = evictSeconds;
        if (restart === null) continue;
        const before = operator;
        operator = new GroupStateOperator(specOf(restart.partitions), chunks, noAnswers);
        saved.restore(operator, restart.from, before);
      }
    }),
    { numRuns: runs(120) },
  );
});
