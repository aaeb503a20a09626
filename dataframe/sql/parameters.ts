import { StreamingError } from "../../engine/errors/streamingError.js";
import { descend } from "../../engine/plan/descend.js";
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
  return descend<unknown, unknown>(statement, (node) => bound(node, parameters)) as T;
}

/** A parsed statement is a tree of plain data: parameters may stand anywhere in it. */
function* bound(node: unknown, parameters: Parameters): Generator<unknown, unknown, unknown> {
  if (!isInner(node)) return node;
  if ((node as { readonly kind?: unknown }).kind === "unresolvedParameter") return valueOf(node as UnresolvedParameter, parameters);
  const before = Object.values(node);
  const after: unknown[] = [];
  for (const part of before) after.push(isInner(part) ? yield part : part);
  if (after.every((part, i) => part === before[i])) return node;
  return Array.isArray(node) ? after : Object.fromEntries(Object.keys(node).map((name, i) => [name, after[i]]));
}

/** Whether there is something below it. */
function isInner(node: unknown): node is object {
  return typeof node === "object" && node !== null && !(node instanceof Uint8Array);
}

function valueOf({ name }: UnresolvedParameter, parameters: Parameters): Expression {
  const found: LiteralValue | undefined = Array.isArray(parameters)
    ? (parameters as readonly LiteralValue[])[Number(name)]
    : (parameters as Readonly<Record<string, LiteralValue>>)[String(name)];
  if (found === undefined) throw new StreamingError("UNBOUND_SQL_PARAMETER", { name: String(name) });
  return literalOf(found);
}
