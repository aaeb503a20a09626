import type { Attribute, Expression } from "../../expression/expression.js";
import type { LogicalPlan, SetOperation } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { referencesOf } from "../../expression/traverse.js";
import { childrenOf, expressionsOf, withChildren } from "../transform.js";
import type { Rule } from "./rule.js";

/** Columns that nothing reads are not read, computed or passed on. */
export const pruneColumns: Rule = {
  name: "pruneColumns",
  apply: (plan) => prune(plan, new Set(outputOf(plan).map((a) => a.id))),
};

/** The plan without what is in none of its `required` columns. It may still give more than these. */
function prune(plan: LogicalPlan, required: ReadonlySet<number>): LogicalPlan {
  switch (plan.kind) {
    case "read": {
      const output = plan.output.filter((a) => required.has(a.id));
      return output.length === plan.output.length ? plan : { ...plan, output };
    }
    case "project": {
      const expressions = plan.expressions.filter((e) => required.has(idOf(e)));
      const kept = expressions.length === plan.expressions.length ? plan : { ...plan, expressions };
      return pruneInputs(kept, new Set());
    }
    case "aggregate":
      // What an aggregation keeps as state does not depend on what is done with its result.
      return pruneInputs(plan, new Set());
    case "setOperation":
      return plan.operation === "union" && plan.all ? pruneUnion(plan, required) : pruneInputs(plan, new Set(plan.inputs.flatMap(ids)));
    default:
      return pruneInputs(plan, required);
  }
}

/** Prunes the inputs to what is required above and what the node itself reads. */
function pruneInputs(plan: LogicalPlan, required: ReadonlySet<number>): LogicalPlan {
  const needed = new Set(required);
  for (const e of expressionsOf(plan)) for (const id of referencesOf(e)) needed.add(id);
  return withChildren(
    plan,
    childrenOf(plan).map((child) => prune(child, needed)),
  );
}

/** The inputs of a union meet by position: each keeps exactly the columns at the positions that are required. */
function pruneUnion(union: SetOperation, required: ReadonlySet<number>): LogicalPlan {
  const output = outputOf(union);
  const positions = output.flatMap((a, i) => (required.has(a.id) ? [i] : []));
  const inputs = union.inputs.map((input) => {
    const wanted = positions.map((i) => outputOf(input)[i]!);
    return exactly(prune(input, new Set(wanted.map((a) => a.id))), wanted);
  });
  if (positions.length === output.length && inputs.every((input, i) => input === union.inputs[i])) return union;
  return { ...union, inputs, output: positions.map((i) => output[i]!) };
}

function exactly(plan: LogicalPlan, wanted: readonly Attribute[]): LogicalPlan {
  const output = outputOf(plan);
  if (output.length === wanted.length && output.every((a, i) => a.id === wanted[i]!.id)) return plan;
  return { kind: "project", expressions: wanted.map(byId(output)), input: plan };
}

function byId(output: readonly Attribute[]): (wanted: Attribute) => Expression {
  return (wanted) => output.find((a) => a.id === wanted.id) ?? wanted;
}

function ids(plan: LogicalPlan): readonly number[] {
  return outputOf(plan).map((a) => a.id);
}

function idOf(e: Expression): number {
  return e.kind === "alias" || e.kind === "attribute" ? e.id : -1;
}
