import type { Expression } from "../expression/expression.js";
import { descend } from "./descend.js";

/** What text calls functions of users by, in lower case, and what plans do. */
export type UserFunctionNames = ReadonlyMap<string, string>;

/** Something that was parsed, with the functions of users that it names by the names that plans have for them. */
export function withUserFunctions<T>(parsed: T, names: UserFunctionNames | undefined): T {
  if (names === undefined || names.size === 0) return parsed;
  return descend<unknown, unknown>(parsed, (node) => named(node, names)) as T;
}

/** What is parsed is a tree of plain data: a call may stand anywhere in it. */
function* named(node: unknown, names: UserFunctionNames): Generator<unknown, unknown, unknown> {
  if (!isInner(node)) return node;
  const before = Object.values(node);
  const after: unknown[] = [];
  for (const part of before) after.push(isInner(part) ? yield part : part);
  const name = nameIn(node, names);
  if (name === null && after.every((part, i) => part === before[i])) return node;
  if (Array.isArray(node)) return after;
  const copy = Object.fromEntries(Object.keys(node).map((key, i) => [key, after[i]]));
  return name === null ? copy : { ...copy, name };
}

function nameIn(node: object, names: UserFunctionNames): string | null {
  const e = node as Partial<Expression>;
  return e.kind === "unresolvedFunction" && e.name !== undefined ? (names.get(e.name.toLowerCase()) ?? null) : null;
}

/** Whether there is something below it. */
function isInner(node: unknown): node is object {
  return typeof node === "object" && node !== null && !ArrayBuffer.isView(node);
}
