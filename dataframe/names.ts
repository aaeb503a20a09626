import { StreamingError } from "../engine/errors/streamingError.js";
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

/** A name as `colRegex` takes it: between back-quotes it is a regular expression, of columns of any table or of one (`t`.`a.*`). */
export function regexExpression(name: string): Expression {
  const [, table, pattern] = /^(?:(.+)\.)?`([^`]+)`$/.exec(name) ?? [];
  if (pattern === undefined) return nameExpression(name);
  return { kind: "unresolvedStar", target: table === undefined ? [] : nameParts(table), pattern };
}

/** The unresolved attribute of these parts. */
export function attributeNamed(parts: readonly string[]): UnresolvedAttribute {
  return { kind: "unresolvedAttribute", parts };
}

/** What a view is called that is given this name: a word, or anything between back-quotes. @throws TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS, INVALID_VIEW_NAME */
export function tempViewName(name: string): string {
  const parts = nameParts(name);
  if (parts.length > 1) throw new StreamingError("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", { actualName: name });
  const isQuoted = name.startsWith("`");
  if (!isQuoted && !/^[\p{L}\p{N}_]+$/u.test(name)) throw new StreamingError("INVALID_VIEW_NAME", { viewName: name });
  return parts[0]!;
}

/** The name of a temporary view: `v`, or `global_temp.v`. */
export function viewName(parts: readonly string[]): string {
  return parts.length === 2 && parts[0]!.toLowerCase() === "global_temp" ? parts[1]! : parts.join(".");
}
