import { StreamingError } from "../../errors/streamingError.js";
import type { Attribute, Expression, UnresolvedStar } from "../../expression/expression.js";
import { types } from "../../arrow/types.js";
import { freshId, literal } from "../../expression/expression.js";
import { compiledPattern } from "../../expression/functions/patterns.js";
import { resolveFunction } from "../../expression/resolve.js";
import { typeOf } from "../../expression/types/typeOf.js";
import { fieldOf } from "./extract.js";
import type { Scope } from "./scope.js";

/**
 * The columns that `*`, `t.*` or `structColumn.*` stands for.
 *
 * @throws CANNOT_RESOLVE_STAR_EXPAND
 */
export function expandStar({ target, except = [], pattern }: UnresolvedStar, scope: Scope): readonly Expression[] {
  const all = starColumns(target, scope);
  const regex = pattern === undefined ? null : compiledPattern(`(?i)${pattern}`, "colRegex");
  const columns = regex === null ? all : all.filter((column) => regex.matches(nameOf(column)));
  return except.length === 0 ? columns : withoutColumns(columns, except, scope);
}

function starColumns(target: readonly string[], scope: Scope): readonly Expression[] {
  if (target.length === 0) return scope.attributes.filter(({ hidden }) => hidden === undefined);
  const qualified = scope.qualified(target).filter(({ hidden }) => hidden !== "metadata");
  if (qualified.length > 0) return qualified.map(shown);
  const around = scope.context.outer?.qualified(target).filter(({ hidden }) => hidden !== "metadata") ?? [];
  if (around.length > 0) return around.map(shown);
  const column = structColumn(target, scope);
  const type = typeOf(column);
  if (type.kind !== "struct") throw unresolved(target, scope);
  return type.fields.map(({ name }) => ({ kind: "alias", child: fieldOf(column, name, scope.context), name, id: freshId() }));
}

/** A column of `t.*` is none that `*` leaves out. */
function shown({ hidden, ...column }: Attribute): Attribute {
  return hidden === undefined ? column : { ...column };
}

/** The columns of `* EXCEPT (a, b.c)`: without some, and without some fields of others. @throws UNRESOLVED_COLUMN.WITH_SUGGESTION */
function withoutColumns(columns: readonly Expression[], except: readonly (readonly string[])[], scope: Scope): readonly Expression[] {
  const paths = except.map((parts) => fieldPath(parts, columns, scope));
  return columns.flatMap((column): readonly Expression[] => {
    const own = paths.filter((path) => path.column === column).map(({ fields }) => fields);
    if (own.some((fields) => fields.length === 0)) return [];
    if (own.length === 0) return [column];
    return [{ kind: "alias", child: withoutFields(column, own, scope), name: nameOf(column), id: freshId() }];
  });
}

interface FieldPath {
  readonly column: Expression;
  readonly fields: readonly string[];
}

/** What a path of EXCEPT means among the columns: one of them, or a field of one. */
function fieldPath(parts: readonly string[], columns: readonly Expression[], scope: Scope): FieldPath {
  const inTable = scope.qualified(parts.slice(0, 1)).length > 0 && parts.length > 1 ? parts.slice(1) : parts;
  const column = columns.find((candidate) => nameOf(candidate).toLowerCase() === inTable[0]!.toLowerCase());
  if (column !== undefined) return { column, fields: inTable.slice(1) };
  throw new StreamingError("UNRESOLVED_COLUMN.WITH_SUGGESTION", {
    objectName: parts.map((part) => `\`${part}\``).join("."),
    proposal: columns.map((candidate) => `\`${nameOf(candidate)}\``).join(", "),
  });
}

function nameOf(column: Expression): string {
  return column.kind === "attribute" || column.kind === "alias" ? column.name : "";
}

/** A struct without some of its fields, and fields of them. */
function withoutFields(struct: Expression, paths: readonly (readonly string[])[], scope: Scope): Expression {
  const type = typeOf(struct);
  if (type.kind !== "struct") throw unresolved(paths[0]!, scope);
  const args = type.fields.flatMap(({ name }): readonly Expression[] => {
    const own = paths.filter(([first]) => first!.toLowerCase() === name.toLowerCase()).map((path) => path.slice(1));
    if (own.some((path) => path.length === 0)) return [];
    const value = fieldOf(struct, name, scope.context);
    return [literal(name, types.string), own.length === 0 ? value : withoutFields(value, own, scope)];
  });
  return resolveFunction({ name: "named_struct", args, distinct: false, filter: null }, scope.context);
}

function structColumn(target: readonly string[], scope: Scope): Expression {
  try {
    return scope.resolve(target);
  } catch (error) {
    if (error instanceof StreamingError && error.condition.startsWith("UNRESOLVED_COLUMN")) throw unresolved(target, scope);
    throw error;
  }
}

function unresolved(target: readonly string[], scope: Scope): StreamingError {
  return new StreamingError("CANNOT_RESOLVE_STAR_EXPAND", {
    targetString: `\`${target.join("`.`")}\``,
    columns: scope.attributes.map((a) => `\`${a.name}\``).join(", "),
  });
}

/** A star, or what stands for one, where it has no place. */
export function starMisused({ pattern }: UnresolvedStar, prettyName: string): StreamingError {
  return new StreamingError("INVALID_USAGE_OF_STAR_OR_REGEX", {
    elem: pattern === undefined ? "'*'" : `regular expression '${pattern}'`,
    prettyName,
  });
}

/** Arguments with the stars among them expanded: `struct(*)`, `xxhash64(*)`. */
export function expandArguments(args: readonly Expression[], scope: Scope): readonly Expression[] {
  return args.flatMap((arg) => (arg.kind === "unresolvedStar" ? expandStar(arg, scope) : [arg]));
}
