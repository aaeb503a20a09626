import type { ParsedPlan, UnresolvedRelation } from "./unresolved.js";

/** The relations that a query names, anywhere in it. */
export function relationsIn(plan: ParsedPlan): readonly UnresolvedRelation[] {
  const found: UnresolvedRelation[] = [];
  const waiting: unknown[] = [plan];
  // A parsed query is a tree of plain data: plans in expressions in plans.
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node !== "object" || node === null) continue;
    if ((node as Partial<UnresolvedRelation>).kind === "unresolvedRelation") found.push(node as UnresolvedRelation);
    else for (const part of Object.values(node) as readonly unknown[]) if (part !== undefined) waiting.push(part);
  }
  return found;
}
