import { freshId, type Attribute, type Call, type Expression } from "../../expression/expression.js";
import { assert } from "../../errors/assert.js";
import { expressionKey } from "../../plan/expressionKey.js";
import { attributeOf as namedAttribute } from "../../plan/outputOf.js";
import { expressionNodes, rewriteExpression, someExpression } from "../../plan/transform.js";
import type { DecodeJsonNode, PhysicalNode, ProjectNode } from "../plan.js";

/**
 * A filter and a projection as one loop. `from_json` calls become decode nodes below it: the JSON decoder reads whole batches, not rows.
 *
 * @param output the columns it defines; null: made of the expressions
 */
export function planProject(
  filter: Expression | null,
  expressions: readonly Expression[],
  input: PhysicalNode,
  output: readonly Attribute[] | null,
): PhysicalNode {
  const decoded = decodeBelow([...(filter === null ? [] : [filter]), ...expressions], input);
  const [first, ...rest] = decoded.expressions;
  const columns = filter === null ? decoded.expressions : rest;
  const node: ProjectNode = {
    kind: "project",
    filter: filter === null ? null : first!,
    expressions: columns,
    input: decoded.input,
    output: output ?? expressions.map(attributeOf),
  };
  return node;
}

/** The column that an expression of a projection defines; one without a name gets an id of its own. */
export function attributeOf(e: Expression): Attribute {
  return namedAttribute(e.kind === "attribute" || e.kind === "alias" ? e : { kind: "alias", child: e, name: "", id: freshId() });
}

interface Decoded {
  readonly expressions: readonly Expression[];
  readonly input: PhysicalNode;
}

/** Takes the `from_json` calls out, innermost first, one node for each distinct call. */
function decodeBelow(expressions: readonly Expression[], input: PhysicalNode): Decoded {
  const calls = new Map<string, Call>();
  for (const e of expressions) collectDecodes(e, calls);
  if (calls.size === 0) return { expressions, input };
  let node = input;
  const replacements = new Map<string, Attribute>();
  for (const [key, call] of calls) {
    const decode = decodeNode(call, node);
    replacements.set(key, decode.output.at(-1)!);
    node = decode;
  }
  const replace = (part: Expression): Expression => (isDecode(part) ? (replacements.get(expressionKey(part)) ?? part) : part);
  const replaced = expressions.map((e) => rewriteExpression(e, replace));
  return decodeBelow(replaced, node);
}

function isDecode(e: Expression): e is Call {
  return e.kind === "call" && e.name === "from_json";
}

/** Calls whose arguments hold no such call themselves. */
function collectDecodes(e: Expression, calls: Map<string, Call>): void {
  for (const part of expressionNodes(e)) {
    if (isDecode(part) && !part.args.some((arg) => someExpression(arg, isDecode))) calls.set(expressionKey(part), part);
  }
}

function decodeNode(call: Call, input: PhysicalNode): DecodeJsonNode {
  const text = call.args[0]!;
  assert(call.type.kind === "struct", "from_json makes structs here");
  const base = text.kind === "attribute" ? input : planProject(null, [...input.output, text], input, null);
  const column = text.kind === "attribute" ? base.output.findIndex(({ id }) => id === text.id) : base.output.length - 1;
  const decoded: Attribute = { kind: "attribute", id: freshId(), name: "from_json", type: call.type, nullable: true, qualifier: [] };
  const named = Object.keys(call.options ?? {}).some((name) => name.toLowerCase() === "timezone");
  const options = { ...call.options, ...(!named && call.zone !== undefined && { timeZone: call.zone }) };
  return { kind: "decodeJson", column, schema: call.type, options, input: base, output: [...base.output, decoded] };
}
