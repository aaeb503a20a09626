import { conjunctionOf, conjunctsOf } from "../../expression/conjuncts.js";
import { freshId, type Attribute, type Call, type Expression } from "../../expression/expression.js";
import { nullableOf, typeOf } from "../../expression/types/typeOf.js";
import { attributeOf as namedAttribute } from "../../plan/attributeOf.js";
import type { PhysicalNode } from "../plan.js";
import type { ProjectNode } from "../stateless/project.js";
import { BatchCallPlanning } from "./batchCalls.js";

/**
 * A filter and a projection as one loop. `from_json` calls and those of users' functions become nodes below it, columns that are `to_json` an encode node above it: they
 * take whole batches, not rows.
 *
 * @param output the columns it defines; null: made of the expressions
 */
export function planProject(
  filter: Expression | null,
  expressions: readonly Expression[],
  input: PhysicalNode,
  output: readonly Attribute[] | null,
): PhysicalNode {
  const calls = new BatchCallPlanning(input);
  const terms = conjunctsOf(filter);
  terms.forEach((term, i) => calls.addTerm(term, () => [...terms.slice(i + 1), ...expressions]));
  const columns = calls.take(expressions);
  return encodeAbove({
    kind: "project",
    filter: conjunctionOf(calls.pending),
    expressions: columns,
    input: calls.node,
    output: output ?? expressions.map(attributeOf),
  });
}

/** The column that an expression of a projection defines; one without a name gets an id of its own. */
export function attributeOf(e: Expression): Attribute {
  return namedAttribute(e.kind === "attribute" || e.kind === "alias" ? e : { kind: "alias", child: e, name: "", id: freshId() });
}

/** The projection gives what the texts are made of. */
function encodeAbove(node: ProjectNode<PhysicalNode>): PhysicalNode {
  const calls = node.expressions.map(encodeOf);
  const encoded = calls.flatMap((call, column) =>
    call === null ? [] : [{ column, options: call.options ?? {}, zone: call.zone ?? "UTC" }],
  );
  if (encoded.length === 0) return node;
  const expressions = node.expressions.map((e, i) => calls[i]?.args[0] ?? e);
  const output = node.output.map((attribute, i): Attribute => {
    const value = calls[i]?.args[0];
    return value === undefined ? attribute : { ...attribute, id: freshId(), type: typeOf(value), nullable: nullableOf(value) };
  });
  return { kind: "encodeJson", encoded, input: { ...node, expressions, output }, output: node.output };
}

function encodeOf(e: Expression): Call | null {
  if (e.kind === "alias") return encodeOf(e.child);
  return e.kind === "call" && e.name === "to_json" ? e : null;
}
