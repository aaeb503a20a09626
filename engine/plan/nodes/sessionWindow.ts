import type { Attribute, Expression } from "../../expression/expression.js";
import { sqlText } from "../sqlText.js";
import { addedColumns, oneInput, stateless, type Input, type NodeFacts } from "./facts.js";

/** Adds the session of each row, before sessions are merged. Put in by the analyzer for `session_window(…)` calls. */
export interface SessionWindow<Plan> {
  readonly kind: "sessionWindow";
  readonly time: Expression;
  /** An interval, or a string that is one: constant, or computed from the row. */
  readonly gap: Expression;
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
  expressions: ({ time, gap }) => [time, gap],
  withExpressions: (node, [time, gap]) => ({ ...node, time: time!, gap: gap! }),
  explain: ({ time, gap }) => `SessionWindow ${sqlText(time)}, gap ${sqlText(gap)}`,
};
