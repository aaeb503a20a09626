import type { Attribute, Expression } from "../../expression/expression.js";
import { sqlText } from "../sqlText.js";
import { addedColumns, oneInput, stateless, type Input, type NodeFacts } from "./facts.js";

/** Adds the session of each row, before sessions are merged. Put in by the analyzer for `session_window(…)` calls. */
export interface SessionWindow<Plan> {
  readonly kind: "sessionWindow";
  readonly time: Expression;
  /** When the row's gap is over. */
  readonly end: Expression;
  /** The struct<start,end> column it adds. */
  readonly window: Attribute;
  readonly input: Plan;
}

export const sessionWindow: NodeFacts<SessionWindow<Input>> = {
  kind: "sessionWindow",
  ...oneInput,
  ...addedColumns<SessionWindow<Input>>(
    ({ window }) => [window],
    (node, [window]) => ({ ...node, window: window! }),
  ),
  ...stateless,
  expressions: ({ time, end }) => [time, end],
  withExpressions: (node, [time, end]) => ({ ...node, time: time!, end: end! }),
  explain: ({ time, end }) => `SessionWindow ${sqlText(time)} to ${sqlText(end)}`,
};
