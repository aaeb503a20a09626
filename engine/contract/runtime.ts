import type { Clock } from "./clock.js";
import type { ChunkSizes } from "./chunkSizes.js";
import type { Executor } from "./executor.js";
import type { FileSystem } from "./fileSystem.js";
import type { Lending } from "./lending.js";
import type { Network } from "./network.js";
import type { SpillSpace } from "./spill.js";

/** The process that runs a query, as an epoch records it (design, law 4). */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Of the process, milliseconds since the epoch; tells a reused pid from the same process. */
  readonly startedMs: number;
  /** Names the process exactly where the system can (boot, namespace, start ticks): unlike a time it does not move when the clock is set. */
  readonly startToken?: string;
}

/** What the engine is given of the outside world. */
export interface Runtime {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly executor: Executor;
  readonly process: ProcessIdentity;
  /** Whether that process of this host still lives; null when it is of another host and cannot be asked. */
  isAlive(process: ProcessIdentity): Promise<boolean | null>;
  /** A random UUID. The only randomness in the engine: ids of queries and runs. */
  uuid(): string;
  readonly faults: Faults;
  readonly chunks: ChunkSizes;
  readonly lending: Lending;
  readonly spill: SpillSpace;
  /** What carries requests to brokers in place of the network's own connections; absent in the real world. */
  readonly network?: Network;
  /** What the process may use of the machine's memory, bytes. */
  readonly memoryBytes: number;
}

/**
 * The gaps of law 3, in order: where a crash must change nothing. The simulation and the kill tests stop a batch exactly there.
 */
export const crashPoints = [
  "beforeOffsetLog",
  "afterOffsetLog",
  "duringExecution",
  "afterExecution",
  "afterSinkPrepare",
  "afterStateWrite",
  "afterPrepare",
  "afterSinkCommit",
  "afterCommitLog",
  "afterSourceCommit",
] as const;

export type CrashPoint = (typeof crashPoints)[number];

/** Told at every crash point; a test may throw, never resolve, or kill the process there. */
export interface Faults {
  at(point: CrashPoint, batchId: number): Promise<void> | void;
}
