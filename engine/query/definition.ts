import type { Checkpoint } from "../contract/checkpoint.js";
import type { Json } from "../contract/json.js";
import type { Runtime } from "../contract/runtime.js";
import type { OutputMode, Sink } from "../contract/sink.js";
import type { Source } from "../contract/source.js";
import type { Schema } from "../arrow/types.js";
import type { Execution } from "../physical/execution/execution.js";
import type { StreamingQueryListener } from "./streamingQuery.js";
import type { TriggerSpec } from "./trigger.js";
import type { WatermarkDefinition, WatermarkPolicy } from "./watermarkTracker.js";

/** Everything a run of a query is made of, wired by the session. */
export interface QueryDefinition {
  readonly name: string | null;
  readonly trigger: TriggerSpec;
  readonly outputMode: OutputMode;
  readonly runtime: Runtime;
  readonly checkpoint: Checkpoint;
  /** In the order of the plan's reads, which is the order of the offset log. */
  readonly sources: readonly Source[];
  readonly execution: Execution;
  readonly watermarks: readonly WatermarkDefinition[];
  readonly sink: Sink;
  readonly outputSchema: Schema;
  /** Columns that identify a row in update mode; null when there are none. */
  readonly keyColumns: readonly string[] | null;
  /** What of the query must not change between starts; compared with the checkpoint's. */
  readonly shape: QueryShape;
  readonly settings: QuerySettings;
  readonly listeners: readonly StreamingQueryListener[];
  explain(extended: boolean): string;
  readonly warn: (message: string) => void;
}

/** What a checkpoint remembers of its query, so that a changed one is refused with the change named. */
export interface QueryShape {
  /** One a source: its kind and what identifies it. */
  readonly sources: readonly string[];
  readonly outputMode: OutputMode;
  readonly sink: string;
  /** Operator id → what it is, by aspect; a stateful operator that changed cannot use its old state. */
  readonly operators: Readonly<Record<string, Json>>;
}

/** Configuration of one run, from the session. */
export interface QuerySettings {
  readonly noDataMicroBatches: boolean;
  readonly watermarkPolicy: WatermarkPolicy;
  readonly minBatchesToRetain: number;
  readonly numRecentProgressUpdates: number;
  readonly pollingDelayMs: number;
  readonly noDataProgressIntervalMs: number;
  /** What the offset log records with each batch. */
  readonly loggedConf: Readonly<Record<string, string>>;
}
