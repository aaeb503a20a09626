import { StreamingError } from "../engine/errors/streamingError.js";
import type { Expression } from "../engine/expression/expression.js";
import { literalOf } from "./literal.js";

// What a column's verbs add to: branches of a CASE, fields of a struct.

/** A field of a struct set or left out (null), by the path to it. Updates of one struct are one expression. */
export function withFieldUpdate(struct: Expression, [name, ...path]: readonly string[], value: Expression | null): Expression {
  const inner: Expression = { kind: "unresolvedExtract", child: struct, key: literalOf(name!) };
  const update = { name: name!, value: path.length === 0 ? value : withFieldUpdate(inner, path, value) };
  const [child, before] = struct.kind === "updateFields" ? [struct.child, struct.updates] : [struct, []];
  return { kind: "updateFields", child, updates: [...before, update] };
}

/** A CASE with more operands: condition and value of a branch, or the value of ELSE. Its last operand without a pair is the ELSE. */
export function withBranch(e: Expression, operands: readonly Expression[]): Expression {
  if (e.kind !== "unresolvedFunction" || e.name !== "case" || e.args.length % 2 === 1) {
    throw new StreamingError("INVALID_OPTION_VALUE", {
      owner: "Column",
      option: operands.length === 2 ? "when" : "otherwise",
      value: e.kind,
      expected: "to follow a when(…) that has no otherwise(…) yet",
    });
  }
  return { ...e, args: [...e.args, ...operands] };
}
