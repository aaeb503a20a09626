import type { DataFrame } from "../../../dataframe/dataFrame.js";
import type { EarlyEmission } from "../../../dataframe/emitEvery.js";
import type { Session } from "../../../dataframe/session.js";
import type { SideOutputId } from "../../../dataframe/sideOutputs.js";
import type { OutputMode } from "../../../engine/contract/sink.js";
import type { StateHook } from "../../../engine/contract/stateHook.js";

/** A frame whose columns are known at run time only. */
export type Frame = DataFrame<Record<string, unknown>>;

/** What the input files hold. */
export const inputSchema = "ts TIMESTAMP, k STRING, v BIGINT, d DOUBLE";

/** A query of the simulation. Its output is a pure function of the files it reads, batch by batch. */
export interface SimulatedQuery {
  readonly name: string;
  /** How many folders of input it reads. */
  readonly inputs: 1 | 2;
  readonly outputMode: OutputMode;
  /** `json`: a file sink on the simulated disk. `memory`: a table that outlives every process, as an outer system would. `kafka`: a topic of the simulated broker. */
  readonly sink: "json" | "parquet" | "memory" | "kafka";
  /** What has an output of its own, on the simulated disk. Of the input of a query that tells malformed records some are so. */
  readonly tells?: readonly SideOutputId[];
  /** When changes of windows are told; in every batch when absent. */
  readonly emitEvery?: EarlyEmission;
  /** In output mode changes: what they come to is what a bounded query gives over the whole, whatever the order of the rows. */
  readonly isRecomputable?: boolean;
  /** What becomes of the state that another query has left in the checkpoint. */
  readonly migrate?: StateHook;
  /** `attempt`: what the outside world answers in this run. It stands in columns called `asked`, and all that a batch gives has the same. */
  build(session: Session, inputs: readonly Frame[], attempt: number): Frame;
}

/** The same query, whose rows go into a topic as texts. */
export function intoTopic(query: SimulatedQuery): SimulatedQuery {
  return {
    ...query,
    name: `${query.name}, into a topic`,
    sink: "kafka",
    build: (session, inputs, attempt) => query.build(session, inputs, attempt).selectExpr("to_json(struct(*)) AS value"),
  };
}

/** Whether some records of the query's input are malformed. */
export function tellsMalformed({ tells = [] }: SimulatedQuery): boolean {
  return tells.includes("malformed");
}
