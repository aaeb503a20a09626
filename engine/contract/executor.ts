import type { Json } from "./json.js";

/** A piece of one micro-batch that can run by itself. Plain data: it can be sent to another thread. */
export interface Task {
  /** Which fragment of the physical plan (`engine/physical/fragments.ts`). */
  readonly fragment: number;
  /** The task's place in the batch's order; partial results merge in this order, whichever finished first. */
  readonly order: number;
  /** What it reads, for a fragment that reads: which of the plan's leaves, and the range of it. */
  readonly input: { readonly leaf: number; readonly partition: Json } | null;
  /** The state partition that it owns while it runs, for a stateful fragment. */
  readonly statePartition: number | null;
}

/**
 * Runs the tasks of a batch. How a batch is cut into tasks depends on offsets and logged configuration, never on the executor (design, section 3).
 */
export interface Executor {
  readonly parallelism: number;
  /** Plans and facts, plain data as tasks are, as those see them who run the tasks: itself on this thread, a copy on another. */
  send<T>(data: T): T;
  /** Runs every task through `run` and gives the results in task order. Rejects with the first failure, after the running tasks have ended. */
  runAll<T>(tasks: readonly Task[], run: (task: Task) => Promise<T>): Promise<T[]>;
}
