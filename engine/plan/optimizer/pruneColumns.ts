import type { Attribute, Expression } from "../../expression/expression.js";
import { referencesOf } from "../../expression/traverse.js";
import { factsOf, type LogicalPlan, type NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { expressionsOf, transformDownWith } from "../transform.js";
import type { Rule } from "./rule.js";

type Ids = ReadonlySet<number>;

/** Columns that nothing reads are not read, computed or passed on. */
export const pruneColumns: Rule = {
  name: "pruneColumns",
  apply: (plan) => transformDownWith<Ids>(plan, idsOf(outputOf(plan)), prune),
};

/** The node without what is in none of the `asked` columns, and what it asks of its inputs. It may still give more than these. */
function prune(given: LogicalPlan, asked: Ids): { readonly node: LogicalPlan; readonly below: Ids } {
  if (given.kind === "setOperation") return pruneSetOperation(given, asked);
  const facts = factsOf(given);
  const node = facts.narrow(given, asked);
  const below = new Set<number>();
  // Of what is asked, the columns of this node: a union asks all its inputs for those of each.
  if (!facts.onlyExpressions) for (const { id } of outputOf(given)) if (asked.has(id)) below.add(id);
  for (const e of expressionsOf(node)) for (const id of referencesOf(e)) below.add(id);
  return { node, below };
}

/** The inputs meet by position: of a union each keeps exactly the columns at the positions that are asked for; elsewhere all count. */
function pruneSetOperation(node: NodeOf<"setOperation">, asked: Ids): { readonly node: LogicalPlan; readonly below: Ids } {
  const output = outputOf(node);
  const positions = output.flatMap((a, i) => ((node.operation === "union" && node.all ? asked.has(a.id) : true) ? [i] : []));
  const wanted = node.inputs.map((input) => positions.map((i) => outputOf(input)[i]!));
  const inputs = node.inputs.map((input, i) => exactly(input, wanted[i]!));
  const below = idsOf(wanted.flat());
  const same = positions.length === output.length && inputs.every((input, i) => input === node.inputs[i]);
  return { node: same ? node : { ...node, inputs, output: positions.map((i) => output[i]!) }, below };
}

function exactly(plan: LogicalPlan, wanted: readonly Attribute[]): LogicalPlan {
  const output = outputOf(plan);
  if (output.length === wanted.length && output.every((a, i) => a.id === wanted[i]!.id)) return plan;
  return { kind: "project", expressions: wanted satisfies readonly Expression[], input: plan };
}

function idsOf(columns: readonly Attribute[]): Ids {
  return new Set(columns.map(({ id }) => id));
}
