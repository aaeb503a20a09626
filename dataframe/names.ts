import type { Expression, UnresolvedAttribute } from "../engine/expression/expression.js";

/** The parts of a column name: `a.b.c`, with back-quotes around parts that hold a dot or a back-quote themselves (doubled). */
export function nameParts(name: string): string[] {
  if (!name.includes("`")) return name.split(".");
  const parts: string[] = [];
  const part = /`((?:[^`]|``)*)`|([^.`]+)/y;
  while (part.lastIndex < name.length) {
    const match = part.exec(name);
    if (!match) return [name];
    parts.push(match[1] === undefined ? match[2]! : match[1].replaceAll("``", "`"));
    if (part.lastIndex < name.length && name[part.lastIndex++] !== ".") return [name];
  }
  return parts;
}

/** `name`, `a.b`, `*` or `t.*` as an unresolved expression. */
export function nameExpression(name: string): Expression {
  if (name === "*") return { kind: "unresolvedStar", target: [] };
  if (name.endsWith(".*")) return { kind: "unresolvedStar", target: nameParts(name.slice(0, -2)) };
  return attributeNamed(nameParts(name));
}

/** The unresolved attribute of these parts. */
export function attributeNamed(parts: readonly string[]): UnresolvedAttribute {
  return { kind: "unresolvedAttribute", parts };
}
