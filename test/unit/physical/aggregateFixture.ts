import { batchFromRows, readValue, rowsOf } from "../../../engine/arrow/columns.js";
import type { Batch } from "../../../engine/arrow/batch.js";
import { types, windowType, type DataType, type Field } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import type { OutputMode } from "../../../engine/contract/sink.js";
import { allGroups } from "../../../engine/contract/state.js";
import { aggregateFunctions } from "../../../engine/expression/aggregates/index.js";
import { freshId, literal, type AggregateCall, type Attribute, type Expression } from "../../../engine/expression/expression.js";
import type { EvalMode } from "../../../engine/values/evalMode.js";
import type { BatchFacts, OperatorWatermarks, StatefulOperator } from "../../../engine/physical/operator.js";
import { AggregateOperator } from "../../../engine/physical/stateful/aggregate.js";
import type { AggregateSpec, BoundAggregate } from "../../../engine/physical/stateful/aggregateSpec.js";
import { handling } from "../../runtime/testRuntime.js";
import { asInStream } from "./coldOperator.js";
import { runOperator } from "./runOperator.js";
import { SavedState, type RestartFrom } from "./savedState.js";

export function attribute(name: string, type: DataType): Attribute {
  return { kind: "attribute", id: freshId(), name, type, nullable: true, qualifier: [] };
}

/** An aggregate call over columns of the input; a constant argument is given as its expression. */
export interface Aggregate {
  readonly name: string;
  readonly columns: readonly number[];
  readonly constants?: readonly Expression[];
  readonly filter?: number;
  readonly evalMode?: EvalMode;
}

export interface Shape {
  readonly input: readonly Field[];
  /** How many of the input's first columns are grouping columns. */
  readonly keys: number;
  readonly window?: {
    readonly index: number;
    readonly durationUs: number;
    readonly slideUs: number;
    readonly startUs: number;
    readonly sliced?: boolean;
  };
  readonly eventTime?: number;
  /** Place of a grouping that is a session; its column holds the session of each row. */
  readonly session?: number;
  readonly aggregates: readonly Aggregate[];
  readonly outputMode: OutputMode;
  /** 1 unless given. */
  readonly partitions?: number;
}

function bind({ name, columns, constants = [], filter, evalMode }: Aggregate, input: readonly Field[]): BoundAggregate {
  const entry = aggregateFunctions[name]!;
  const args = [...columns.map((c) => attribute(input[c]!.name, input[c]!.type)), ...constants];
  const argTypes = [...columns.map((c) => input[c]!.type), ...constants.map((c) => (c.kind === "literal" ? c.type : types.null))];
  const call: AggregateCall = {
    kind: "aggregateCall",
    name: entry.name,
    args,
    distinct: false,
    filter: filter === undefined ? null : attribute("f", types.boolean),
    type: entry.resultType(argTypes),
    nullable: true,
    evalMode: entry.evalMode ?? evalMode ?? "ansi",
  };
  return { call, args: columns, filter: filter ?? null };
}

function specOf({ input, keys, window, eventTime, session, aggregates, outputMode, partitions = 1 }: Shape): AggregateSpec {
  const grouping = input.slice(0, keys).map((f, i) => attribute(f.name, i === window?.index ? windowType : f.type));
  const bound = aggregates.map((a) => bind(a, input));
  return {
    operatorId: "0",
    partitions,
    grouping,
    session: session ?? null,
    window: window === undefined ? null : { sliced: false, ...window, watermarked: true, keeps: null },
    eventTime: eventTime ?? null,
    aggregates: bound,
    ttlMs: null,
    outputMode,
    output: [...grouping, ...bound.map(({ call }, i) => attribute(`a${i}`, call.type))],
  };
}

export interface Ran {
  readonly rows: Value[][];
  readonly updated: number;
  readonly removed: number;
  readonly total: number;
  readonly dropped: number;
}

/** An operator that keeps all of its state in memory. */
export function inMemory(shape: Shape): AggregateOperator {
  return new AggregateOperator(specOf(shape), handling().chunks);
}

/** An operator that is driven batch by batch, and whose state can be carried over into a fresh one. */
export class Driver {
  operator: StatefulOperator;
  readonly #shape: Shape;
  readonly #spec: AggregateSpec;
  readonly #saved = new SavedState();
  #batchId = 0;

  constructor(shape: Shape) {
    this.#shape = shape;
    this.#spec = specOf(shape);
    this.operator = this.#fresh(this.#spec.partitions);
  }

  /** Runs one micro-batch whose rows come in these pieces. */
  run(pieces: readonly (readonly (readonly Value[])[])[], watermarks: OperatorWatermarks | null = null): Ran {
    return this.runBatches(
      pieces.map((rows) => batchFromRows(types.struct([...this.#shape.input]), rows)),
      watermarks,
    );
  }

  runBatches(batches: readonly Batch[], watermarks: OperatorWatermarks | null): Ran {
    const context: BatchFacts = {
      batchId: this.#batchId++,
      batchTimeMs: 0,
      outputMode: this.#shape.outputMode,
      noData: batches.length === 0,
      conf: {},
      watermarks: watermarks === null ? {} : { "0": watermarks },
    };
    this.operator.begin(context);
    const rows = runOperator(this.operator, batches);
    this.#saved.add(this.operator);
    const { numRowsUpdated, numRowsRemoved, numRowsTotal, numRowsDroppedByWatermark } = this.operator.metrics();
    return { rows, updated: numRowsUpdated, removed: numRowsRemoved, total: numRowsTotal, dropped: numRowsDroppedByWatermark };
  }

  /** Goes on in a fresh operator, whose state is cut into so many partitions. */
  restart(from: RestartFrom, partitions = this.#spec.partitions): void {
    const before = this.operator;
    this.operator = this.#fresh(partitions);
    this.#saved.restore(this.operator, from, before);
  }

  /** The state as plain rows, for comparison: of one key group they come in any order where some lie on disk. */
  state(): string[] {
    const chunks = [...this.operator.snapshot(allGroups)];
    return chunks.flatMap(({ upserts }) => (upserts === null ? [] : rowsOf(upserts).map((row) => show(row)))).toSorted();
  }

  #fresh(partitions: number): StatefulOperator {
    return asInStream(() => new AggregateOperator({ ...this.#spec, partitions }, handling().chunks));
  }
}

/** A value as a text in which everything that differs differs, −0 and NaN included. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (value instanceof Uint8Array) return `bytes(${value.join()})`;
  if (typeof value === "bigint") return `${value}n`;
  return Object.is(value, -0) ? "-0" : typeof value === "string" ? JSON.stringify(value) : String(value);
}

export { literal, readValue };
