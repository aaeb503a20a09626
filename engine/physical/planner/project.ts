import { freshId, type Attribute, type Call, type Expression } from "../../expression/expression.js";
import { nullableOf, typeOf } from "../../expression/types/typeOf.js";
import { jsonInferenceOptions, jsonReadOptions } from "../../contract/jsonReadOptions.js";
import { Options } from "../../contract/options.js";
import { assert } from "../../errors/assert.js";
import { expressionKey } from "../../plan/expressionKey.js";
import { attributeOf as namedAttribute } from "../../plan/attributeOf.js";
import { expressionNodes, rewriteExpression, someExpression } from "../../expression/traverse.js";
import type { DecodeJsonNode, PhysicalNode, ProjectNode } from "../plan.js";

/**
 * A filter and a projection as one loop. `from_json` calls become decode nodes below it, columns that are `to_json` an encode node above it: the JSON decoder
 * and writer take whole batches, not rows.
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
  return encodeAbove(node);
}

/** The column that an expression of a projection defines; one without a name gets an id of its own. */
export function attributeOf(e: Expression): Attribute {
  return namedAttribute(e.kind === "attribute" || e.kind === "alias" ? e : { kind: "alias", child: e, name: "", id: freshId() });
}

/** The projection gives what the texts are made of. */
function encodeAbove(node: ProjectNode): PhysicalNode {
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
  const given = new Options("from_json", [...jsonReadOptions, ...jsonInferenceOptions], call.options ?? {});
  const named = given.get("timeZone") !== undefined;
  const options = { ...call.options, ...(!named && call.zone !== undefined && { timeZone: call.zone }) };
  return { kind: "decodeJson", column, schema: call.type, options, input: base, output: [...base.output, decoded] };
}
