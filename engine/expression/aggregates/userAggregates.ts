import { withBigints } from "../../arrow/bigints.js";
import type { Column } from "../../arrow/column.js";
import { columnFromValues, plainColumn, takeColumn } from "../../arrow/columns.js";
import { userColumn } from "../../arrow/rows.js";
import { valueFromResult } from "../../arrow/userResults.js";
import { field, type DataType, type Field } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { UserAggregate } from "../../contract/userFunction.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { AggregateCall } from "../expression.js";
import { typeOf } from "../types/typeOf.js";
import { failedFunction, wrongResult } from "../userFunctionCalls.js";
import { isNumbered, numberedName } from "../userNames.js";
import type { AggregateFunction, ColumnAccumulator, GroupedRows } from "./aggregateFunction.js";
import { passes } from "./filter.js";

/* Aggregate functions that users write. Plans name them as they name users' other functions. */

const functions = new Map<string, AggregateFunction>();

/** Makes an aggregate function known. Gives the name by which plans call it. */
export function registerUserAggregate(made: UserAggregate): string {
  const name = numberedName(made.name);
  functions.set(name.toLowerCase(), entryFor(name, made));
  return name;
}

/** What a plan calls by this name; undefined when it is no user's aggregate function. */
export function findUserAggregate(name: string): AggregateFunction | undefined {
  return isNumbered(name) ? functions.get(name.toLowerCase()) : undefined;
}

function entryFor(name: string, made: UserAggregate): AggregateFunction {
  return {
    name,
    aliases: [],
    doc: "A user's aggregate function.",
    minArgs: made.leastArguments,
    maxArgs: Infinity,
    inputs: [],
    constantArgs: [],
    orderDependent: true,
    resultType: () => made.returns,
    nullable: () => made.nullable,
    accumulator: (call) => new UserAccumulator(made, call),
  };
}

/**
 * A user's buffers, by slot: as the user sees them while rows come, as values of their type in state files and before `finish`, so that a restart and a batch
 * query see the same.
 */
class UserAccumulator implements ColumnAccumulator {
  readonly kind = "column";
  readonly stateFields: readonly Field[];
  readonly #types: readonly DataType[];
  readonly #buffer: DataType;
  /** Undefined: no row has come. */
  #buffers: unknown[] = [];

  constructor(
    private readonly made: UserAggregate,
    { args }: AggregateCall,
  ) {
    const seen = (type: DataType): DataType => (made.bigint ? withBigints(type) : type);
    this.#types = args.map((arg) => seen(typeOf(arg)));
    this.#buffer = seen(made.buffer);
    this.stateFields = [field("buffer", made.buffer)];
  }

  reserve(capacity: number): void {
    while (this.#buffers.length < capacity) this.#buffers.push(undefined);
  }

  clear(slots: Int32Array, count: number): void {
    for (let i = 0; i < count; i++) this.#buffers[slots[i]!] = undefined;
  }

  update(grouped: GroupedRows, args: readonly Column[], filter: Column | null): void {
    const { slots, count } = grouped;
    const values = args.map((column, i) => userColumn(rowsOf(column, grouped), this.#types[i]!, this.made.name));
    const passing = passes(filter);
    for (let j = 0; j < count; j++) {
      if (!passing(grouped.rows === null ? j : grouped.rows[j]!)) continue;
      const slot = slots[j]!;
      const buffer = this.#at(slot);
      const row = values.map((column) => column[j]);
      this.#buffers[slot] = this.#kept("reduce", () => this.made.reduce(buffer, ...row));
    }
  }

  merge(grouped: GroupedRows, [state]: readonly Column[]): void {
    const saved = userColumn(rowsOf(state!, grouped), this.#buffer, this.made.name);
    for (let j = 0; j < grouped.count; j++) {
      const slot = grouped.slots[j]!;
      const held = this.#buffers[slot];
      this.#buffers[slot] = held === undefined ? saved[j] : this.#kept("merge", () => this.made.merge(held, saved[j]));
    }
  }

  save(slots: Int32Array, count: number): Column[] {
    return [columnFromValues(this.made.buffer, this.#values(slots, count))];
  }

  finish(slots: Int32Array, count: number): Column {
    const { made } = this;
    const buffers = userColumn(columnFromValues(made.buffer, this.#values(slots, count)), this.#buffer, made.name);
    const results = buffers.map((buffer) => {
      const given = this.#run(() => made.finish(buffer));
      return this.#checked(made.returns, made.nullable, given, "finish");
    });
    return columnFromValues(made.returns, results);
  }

  get memoryBytes(): number {
    // What a buffer is to JavaScript is not known; a few dozen bytes is what small objects take.
    return this.#buffers.length * 64;
  }

  #at(slot: number): unknown {
    const held = this.#buffers[slot];
    if (held !== undefined) return held;
    const fresh = this.#kept("zero", () => this.made.zero());
    this.#checked(this.made.buffer, true, fresh, "zero");
    return fresh;
  }

  #values(slots: Int32Array, count: number): Value[] {
    return Array.from({ length: count }, (_, i) => this.#checked(this.made.buffer, true, this.#at(slots[i]!), "buffer"));
  }

  /** A buffer that a function gave. One that was forgotten would look like a group without rows. */
  #kept(part: string, run: () => unknown): unknown {
    const given = this.#run(run);
    if (given === undefined) throw wrongResult(`${this.made.name} (${part})`, this.made.buffer, given);
    return given;
  }

  #run(run: () => unknown): unknown {
    const { name, returns } = this.made;
    try {
      return run();
    } catch (error) {
      throw failedFunction({ name, argumentTypes: this.#types, returns }, error);
    }
  }

  #checked(type: DataType, nullable: boolean, given: unknown, part: string): Value {
    try {
      return valueFromResult(type, nullable, given, part);
    } catch (error) {
      if (!(error instanceof StreamingError)) throw error;
      throw wrongResult(`${this.made.name} (${part})`, type, given, error);
    }
  }
}

/** The rows that are folded, alone and in their order. */
function rowsOf(column: Column, { rows, count }: GroupedRows): Column {
  const plain = plainColumn(column);
  if (rows === null && plain.length === count) return plain;
  return takeColumn(plain, rows ?? Int32Array.from({ length: count }, (_, j) => j), count);
}
