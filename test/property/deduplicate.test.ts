import fc from "fast-check";
import { expect, it } from "vitest";
import { batchFromRows } from "../../engine/arrow/columns.js";
import { field, types } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { Attribute } from "../../engine/expression/expression.js";
import type { BatchFacts } from "../../engine/physical/operator.js";
import { DeduplicateOperator } from "../../engine/physical/stateful/deduplicate.js";
import type { DeduplicateSpec, KeyExpiry } from "../../engine/physical/stateful/deduplicateSpec.js";
import { partitionCounts, restarts, SavedState } from "../unit/physical/savedState.js";
import { handling } from "../runtime/testRuntime.js";
import { runOperator } from "../unit/physical/runOperator.js";
import { runs } from "./runs.js";

const noFacts: BatchFacts = { batchId: 0, batchTimeMs: 0, conf: {}, outputMode: "append", noData: false, watermarks: {} };
const schema = types.struct([field("k", types.string), field("at", types.timestamp), field("v", types.int)]);
const attributes = schema.fields.map(({ name, type }, i): Attribute => ({
  kind: "attribute",
  id: i + 1,
  name,
  type,
  nullable: true,
  qualifier: [],
}));

type Row = readonly [key: string | null, atSeconds: number | null, value: number];
const row = fc.tuple<[string | null, number | null, number]>(
  fc.constantFrom("a", "b", "é", "", null),
  fc.option(fc.integer({ min: 0, max: 30 })),
  fc.integer({ min: 0, max: 9 }),
);
const history = fc.array(
  fc.record({
    rows: fc.array(row, { maxLength: 12 }),
    watermarkSeconds: fc.integer({ min: 0, max: 30 }),
    restart: restarts,
  }),
  { maxLength: 8 },
);

/** The rule in plain code: late by the watermark before, forgotten by that of now, the first of each key otherwise. */
class Model {
  private readonly seen = new Map<string, number | null>();

  constructor(private readonly expiry: KeyExpiry) {}

  run(rows: readonly Row[], lateSeconds: number, evictSeconds: number): Row[] {
    const { expiry } = this;
    const fresh = rows.filter(([key, at]) => {
      if (at !== null && at <= lateSeconds) return false;
      const name = JSON.stringify(expiry.kind === "time" ? [key, at] : [key]);
      if (this.seen.has(name)) return false;
      this.seen.set(name, expiry.kind === "within" ? (at ?? 0) + expiry.delayMs / 1000 : at);
      return true;
    });
    if (expiry.kind !== "never") for (const [name, at] of this.seen) if (at !== null && at <= evictSeconds) this.seen.delete(name);
    return fresh;
  }

  get size(): number {
    return this.seen.size;
  }
}

const valuesOf = ([key, at, value]: Row): Value[] => [key, at === null ? null : BigInt(at) * 1_000_000n, value];

it.each([
  ["the key", [0], { kind: "never" }],
  ["the key and the event time", [0, 1], { kind: "time" }],
  ["the key, within a delay,", [0], { kind: "within", delayMs: 7000 }],
] satisfies [string, number[], KeyExpiry][])(
  "dropDuplicates by %s emits the first row of each, through deltas, snapshots and restarts",
  (_name, keys, expiry) => {
    const specOf = (partitions: number): DeduplicateSpec => ({
      partitions,
      operatorId: "deduplicate-0",
      keys,
      keyAttributes: keys.map((i) => attributes[i]!),
      eventTime: 1,
      expiry,
    });
    fc.assert(
      fc.property(history, partitionCounts, (batches, partitions) => {
        const spec = specOf(partitions);
        let operator = new DeduplicateOperator(spec, handling().chunks);
        const saved = new SavedState();
        const model = new Model(expiry);
        let lateSeconds = 0;
        for (const { rows, watermarkSeconds, restart } of batches) {
          const evictSeconds = Math.max(lateSeconds, watermarkSeconds);
          const watermarks = { lateMs: lateSeconds * 1000, evictMs: evictSeconds * 1000 };
          const context: BatchFacts = { ...noFacts, watermarks: { [spec.operatorId]: watermarks } };
          operator.begin(context);
          const emitted = runOperator(operator, [batchFromRows(schema, rows.map(valuesOf))]);
          expect(emitted).toEqual(model.run(rows, lateSeconds, evictSeconds).map(valuesOf));
          expect(operator.metrics().numRowsTotal).toBe(model.size);
          saved.add(operator);
          lateSeconds = evictSeconds;
          if (restart === null) continue;
          const before = operator;
          operator = new DeduplicateOperator(specOf(restart.partitions), handling().chunks);
          saved.restore(operator, restart.from, before);
        }
      }),
      { numRuns: runs(200) },
    );
  },
);
