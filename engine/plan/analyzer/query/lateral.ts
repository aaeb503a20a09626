import { conjunctionOf } from "../../../expression/conjuncts.js";
import { freshId, type Alias } from "../../../expression/expression.js";
import { resolveExpression } from "../resolveExpression.js";
import type { AnalyzedPlan, LogicalPlan } from "../../logicalPlan.js";
import { outputOf } from "../../outputOf.js";
import type { LateralJoin } from "../../unresolved.js";
import { finish } from "../analyze.js";
import { decorrelate, sameKeys } from "../decorrelate.js";
import { booleanCondition } from "../filter.js";
import { withOwnColumns } from "../ownColumns.js";
import { freeAttributes } from "../freeAttributes.js";
import { Scope } from "../scope.js";
import { sqlText } from "../../sqlText.js";
import type { Environment } from "./environment.js";

/** `left JOIN LATERAL right`: the rows of the right one for each of the left, whose columns it may name. */
export function resolveLateralJoin(
  { joinType, condition: given, left: leftPlan, right: rightPlan }: LateralJoin,
  environment: Environment,
): AnalyzedPlan {
  const { context } = environment;
  const left = environment.analyze(leftPlan, environment);
  const columns = outputOf(left);
  const around = new Scope(columns, context);
  const own = new Set(columns.map(({ id }) => id));
  const right = finish(
    withOwnColumns(environment.analyze(rightPlan, { ...environment, context: { ...context, outer: around } }), own),
    context,
  );
  const rights = outputOf(right);
  const outer = freeAttributes(right).filter(({ id }) => own.has(id));
  const scope = new Scope([...columns, ...rights], context);
  const condition = given === null ? null : checked(resolveExpression(given, scope), scope);
  const kind = joinType === "cross" && condition !== null ? "inner" : joinType;
  if (outer.length === 0) return finish({ kind: "join", joinType: kind, condition, using: null, left, right }, context);
  const expressions = outer.map((attribute): Alias => ({ kind: "alias", child: attribute, name: attribute.name, id: freshId() }));
  const values: LogicalPlan = { kind: "project", expressions, input: left };
  const domain: LogicalPlan = { kind: "deduplicate", columns: null, withinWatermark: false, keys: outputOf(values), input: values };
  const { plan, keys } = decorrelate(right, outer, domain);
  const asked: LogicalPlan = { kind: "project", expressions: [...rights, ...keys], input: plan };
  const terms = [sameKeys(outer, keys), ...(condition === null ? [] : [condition])];
  const joined: LogicalPlan = {
    kind: "join",
    joinType: kind === "cross" ? "inner" : kind,
    condition: conjunctionOf(terms),
    using: null,
    left,
    right: asked,
  };
  const all = outputOf(joined);
  const taken = new Set(keys.map(({ id }) => id));
  return finish({ kind: "project", expressions: all.filter(({ id }) => !taken.has(id)), input: finish(joined, context) }, context);
}

function checked(e: ReturnType<typeof resolveExpression>, { context }: Scope) {
  return booleanCondition(e, () => `"${sqlText(e)}"`, context);
}
