import { freshId, type Expression } from "../../expression/expression.js";
import type { NamedExpression } from "../logicalPlan.js";
import { prettyText, resolveExpression } from "./resolveExpression.js";
import type { Scope } from "./scope.js";
import { expandStar, starMisused } from "./star.js";

/** The items of an output list, resolved and named, stars expanded. */
export function resolveOutputs(items: readonly Expression[], scope: Scope): NamedExpression[] {
  const aliases = new Map<string, Expression | null>();
  const inner = scope.withAliases(aliases);
  return items.flatMap((item) => {
    if (item.kind === "unresolvedStar") return expandStar(item, scope).map((e) => resolveNamed(e, inner));
    const named = resolveNamed(item, inner);
    // Later items may use the alias, where no column has that name.
    if ((item.kind === "alias" || item.kind === "unresolvedAttribute") && named.kind === "alias") {
      const name = named.name.toLowerCase();
      aliases.set(name, aliases.has(name) ? null : named.child);
    }
    return [named];
  });
}

const windowNames: ReadonlySet<string> = new Set(["window", "session_window", "window_time"]);

/** One output column: resolved, with Spark's name for it when it was given none. */
export function resolveNamed(e: Expression, scope: Scope): NamedExpression {
  if (e.kind === "alias" && e.child.kind === "unresolvedStar") {
    throw starMisused(e.child, "expression `alias`");
  }
  const memory = new Map<Expression, Expression>();
  const resolved = resolveExpression(e, scope, memory);
  // `+x` and `floor(whole)` are the column, under names of their own; `window(…)` is the column that it makes.
  const isFunction = e.kind === "unresolvedFunction" && !windowNames.has(e.name.toLowerCase());
  if (resolved.kind === "attribute" && (!isFunction || autoName(e, scope, memory) === resolved.name)) return resolved;
  if (resolved.kind === "alias") {
    const child = resolved.child.kind === "alias" ? resolved.child.child : resolved.child;
    return { ...resolved, child };
  }
  return { kind: "alias", child: resolved, name: autoName(e, scope, memory), id: freshId() };
}

/** Fields are named after themselves, casts of columns after the column, everything else after its text. */
function autoName(e: Expression, scope: Scope, memory: Map<Expression, Expression>): string {
  if (e.kind === "unresolvedAttribute" && e.parts.length === 1 && e.parts[0]!.toLowerCase() === "grouping__id") return "grouping__id";
  if (e.kind === "unresolvedAttribute") return scope.find(e.parts) === null ? prettyText(e, scope, memory) : e.parts.at(-1)!;
  if (e.kind === "unresolvedCast" && e.child.kind === "unresolvedAttribute") {
    const child = scope.resolve(e.child.parts);
    if (child.kind === "attribute") return child.name;
  }
  return prettyText(e, scope, memory);
}
