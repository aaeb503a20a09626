import { descend } from "./descend.js";

/**
 * Something that was parsed, with parts of it replaced: `before` may give something else for a node on the way down, which is then left as it is, `after` on the way up.
 * What is parsed is a tree of plain data: what is looked for may stand anywhere in it.
 */
export function mapParsed<T>(parsed: T, { before, after }: ParsedMapping): T {
  return descend<unknown, unknown>(parsed, (node) => mapped(node, before, after)) as T;
}

interface ParsedMapping {
  /** What stands in the place of this node; undefined goes on below it. */
  readonly before?: (node: object) => object | undefined;
  readonly after: (node: object) => object;
}

function* mapped(node: unknown, before: ParsedMapping["before"], after: ParsedMapping["after"]): Generator<unknown, unknown, unknown> {
  if (!isInner(node)) return node;
  const instead = before?.(node);
  if (instead !== undefined) return instead;
  const parts = Object.values(node);
  const found: unknown[] = [];
  for (const part of parts) found.push(isInner(part) ? yield part : part);
  if (found.every((part, i) => part === parts[i])) return after(node);
  return after(Array.isArray(node) ? found : Object.fromEntries(Object.keys(node).map((key, i) => [key, found[i]])));
}

/** Whether there is something below it. */
function isInner(node: unknown): node is object {
  return typeof node === "object" && node !== null && !ArrayBuffer.isView(node);
}
