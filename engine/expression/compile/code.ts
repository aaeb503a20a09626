import type { Expression } from "../expression.js";

/**
 * How a value stands in generated code.
 *
 * - `boolean`, `number`: as such
 * - `long`: a safe integer in the fast variant, a BigInt in the exact one
 * - `decimal`: the unscaled BigInt
 * - `bytes`: a range of a Uint8Array (strings, binaries)
 * - `value`: an engine `Value` (arrays, maps, structs inside a loop)
 */
export type Representation = "boolean" | "number" | "long" | "decimal" | "bytes" | "value";

/** A generated value. All parts are JavaScript expressions that may be repeated at no cost: locals or literals. */
export interface Code {
  readonly representation: Representation;
  /** `false` when it is never null. */
  readonly isNull: string;
  /** The value; for bytes the array they are in. Undefined where `isNull` holds. */
  readonly value: string;
  /** Of bytes only. */
  readonly start: string;
  readonly length: string;
}

/** What an entry's `generate` gives: expressions that are used once. */
export interface Made {
  readonly value: string;
  readonly start?: string;
  readonly length?: string;
  /** When the result may be null although no argument is. */
  readonly isNull?: string;
}

/** What generated code is written with. */
export interface Generator {
  /** Longs are BigInts. */
  readonly exact: boolean;
  /** The JavaScript name of the row's index. */
  readonly row: string;
  /** The JavaScript name of the batch's `{ batchTimeMs, batchId }`. */
  readonly context: string;
  /** Adds a line to the loop's body. */
  emit(line: string): void;
  /** A name that is not in use. */
  fresh(prefix: string): string;
  /** Puts an expression into a local. */
  local(expression: string): string;
  /** The name under which generated code sees an object or function of ours. */
  runtime(value: unknown): string;
  /** The statement that gives the batch up, for the exact variant to run it. Only in the fast variant. */
  readonly bail: string;
  /** Generates a child, or gives what was generated for the same expression before in this scope. */
  gen(e: Expression): Code;
  /** Opens a block of code: what is generated inside is not visible after it. */
  block(head: string, body: () => void): void;
  /** The literal's value when the expression is one that is not null; else undefined. */
  literalOf(e: Expression): unknown;
}
