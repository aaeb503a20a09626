import type { Batch } from "../arrow/batch.js";
import type { DataType } from "../arrow/types.js";

/** A user's function of values of one row. */
export interface UserFunction {
  /** As it is called in texts and messages. */
  readonly name: string;
  readonly returns: DataType;
  /** Whether it may give null. */
  readonly nullable: boolean;
  /** Whether it gives the same for the same values, wherever and however often it is called. */
  readonly deterministic: boolean;
  /** How many arguments it has to have. */
  readonly leastArguments: number;
  /** Whether arguments of type BIGINT come as bigint; else they come as numbers, as they do in rows. */
  readonly bigint: boolean;
  /** How many calls may wait for an answer at once; null for a function that answers at once. */
  readonly concurrency: number | null;
  readonly call: (...args: readonly unknown[]) => unknown;
}

/** A user's aggregate function: what it folds rows into, and what comes out. Buffers are values of a type, as users see them. */
export interface UserAggregate {
  readonly name: string;
  readonly returns: DataType;
  readonly nullable: boolean;
  readonly buffer: DataType;
  readonly leastArguments: number;
  readonly bigint: boolean;
  /** The buffer of a group without rows. */
  readonly zero: () => unknown;
  readonly reduce: (buffer: unknown, ...args: readonly unknown[]) => unknown;
  readonly merge: (left: unknown, right: unknown) => unknown;
  readonly finish: (buffer: unknown) => unknown;
}

/** A user's function of whole batches. What it is given is lent to it until it is done; what it gives is its own. */
export interface BatchFunction {
  /** Whether what it gives depends on more than the rows that it is given: a streaming query writes that down. */
  readonly isAsync: boolean;
  readonly call: (batch: Batch) => Batch | Promise<Batch>;
}
