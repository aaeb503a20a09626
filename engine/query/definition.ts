import type { Checkpoint } from "../contract/checkpoint.js";
import type { Runtime } from "../contract/runtime.js";
import type { OutputMode, Sink } from "../contract/sink.js";
import type { StateHook } from "../contract/stateHook.js";
import type { Source } from "../contract/source.js";
import type { Schema } from "../arrow/types.js";
import type { Execution } from "../physical/execution/execution.js";
import type { ExplainMode } from "../physical/explain.js";
import type { Conf } from "./configuration.js";
import type { QueryIdentity, QueryShape, RecordedShape } from "./shape.js";
import type { TableRefresh } from "./tableRefresh.js";
import type { StreamingQueryListener } from "./streamingQuery.js";
import type { TriggerSpec } from "./trigger.js";
import type { WatermarkDefinition } from "./watermarkTracker.js";

/** A query as the session wires it: what stays the same from its start to its end, and how the rest is made. */
export interface QueryDefinition {
  readonly name: string | null;
  readonly trigger: TriggerSpec;
  readonly outputMode: OutputMode;
  readonly runtime: Runtime;
  readonly checkpoint: Checkpoint;
  readonly identity: QueryIdentity;
  /** The session's configuration at the start. */
  readonly conf: Conf;
  readonly settings: QuerySettings;
  readonly listeners: readonly StreamingQueryListener[];
  readonly userCode: UserCode;
  /** What the user says to do with state that does not fit any more, by operator. */
  readonly stateHooks: Readonly<Record<string, StateHook>>;
  readonly warn: (message: string) => void;
  /** What the checkpoint remembers of its query; null at the first start. */
  recordedShape(): Promise<RecordedShape | null>;
  /**
   * Plans the query under a configuration and opens what it reads from and writes to. What was opened before must be stopped: they share the logs of the
   * checkpoint.
   */
  open(conf: Conf): Promise<QueryParts>;
}

/** Who is running: whether a function of the user's that a run has called is still under way. */
export interface UserCode {
  /** Runs a function of the user's for this run. */
  run<T>(runId: string, work: () => T | Promise<T>): Promise<T>;
  /** Whether the caller is such a function, or was called by one that has not ended. */
  isInside(runId: string): boolean;
}

/** What a query is made of under one configuration: time zone and ANSI mode are in its plan, its decoders and its writers. */
export interface QueryParts {
  readonly sources: readonly Source[];
  readonly execution: Execution;
  readonly watermarks: readonly WatermarkDefinition[];
  /** One for each root of the plan, the main one first. */
  readonly outputs: readonly QueryOutput[];
  /** What each stateful operator is, by id: what of it must not change between starts. */
  readonly operators: QueryShape["operators"];
  /** Of each operator with an id of the query's own, the id that its place gives it. */
  readonly places: ReadonlyMap<string, string>;
  /** Null where the tables that joins probe are read once. */
  readonly tableRefresh: TableRefresh | null;
  /** The ids of the stateful operators whose state nothing bounds. */
  readonly unbounded: readonly string[];
  explain(mode: ExplainMode): string;
}

/** Where the rows of one of the plan's roots go. All outputs of a batch are committed with it. */
export interface QueryOutput {
  readonly id: string;
  readonly sink: Sink;
  readonly schema: Schema;
  /** Columns that identify a row in update and changes mode; null when there are none. */
  readonly keyColumns: readonly string[] | null;
  /** The column that says what each row is, in output mode `changes`; null where every row is an insert. */
  readonly changeColumn: string | null;
}

/** What the session says of how a run goes about its work. None of it changes an answer. */
export interface QuerySettings {
  readonly noDataMicroBatches: boolean;
  readonly minBatchesToRetain: number;
  readonly numRecentProgressUpdates: number;
  readonly pollingDelayMs: number;
  readonly noDataProgressIntervalMs: number;
}
