import { StreamingError } from "../../engine/errors/streamingError.js";
import type { Expression, UnresolvedParameter } from "../../engine/expression/expression.js";
import { literalOf, type LiteralValue } from "../literal.js";

/** The values of `:name` or of the `?` of a statement. */
export type Parameters = Readonly<Record<string, LiteralValue>> | readonly LiteralValue[];

/**
 * A statement with its parameters replaced by their values, which never become text.
 *
 * @throws UNBOUND_SQL_PARAMETER for a parameter without a value
 */
export function bindParameters<T>(statement: T, parameters: Parameters): T {
  return bound(statement, parameters) as T;
}

/** A parsed statement is a tree of plain data: parameters may stand anywhere in it. */
function bound(node: unknown, parameters: Parameters): unknown {
  if (typeof node !== "object" || node === null || node instanceof Uint8Array) return node;
  if (Array.isArray(node))
    return sameOr(
      node,
      node.map((part) => bound(part, parameters)),
    );
  if ((node as { readonly kind?: unknown }).kind === "unresolvedParameter") return valueOf(node as UnresolvedParameter, parameters);
  const entries = Object.entries(node);
  const after = entries.map(([, part]) => bound(part, parameters));
  if (after.every((part, i) => part === entries[i]![1])) return node;
  return Object.fromEntries(entries.map(([name], i) => [name, after[i]]));
}

function sameOr(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((part, i) => part === before[i]) ? before : after;
}

function valueOf({ name }: UnresolvedParameter, parameters: Parameters): Expression {
  const found: LiteralValue | undefined = Array.isArray(parameters)
    ? (parameters as readonly LiteralValue[])[Number(name)]
    : (parameters as Readonly<Record<string, LiteralValue>>)[String(name)];
  if (found === undefined) throw new StreamingError("UNBOUND_SQL_PARAMETER", { name: String(name) });
  return literalOf(found);
}
