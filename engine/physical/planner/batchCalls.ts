import { conjunctionOf, logical } from "../../expression/conjuncts.js";
import { freshId, type Attribute, type Call, type Expression } from "../../expression/expression.js";
import { isDeterministic } from "../../expression/determinism.js";
import { isUserCall } from "../../expression/functions/userFunctions.js";
import { shownName } from "../../expression/userNames.js";
import { decodeOptions } from "../../expression/functions/json.js";
import { guarded, guardedParts } from "../../expression/guards.js";
import { referencesOf, rewriteExpression, someExpression } from "../../expression/traverse.js";
import { expressionKey } from "../../expression/expressionKey.js";
import { attributeOf } from "../../plan/attributeOf.js";
import { malformedModes } from "../../plan/malformedRecords.js";
import type { PhysicalNode } from "../plan.js";
import type { DecodeJsonNode } from "../stateless/jsonDecode.js";

/** A call to be made by batches, and when its value is asked for: where one of the lists of conditions holds. An empty list: for every row. */
interface Asked {
  readonly call: Call;
  readonly alternatives: readonly (readonly Expression[])[];
}

/**
 * Takes the `from_json` calls, and those of users' functions, out of the filter and the expressions of a projection: they take whole batches, not rows, so each distinct
 * call becomes a node of its own below.
 *
 * It is made for exactly the rows for which it would be evaluated where it stands: the terms of the filter before it run first, in a
 * projection of their own, and what decides beside them (a branch of CASE, an argument before it that is null …) says of the other rows that they do not ask. Calls of which
 * no column can say when they are evaluated, those in lambdas above all, stay where they are and are made row by row.
 */
export class BatchCallPlanning {
  /** Terms of the filter that are left to the projection's own loop. */
  pending: Expression[] = [];
  /** What is known for every row so far, by the call's key. */
  readonly #made = new Map<string, Attribute>();

  constructor(public node: PhysicalNode) {}

  /** Adds the term of a filter; `later` is all that is evaluated after it. */
  addTerm(term: Expression, later: () => readonly Expression[]): void {
    const [planned] = this.take([term], later);
    this.pending.push(planned!);
  }

  /** The expressions over the columns of `node`. */
  take(expressions: readonly Expression[], later: () => readonly Expression[] = () => []): readonly Expression[] {
    let taken = expressions;
    if (this.#made.size > 0) taken = replaced(taken, this.#made);
    while (taken.some((e) => someExpression(e, isByBatch))) {
      const ready = readyCalls(taken);
      if (ready.size === 0) break;
      this.#filterFirst([...taken, ...later()]);
      const attributes = new Map<string, Attribute>();
      for (const [key, asked] of ready) {
        const attribute = asked.call.name === "from_json" ? this.#decode(asked) : this.#call(asked);
        attributes.set(key, attribute);
        if (isCertain(asked)) this.#made.set(key, attribute);
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
    const [column] = this.#columnsOf([text]);
    const decoded: Attribute = { kind: "attribute", id: freshId(), name: "from_json", type: call.type, nullable: true, qualifier: [] };
    const { malformed, options: given } = malformedTexts(call);
    const options = decodeOptions(given, call.zone ?? "UTC");
    const { node } = this;
    this.node = {
      kind: "decodeJson",
      column: column!,
      type: call.type,
      options,
      malformed,
      input: node,
      output: [...node.output, decoded],
    };
    return decoded;
  }

  #call(asked: Asked): Attribute {
    const { call } = asked;
    const condition = isCertain(asked) ? [] : [anyOf(asked.alternatives)];
    const columns = this.#columnsOf([...call.args, ...condition]);
    const name = shownName(call.name);
    const result: Attribute = { kind: "attribute", id: freshId(), name, type: call.type, nullable: true, qualifier: [] };
    const { node } = this;
    const places = { columns: columns.slice(0, call.args.length), asked: columns[call.args.length] ?? null };
    const inputs = columns.map((column) => node.output[column]!);
    this.node = {
      kind: "userFunction",
      call: { ...call, args: inputs.slice(0, call.args.length) },
      ...places,
      input: node,
      output: [...node.output, result],
    };
    return result;
  }

  /** The places of expressions among the columns of the node, which is given those that are none of them yet. */
  #columnsOf(expressions: readonly Expression[]): readonly number[] {
    const { output } = this.node;
    const added: Expression[] = [];
    const places = expressions.map((e) => {
      const known = e.kind === "attribute" ? output.findIndex(({ id }) => id === e.id) : -1;
      return known >= 0 ? known : output.length + added.push(e) - 1;
    });
    if (added.length === 0) return places;
    const columns = added.map((e) => attributeOf({ kind: "alias", child: e, name: "", id: freshId() }));
    const input = this.node;
    this.node = { kind: "project", filter: null, expressions: [...output, ...added], input, output: [...output, ...columns] };
    return places;
  }
}

/** Whether a call takes whole batches. */
function isByBatch(e: Expression): e is Call {
  return e.kind === "call" && (e.name === "from_json" || isUserCall(e));
}

/**
 * Whether it can be made elsewhere: what is random is not asked twice, nor moved. A user's function is asked once, random or not; its arguments may not be what another
 * expression draws too.
 */
function mayMove(call: Call): boolean {
  return isUserCall(call) ? call.args.every(isDeterministic) : isDeterministic(call);
}

/** What becomes of the row of a malformed text: `mode` says more where a query says it (`onMalformed`) than where a call does. */
function malformedTexts({ options = {} }: Call): Pick<DecodeJsonNode, "malformed" | "options"> {
  const { mode, ...rest } = options;
  if (mode !== malformedModes.drop && mode !== malformedModes.sideOutput) return { malformed: "kept", options };
  return { malformed: mode === malformedModes.drop ? "dropped" : "told", options: rest };
}

function isCertain({ alternatives }: Asked): boolean {
  return alternatives.some((conditions) => conditions.length === 0);
}

function anyOf(alternatives: Asked["alternatives"]): Expression {
  const conditions = alternatives.map((terms) => conjunctionOf(terms)!);
  return conditions.reduce((left, right) => logical("or", [left, right]));
}

function replaced(expressions: readonly Expression[], attributes: ReadonlyMap<string, Attribute>): readonly Expression[] {
  const replace = (part: Expression): Expression => (isByBatch(part) ? (attributes.get(expressionKey(part)) ?? part) : part);
  return expressions.map((e) => rewriteExpression(e, replace));
}

/** The calls that can be made by batches, in the order of their evaluation, as far as nothing they depend on must be made first. */
function readyCalls(expressions: readonly Expression[]): ReadonlyMap<string, Asked> {
  const byBatches = callsByBatches(expressions);
  const waits = (e: Expression): boolean => someExpression(e, (part) => isByBatch(part) && byBatches.has(expressionKey(part)));
  const ready = [...byBatches].filter(([, asked]) => {
    const conditions = isCertain(asked) ? [] : asked.alternatives.flat();
    return ![...asked.call.args, ...conditions].some(waits);
  });
  return new Map(ready);
}

/** The calls of which it is known when they are evaluated. */
function callsByBatches(expressions: readonly Expression[]): ReadonlyMap<string, Asked> {
  const known = new Map<string, { readonly call: Call; readonly alternatives: Map<string, readonly Expression[]> }>();
  const unknown = new Set<string>();
  for (const e of expressions) {
    for (const { part, guards } of guardedParts(e, isByBatch)) {
      if (!isByBatch(part)) continue;
      const key = expressionKey(part);
      if (guards === null || !mayMove(part) || !guards.every(isDeterministic)) {
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
