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
  /** A condition on the window alone: windows for which it does not hold are not made. Put in by the optimizer. */
  readonly keeps?: Expression;
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
  expressions: ({ time, keeps }) => (keeps === undefined ? [time] : [time, keeps]),
  withExpressions: (node, [time, keeps]) => ({ ...node, time: time!, ...(keeps !== undefined && { keeps }) }),
  explain: ({ time, durationUs, slideUs, startUs, keeps }) =>
    `TimeWindow ${sqlText(time)}, duration ${durationUs} µs, slide ${slideUs} µs, start ${startUs} µs${keptText(keeps)}`,
};

/** What `explain` says of the windows that are made. */
export function keptText(keeps: Expression | null | undefined): string {
  return keeps ? `, only where ${sqlText(keeps)}` : "";
}
