import { conjunctionOf, logical } from "../../expression/conjuncts.js";
import { freshId, type Attribute, type Call, type Expression } from "../../expression/expression.js";
import { isDeterministic } from "../../expression/determinism.js";
import { decodeOptions } from "../../expression/functions/json.js";
import { guarded, guardedParts } from "../../expression/guards.js";
import { referencesOf, rewriteExpression, someExpression } from "../../expression/traverse.js";
import { expressionKey } from "../../expression/expressionKey.js";
import { attributeOf } from "../../plan/attributeOf.js";
import type { PhysicalNode } from "../plan.js";

/** A call to be decoded by batches, and when its value is asked for: where one of the lists of conditions holds. An empty list: for every row. */
interface Asked {
  readonly call: Call;
  readonly alternatives: readonly (readonly Expression[])[];
}

/**
 * Takes the `from_json` calls out of the filter and the expressions of a projection: the decoder takes whole batches, not rows, so each distinct call becomes
 * a decode node below.
 *
 * A text is decoded for exactly the rows for which the call would be evaluated where it stands: the terms of the filter before it run first, in a
 * projection of their own, and what decides beside them (a branch of CASE, an argument before it that is null …) blanks the texts of the other rows. Calls of which
 * no column can say when they are evaluated, those in lambdas above all, stay where they are and decode text by text.
 */
export class DecodePlanning {
  /** Terms of the filter that are left to the projection's own loop. */
  pending: Expression[] = [];
  /** What was decoded for every row so far, by the call's key. */
  readonly #decoded = new Map<string, Attribute>();

  constructor(public node: PhysicalNode) {}

  /** Adds the term of a filter; `later` is all that is evaluated after it. */
  addTerm(term: Expression, later: () => readonly Expression[]): void {
    const [planned] = this.take([term], later);
    this.pending.push(planned!);
  }

  /** The expressions over the columns of `node`. */
  take(expressions: readonly Expression[], later: () => readonly Expression[] = () => []): readonly Expression[] {
    let taken = expressions;
    if (this.#decoded.size > 0) taken = replaced(taken, this.#decoded);
    while (taken.some((e) => someExpression(e, isDecode))) {
      const ready = readyCalls(taken);
      if (ready.size === 0) break;
      this.#filterFirst([...taken, ...later()]);
      const attributes = new Map<string, Attribute>();
      for (const [key, asked] of ready) {
        const attribute = this.#decode(asked);
        attributes.set(key, attribute);
        if (isCertain(asked)) this.#decoded.set(key, attribute);
      }
      taken = replaced(taken, attributes);
    }
    return taken;
  }

  /** The terms so far as a projection of their own, which passes on what is still needed. */
  #filterFirst(needed: readonly Expression[]): void {
    if (this.pending.length === 0) return;
    const ids = new Set(needed.flatMap((e) => [...referencesOf(e)]));
    const output = this.node.output.filter(({ id }) => ids.has(id));
    this.node = { kind: "project", filter: conjunctionOf(this.pending), expressions: output, input: this.node, output };
    this.pending = [];
  }

  #decode(asked: Asked): Attribute {
    const { call } = asked;
    const text = isCertain(asked) ? call.args[0]! : guarded(call.args[0]!, anyOf(asked.alternatives));
    const base = text.kind === "attribute" ? this.node : withText(this.node, text);
    const column = text.kind === "attribute" ? base.output.findIndex(({ id }) => id === text.id) : base.output.length - 1;
    const decoded: Attribute = { kind: "attribute", id: freshId(), name: "from_json", type: call.type, nullable: true, qualifier: [] };
    const options = decodeOptions(call.options ?? {}, call.zone ?? "UTC");
    this.node = { kind: "decodeJson", column, type: call.type, options, input: base, output: [...base.output, decoded] };
    return decoded;
  }
}

/** The node with the text as its last column. */
function withText(input: PhysicalNode, text: Expression): PhysicalNode {
  const { output } = input;
  const column = attributeOf({ kind: "alias", child: text, name: "", id: freshId() });
  return { kind: "project", filter: null, expressions: [...output, text], input, output: [...output, column] };
}

function isDecode(e: Expression): e is Call {
  return e.kind === "call" && e.name === "from_json";
}

function isCertain({ alternatives }: Asked): boolean {
  return alternatives.some((conditions) => conditions.length === 0);
}

function anyOf(alternatives: Asked["alternatives"]): Expression {
  const conditions = alternatives.map((terms) => conjunctionOf(terms)!);
  return conditions.reduce((left, right) => logical("or", [left, right]));
}

function replaced(expressions: readonly Expression[], attributes: ReadonlyMap<string, Attribute>): readonly Expression[] {
  const replace = (part: Expression): Expression => (isDecode(part) ? (attributes.get(expressionKey(part)) ?? part) : part);
  return expressions.map((e) => rewriteExpression(e, replace));
}

/** The calls that can be decoded by batches, in the order of their evaluation, as far as nothing they depend on must be decoded first. */
function readyCalls(expressions: readonly Expression[]): ReadonlyMap<string, Asked> {
  const byBatches = callsByBatches(expressions);
  const waits = (e: Expression): boolean => someExpression(e, (part) => isDecode(part) && byBatches.has(expressionKey(part)));
  const ready = [...byBatches].filter(([, asked]) => {
    const conditions = isCertain(asked) ? [] : asked.alternatives.flat();
    return ![...asked.call.args, ...conditions].some(waits);
  });
  return new Map(ready);
}

/** The calls of which it is known when they are evaluated. What is random is not asked twice, nor moved. */
function callsByBatches(expressions: readonly Expression[]): ReadonlyMap<string, Asked> {
  const known = new Map<string, { readonly call: Call; readonly alternatives: Map<string, readonly Expression[]> }>();
  const unknown = new Set<string>();
  for (const e of expressions) {
    for (const { part, guards } of guardedParts(e, isDecode)) {
      if (!isDecode(part)) continue;
      const key = expressionKey(part);
      if (guards === null || !isDeterministic(part) || !guards.every(isDeterministic)) {
        unknown.add(key);
        continue;
      }
      const asked = known.get(key) ?? { call: part, alternatives: new Map() };
      asked.alternatives.set(guards.map(expressionKey).join(), guards);
      known.set(key, asked);
    }
  }
  const found = [...known].map(([key, { call, alternatives }]) => [key, { call, alternatives: [...alternatives.values()] }] as const);
  return new Map(found.filter(([key, asked]) => isCertain(asked) || !unknown.has(key)));
}
