import { conjunctionOf, conjunctsOf } from "../../expression/conjuncts.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import { referencesOf } from "../../expression/traverse.js";
import { isDeterministic } from "../../expression/determinism.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { streamsOf } from "../streamingPlan.js";
import { transformUp } from "../transform.js";
import { droppableSides } from "./droppableSides.js";
import { holds } from "./holds.js";
import type { Rule } from "./rule.js";
import { isCheap, substitute } from "./substitution.js";

/**
 * What holds of a key on one side of a join holds of the equal key on the other: rows that fail it there can find no partner. Where they would not come out either, they
 * are filtered before the join.
 *
 * With streams this is semantics, not speed, as in Spark: the filter goes below `withWatermark`, and the rows that it drops do not move the watermark.
 */
export const inferFilters: Rule = {
  name: "inferFilters",
  apply: (plan) => transformUp(plan, (node) => (node.kind === "join" && streamsOf(node).some(Boolean) ? filterSides(node) : node)),
};

function filterSides(join: NodeOf<"join">): LogicalPlan {
  if (join.condition === null || !isDeterministic(join.condition)) return join;
  const terms = conjunctsOf(join.condition);
  const pairs = terms.flatMap(pairOf);
  let result = join;
  for (const side of droppableSides[join.joinType]) {
    const other = side === "left" ? "right" : "left";
    const twins = twinsIn(pairs, outputOf(join[other]), outputOf(join[side]));
    if (twins.size === 0) continue;
    const known = [...termsOf(join[other]), ...terms].filter((term) => isCheap(term) && isOver(term, twins));
    const missing = known.map((term) => substitute(term, twins)).filter((term) => !holds(join[side], term));
    const condition = conjunctionOf(missing);
    if (condition !== null) result = { ...result, [side]: { kind: "filter", condition, input: join[side] } };
  }
  return result;
}

type Pair = readonly [Attribute, Attribute];

function pairOf(term: Expression): readonly Pair[] {
  if (term.kind !== "call" || term.name !== "=") return [];
  const [a, b] = term.args;
  return a?.kind === "attribute" && b?.kind === "attribute" ? [[a, b]] : [];
}

/** For the columns of one side that equal one of the other, that one. */
function twinsIn(pairs: readonly Pair[], from: readonly Attribute[], to: readonly Attribute[]): ReadonlyMap<number, Attribute> {
  const twins = new Map<number, Attribute>();
  for (const [a, b] of pairs) {
    if (has(from, a) && has(to, b)) twins.set(a.id, b);
    else if (has(from, b) && has(to, a)) twins.set(b.id, a);
  }
  return twins;
}

function has(columns: readonly Attribute[], { id }: Attribute): boolean {
  return columns.some((column) => column.id === id);
}

function isOver(term: Expression, columns: ReadonlyMap<number, unknown>): boolean {
  const references = referencesOf(term);
  return references.size > 0 && [...references].every((id) => columns.has(id));
}

/** Terms that hold of all rows that come out, over the columns that do. */
function termsOf(plan: LogicalPlan): readonly Expression[] {
  const above: (NodeOf<"filter"> | NodeOf<"project">)[] = [];
  for (let node = plan; ; node = node.input) {
    if (node.kind === "filter" || node.kind === "project") above.push(node);
    else if (!keepsColumns(node)) break;
  }
  let terms: readonly Expression[] = [];
  for (const node of above.toReversed())
    terms = node.kind === "project" ? renamed(node, terms) : [...conjunctsOf(node.condition), ...terms];
  return terms;
}

function keepsColumns(node: LogicalPlan): node is NodeOf<"withWatermark" | "subqueryAlias" | "deduplicate" | "limit" | "repartition"> {
  return ["withWatermark", "subqueryAlias", "deduplicate", "limit", "repartition"].includes(node.kind);
}

/** The terms over the columns of a projection that only names columns anew. */
function renamed({ expressions }: NodeOf<"project">, terms: readonly Expression[]): readonly Expression[] {
  const names = new Map<number, Attribute>();
  for (const e of expressions) {
    if (e.kind === "attribute") names.set(e.id, e);
    else if (e.kind === "alias" && e.child.kind === "attribute") names.set(e.child.id, { ...e.child, id: e.id, name: e.name });
  }
  return terms.filter((term) => isOver(term, names)).map((term) => substitute(term, names));
}
