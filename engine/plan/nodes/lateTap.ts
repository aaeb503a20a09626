import type { Attribute, Expression } from "../../expression/expression.js";
import { sqlText } from "../sqlText.js";
import { oneInput, sameColumns, stateless, type Input, type NodeFacts } from "./facts.js";

/** Which rows an operator above loses, told by their event time: those that the watermark has passed, by themselves or by one of their windows; those that have none. */
export type LateRule =
  | { readonly kind: "time" }
  | { readonly kind: "window"; readonly durationUs: number; readonly slideUs: number; readonly startUs: number }
  | { readonly kind: "missing" };

/** Passes its rows on as they are, and tells of those that a stateful operator above loses. Put in where a query says what becomes of late rows (`onLate`). */
export interface LateTap<Plan> {
  readonly kind: "lateTap";
  /** Whose watermark judges. */
  readonly judge: string;
  readonly rule: LateRule;
  /** The event time, or a window, whose end counts. */
  readonly time: Expression;
  /** What is told of a row: so these columns are asked for. None where a late row ends the query. */
  readonly told: readonly Attribute[];
  readonly input: Plan;
}

export const lateTap: NodeFacts<LateTap<Input>> = {
  kind: "lateTap",
  ...oneInput,
  ...sameColumns,
  ...stateless,
  expressions: ({ time, told }) => [time, ...told],
  withExpressions: (node, [time, ...told]) => ({ ...node, time: time!, told: told as readonly Attribute[] }),
  // Which rows come here must not depend on whether somebody is told of late ones.
  letsFilterPass: () => true,
  explain: ({ time, judge }) => `LateTap ${sqlText(time)} (${judge})`,
};
