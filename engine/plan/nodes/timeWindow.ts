import type { Attribute, Expression } from "../../expression/expression.js";
import { sqlText } from "../sqlText.js";
import { addedColumns, oneInput, stateless, type Input, type NodeFacts } from "./facts.js";

/** Adds the window (or windows, when they hop) of each row; rows without an event time go. Put in by the analyzer for `window(…)` calls. */
export interface TimeWindow<Plan> {
  readonly kind: "timeWindow";
  readonly time: Expression;
  readonly durationUs: number;
  readonly slideUs: number;
  readonly startUs: number;
  /** The struct<start,end> column it adds. */
  readonly window: Attribute;
  readonly input: Plan;
}

export const timeWindow: NodeFacts<TimeWindow<Input>> = {
  kind: "timeWindow",
  ...oneInput,
  ...addedColumns<TimeWindow<Input>>(
    ({ window }) => [window],
    (node, [window]) => ({ ...node, window: window! }),
  ),
  ...stateless,
  expressions: ({ time }) => [time],
  withExpressions: (node, [time]) => ({ ...node, time: time! }),
  explain: ({ time, durationUs, slideUs, startUs }) =>
    `TimeWindow ${sqlText(time)}, duration ${durationUs} µs, slide ${slideUs} µs, start ${startUs} µs`,
};
