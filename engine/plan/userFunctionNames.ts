import type { Expression } from "../expression/expression.js";
import { mapParsed } from "./mapParsed.js";

/** What text calls functions of users by, in lower case, and what plans do. */
export type UserFunctionNames = ReadonlyMap<string, string>;

/** Something that was parsed, with the functions of users that it names by the names that plans have for them. */
export function withUserFunctions<T>(parsed: T, names: UserFunctionNames | undefined): T {
  if (names === undefined || names.size === 0) return parsed;
  return mapParsed(parsed, {
    after: (node) => {
      const name = nameIn(node, names);
      return name === null ? node : { ...node, name };
    },
  });
}

function nameIn(node: object, names: UserFunctionNames): string | null {
  const e = node as Partial<Expression>;
  return e.kind === "unresolvedFunction" && e.name !== undefined ? (names.get(e.name.toLowerCase()) ?? null) : null;
}
