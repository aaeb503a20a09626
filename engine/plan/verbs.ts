import type { Attribute, Expression, SortOrder } from "../expression/expression.js";
import { freshId } from "../expression/expression.js";
import type { JoinType } from "./joinType.js";
import { StreamingError } from "../errors/streamingError.js";

const joinTypes: Readonly<Record<string, JoinType>> = {
  inner: "inner",
  cross: "cross",
  outer: "full",
  full: "full",
  fullouter: "full",
  left: "left",
  leftouter: "left",
  right: "right",
  rightouter: "right",
  semi: "leftSemi",
  leftsemi: "leftSemi",
  anti: "leftAnti",
  leftanti: "leftAnti",
};

/** The join that Spark's word for it means. */
export function joinTypeOf(how: string): JoinType {
  const word = how.toLowerCase().replaceAll("_", "");
  if (Object.hasOwn(joinTypes, word)) return joinTypes[word]!;
  throw new StreamingError("INVALID_OPTION_VALUE", {
    owner: "join",
    option: "how",
    value: how,
    expected: `one of ${Object.keys(joinTypes).join(", ")}`,
  });
}

/** The same of a lateral join, which has fewer. @throws UNSUPPORTED_JOIN_TYPE */
export function lateralTypeOf(how = "inner"): JoinType {
  const word = how.toLowerCase().replaceAll("_", "");
  if (["inner", "leftouter", "left", "cross"].includes(word)) return joinTypes[word]!;
  throw new StreamingError("UNSUPPORTED_JOIN_TYPE", { typ: how, supported: "'inner', 'leftouter', 'left', 'left_outer', 'cross'" });
}

/** Whether two names are the same column: Spark looks at letters, not at their case. */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The columns with those of `added` that have a name replaced in place, and the others behind them. */
export function withColumns(
  output: readonly Attribute[],
  added: readonly { readonly name: string; readonly expression: Expression }[],
): Expression[] {
  const named = added.map(({ name, expression }) => ({ name, expression: aliasOf(expression, name) }));
  const kept = output.map((attribute) => named.find(({ name }) => sameName(name, attribute.name))?.expression ?? attribute);
  const fresh = named.filter(({ name }) => !output.some((attribute) => sameName(attribute.name, name)));
  return [...kept, ...fresh.map(({ expression }) => expression)];
}

/** The columns, some under other names. Renaming what is not there changes nothing, as in Spark. */
export function renamed(output: readonly Attribute[], newName: (name: string) => string | undefined): Expression[] {
  return output.map((attribute) => {
    const name = newName(attribute.name);
    return name === undefined ? attribute : aliasOf(attribute, name);
  });
}

/** The columns, all under other names. @throws INVALID_OPTION_VALUE for another number of names */
export function allRenamed(output: readonly Attribute[], names: readonly string[]): Expression[] {
  if (names.length === 0) return [...output];
  if (names.length === output.length) return output.map((attribute, i) => aliasOf(attribute, names[i]!));
  const expected = `${output.length} names`;
  throw new StreamingError("INVALID_OPTION_VALUE", { owner: "toDF", option: "names", value: names.join(", "), expected });
}

/** An expression under a name, with an id of its own. */
export function aliasOf(e: Expression, name: string): Expression {
  return { kind: "alias", child: e.kind === "alias" ? e.child : e, name, id: freshId() };
}

/** An item of ORDER BY: what has no order of its own is ascending, nulls first. */
export function sortOrder(e: Expression): SortOrder {
  return e.kind === "sortOrder" ? e : { kind: "sortOrder", child: e, descending: false, nullsFirst: true };
}

/** The count of limit or offset. @throws INVALID_OPTION_VALUE */
export function rowCount(name: string, given: number): number {
  if (Number.isSafeInteger(given) && given >= 0) return given;
  throw new StreamingError("INVALID_OPTION_VALUE", {
    owner: "DataFrame",
    option: name,
    value: String(given),
    expected: "a whole number that is not negative",
  });
}
