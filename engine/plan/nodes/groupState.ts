import { StreamingError } from "../../errors/streamingError.js";
import type { OutputMode } from "../../contract/sink.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import { listText } from "./text.js";
import { operatorText, type Input, type NodeFacts } from "./facts.js";

/** By what time a user's state is woken. */
export type TimeMode = "none" | "eventTime" | "processingTime";

/** A user's function over the rows of each key and the state that it keeps. */
export interface GroupState<Plan> {
  readonly kind: "groupState";
  /** The verb: `flatMapGroupsWithState` … */
  readonly verb: string;
  /** Spark's name of the operator. */
  readonly operatorName: string;
  readonly functionId: number;
  readonly grouping: readonly Expression[];
  /** The columns of the rows that the function sees. */
  readonly columns: readonly Expression[];
  readonly outputs: readonly Attribute[];
  /** Which of the outputs is their event time, under the watermark that the rows of the input have. The analyzer puts its index there. */
  readonly eventTimeColumn?: string | number;
  /** What its rows mean; null where the query's mode says so. */
  readonly outputMode: OutputMode | null;
  readonly timeMode: TimeMode;
  /** Whether a timer is due once its time is reached, or only behind it; and whether rows of its key put it off. */
  readonly timers: "timers" | "timeout";
  readonly input: Plan;
  /** What the keys begin with, once, before the first batch; columns that are the keys, then those of the rows that the function sees. */
  readonly initial?: InitialState<Plan>;
  readonly operatorId?: string;
  /** Its operator's id where the query says it (`.id(…)`). */
  readonly ownId?: string;
}

interface InitialState<Plan> {
  /** How many of the columns are keys. */
  readonly keyCount: number;
  readonly columns: readonly Expression[];
  readonly input: Plan;
}

export const groupState: NodeFacts<GroupState<Input>> = {
  kind: "groupState",
  children: ({ input, initial }) => (initial === undefined ? [input] : [input, initial.input]),
  withChildren: (node, [input, initial]) =>
    node.initial === undefined ? { ...node, input: input! } : { ...node, input: input!, initial: { ...node.initial, input: initial! } },
  conditionsHoldIn: "one",
  expressions: ({ grouping, columns, initial }) => [...grouping, ...columns, ...(initial?.columns ?? [])],
  withExpressions: (node, all) => {
    const [keys, seen] = [node.grouping.length, node.grouping.length + node.columns.length];
    const changed = { ...node, grouping: all.slice(0, keys), columns: all.slice(keys, seen) };
    return node.initial === undefined ? changed : { ...changed, initial: { ...node.initial, columns: all.slice(seen) } };
  },
  defined: ({ outputs }) => outputs,
  withDefined: (node, outputs) => ({ ...node, outputs }),
  output: ({ outputs, eventTimeColumn }, [columns]) => {
    const eventTime = columns!.find((column) => column.eventTime !== undefined)?.eventTime;
    return eventTime === undefined ? outputs : outputs.map((column, i) => (i === eventTimeColumn ? { ...column, eventTime } : column));
  },
  onlyExpressions: true,
  origins: ({ initial }) => (initial === undefined ? [() => null] : [() => null, () => null]),
  letsFilterPass: () => false,
  narrow: (node) => node,
  operatorKind: (_, [streams]) => (streams ? "groupState" : "batch-groupState"),
  keepsState: (_, [streams]) => streams!,
  emitsChanges: ({ outputMode }, [streams]) => streams! && outputMode === "update",
  refusal: refusalOf,
  explain: (node) => `GroupState ${node.verb} ${listText(node.grouping)}${operatorText(node)}`,
};

function refusalOf(
  { verb, outputMode, timeMode }: GroupState<Input>,
  { streams, outputMode: mode, inputs }: Parameters<typeof groupState.refusal>[1],
): StreamingError | null {
  if (streams[1] === true) return new StreamingError("GROUP_STATE_INITIAL_STREAM", { verb });
  if (!streams[0]!) return null;
  if (outputMode !== null && outputMode !== mode) return new StreamingError("GROUP_STATE_OUTPUT_MODE", { verb, outputMode, mode });
  const hasWatermark = inputs[0]!.some(({ eventTime }) => eventTime !== undefined);
  return timeMode === "eventTime" && !hasWatermark ? new StreamingError("GROUP_STATE_NEEDS_WATERMARK", { verb }) : null;
}
