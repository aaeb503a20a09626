import type { Batch } from "../engine/arrow/batch.js";
import type { EmitEvery } from "../engine/contract/emitEvery.js";
import type { OutputMode } from "../engine/contract/sink.js";
import type { StateHook } from "../engine/contract/stateHook.js";
import type { AnalyzedPlan } from "../engine/plan/logicalPlan.js";
import type { MalformedPolicy } from "../engine/plan/malformedRecords.js";
import type { TriggerSpec } from "../engine/query/trigger.js";
import type { SessionContext } from "./sessionContext.js";
import { defaultTrigger } from "./triggers.js";

/** Which batch a `foreachBatch` function has before it: what makes a repeated write recognisable. */
export interface ForeachBatchInfo {
  readonly queryId: string;
  /** `main`, or the name of the side output that the function takes. */
  readonly outputId: string;
  readonly runId: string;
  /** True when an earlier run may have written this very batch already. */
  readonly replay: boolean;
  /** The columns that identify a row, in output mode update or changes; null where none are known. */
  readonly keyColumns: readonly string[] | null;
}

/** Takes the rows of a batch, which are its to keep, in the session as it is configured for that batch. Runs at least once a batch. */
export type BatchReceiver = (rows: Batch, batchId: number, info: ForeachBatchInfo, session: SessionContext) => void | Promise<void>;

/** A streaming query, not yet started: what a job file's default export gives. Plain data but for the function of `foreachBatch`. */
export interface StreamDefinition {
  readonly plan: AnalyzedPlan;
  readonly queryName: string | null;
  readonly outputMode: OutputMode;
  /** The sink; `foreachbatch` when there is a function. */
  readonly format: string;
  /** Of the sink, without `checkpointLocation`. */
  readonly options: Readonly<Record<string, string>>;
  readonly partitionBy: readonly string[];
  readonly trigger: TriggerSpec;
  readonly checkpointLocation: string | null;
  readonly foreachBatch: BatchReceiver | null;
  /** What becomes of rows that come too late; null: they are dropped, and counted. */
  readonly onLate: LatePolicy | null;
  /** What becomes of malformed records; null: what each reader says. */
  readonly onMalformed: MalformedPolicy | null;
  readonly sides: readonly SideOutput[];
  /** How long state is kept that no watermark bounds; null: for ever. */
  readonly stateTtlMs: number | null;
  /** When changes of windows are told before these close; null: in every batch. */
  readonly emitEvery: EmitEvery | null;
  /** What is done with state of an earlier version of the query that does not fit any more, by the id of its operator. */
  readonly stateHooks: Readonly<Record<string, StateHook>>;
  /** Whether tables that joins probe are read anew when their files change. */
  readonly staticRefresh: boolean;
}

export type LatePolicy = "drop" | "fail" | "sideOutput";

/** An output beside the result, committed with it. */
export interface SideOutput {
  readonly outputId: string;
  /** Its plan, over the rows that go there, and its sink. */
  readonly definition: StreamDefinition;
}

/** What `df.writeStream` starts from. */
export function newStreamDefinition(plan: AnalyzedPlan): StreamDefinition {
  return {
    plan,
    queryName: null,
    outputMode: "append",
    format: "parquet",
    options: {},
    partitionBy: [],
    trigger: defaultTrigger,
    checkpointLocation: null,
    foreachBatch: null,
    onLate: null,
    onMalformed: null,
    sides: [],
    stateTtlMs: null,
    emitEvery: null,
    stateHooks: {},
    staticRefresh: false,
  };
}
