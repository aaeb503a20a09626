import { types } from "../engine/arrow/types.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { freshId, literal, type Attribute, type Expression } from "../engine/expression/expression.js";
import { isOrderable } from "../engine/expression/types/typeOf.js";
import type { AnalyzedPlan, LogicalPlan } from "../engine/plan/logicalPlan.js";
import { sortOrder } from "../engine/plan/verbs.js";
import { call } from "./column.js";

/**
 * The rows in order, dealt by one random number each: the plan of every weight takes those whose number lies in its part of 0 to 1. All plans draw the same numbers,
 * so that each row goes to one of them.
 *
 * @throws INVALID_OPTION_VALUE
 */
export function splitPlans(
  analyze: (plan: LogicalPlan) => AnalyzedPlan,
  input: AnalyzedPlan,
  output: readonly Attribute[],
  weights: readonly number[],
  seed: number,
): LogicalPlan[] {
  const bounds = boundsOf(weights);
  if (!Number.isSafeInteger(seed)) throw refused("seed", String(seed), "a whole number");
  const order = output.filter(({ type }) => isOrderable(type)).map(sortOrder);
  const ordered = order.length === 0 ? input : analyze({ kind: "sort", order, global: false, input });
  return weights.map((_, i): LogicalPlan => {
    const drawn: Expression = { kind: "alias", child: call("rand", [literal(BigInt(seed), types.long)]), name: "drawn", id: freshId() };
    const numbered = analyze({ kind: "project", expressions: [...output, drawn], input: ordered });
    const number: Attribute = { kind: "attribute", id: drawn.id, name: "drawn", type: types.double, nullable: false, qualifier: [] };
    const isAbove = call(">=", [number, literal(bounds[i]!, types.double)]);
    const isBelow = call("<", [number, literal(bounds[i + 1]!, types.double)]);
    const own = analyze({ kind: "filter", condition: call("and", [isAbove, isBelow]), input: numbered });
    return { kind: "project", expressions: output, input: own };
  });
}

/** Where the parts of the weights begin and end, as Spark adds them up. */
function boundsOf(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (!weights.every((weight) => weight >= 0) || !(sum > 0) || sum === Infinity) {
    throw refused("weights", weights.join(", "), "numbers that are not negative, and not all 0");
  }
  const bounds = [0];
  for (const weight of weights) bounds.push(bounds.at(-1)! + weight / sum);
  return bounds;
}

function refused(option: string, value: string, expected: string): StreamingError {
  return new StreamingError("INVALID_OPTION_VALUE", { owner: "randomSplit", option, value, expected });
}
