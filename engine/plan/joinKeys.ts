import type { Attribute, Expression } from "../expression/expression.js";
import { conjunctsOf } from "../expression/conjuncts.js";
import { referencesOf } from "../expression/traverse.js";

/** One equality of a join condition: `left = right`, each over one side only. */
export interface EquiKey {
  readonly left: Expression;
  readonly right: Expression;
  /** `<=>`: null equals null. */
  readonly nullSafe: boolean;
}

/** A join condition taken apart. */
export interface JoinCondition {
  readonly keys: readonly EquiKey[];
  /** The terms that are no equality of the sides. */
  readonly rest: readonly Expression[];
}

/** The equalities of a join condition, and what is left of it. */
export function splitJoinCondition(
  condition: Expression | null,
  leftColumns: readonly Attribute[],
  rightColumns: readonly Attribute[],
): JoinCondition {
  const lefts = new Set(leftColumns.map((a) => a.id));
  const rights = new Set(rightColumns.map((a) => a.id));
  const keys: EquiKey[] = [];
  const rest: Expression[] = [];
  for (const term of conjunctsOf(condition)) {
    const key = equality(term, lefts, rights);
    if (key === null) rest.push(term);
    else keys.push(key);
  }
  return { keys, rest };
}

function equality(term: Expression, lefts: ReadonlySet<number>, rights: ReadonlySet<number>): EquiKey | null {
  if (term.kind !== "call" || (term.name !== "=" && term.name !== "<=>")) return null;
  const [a, b] = term.args as [Expression, Expression];
  const nullSafe = term.name === "<=>";
  if (isOver(a, lefts) && isOver(b, rights)) return { left: a, right: b, nullSafe };
  if (isOver(b, lefts) && isOver(a, rights)) return { left: b, right: a, nullSafe };
  return null;
}

/** Whether the expression reads columns, and only these. */
export function isOver(e: Expression, ids: ReadonlySet<number>): boolean {
  const references = referencesOf(e);
  return references.size > 0 && [...references].every((id) => ids.has(id));
}
