import { placed } from "../../../errors/textPlace.js";
import { StreamingError } from "../../../errors/streamingError.js";
import { nearestName } from "../../../errors/nearest.js";
import type { AnalyzedPlan, LogicalPlan } from "../../logicalPlan.js";
import type { UnresolvedRelation } from "../../unresolved.js";
import { isStreaming } from "../../streamingPlan.js";
import { reidentify } from "../reidentify.js";
import { quoted } from "../scope.js";
import { finish } from "../analyze.js";
import type { Environment } from "./environment.js";

/** A relation by name, under that name. @throws TABLE_OR_VIEW_NOT_FOUND with the nearest name, VIEW_IS_NO_STREAM */
export function resolveRelation(relation: UnresolvedRelation, { commonTables, catalog, context }: Environment): AnalyzedPlan {
  const { parts } = relation;
  const common = parts.length === 1 ? commonTables.get(parts[0]!.toLowerCase()) : undefined;
  const found = common ?? catalog.find(relation);
  if (found === null) throw placed(notFound(relation, [...commonTables.keys(), ...catalog.names]), relation.position);
  if (relation.streaming && common === undefined && !isStreaming(found)) throw placed(noStream(parts), relation.position);
  const path = common === undefined ? catalog.pathOf(relation) : [parts[0]!];
  // Analysing a plan again that is analysed would give its set operations other columns than those that its projections read.
  return finish({ kind: "subqueryAlias", alias: parts.at(-1)!, path, input: ofItsOwn(found, common !== undefined) }, context);
}

/** Plans of WITH that a name stands for somewhere. */
const used = new WeakSet<AnalyzedPlan>();

/** Each use of a plan has columns of its own. The first use of a plan of WITH has the plan's own: nobody else can name them, and a chain of WITH is not copied at each link. */
function ofItsOwn(plan: AnalyzedPlan, isCommon: boolean): LogicalPlan {
  if (!isCommon || plan.kind === "workTable" || used.has(plan)) return reidentify(plan);
  used.add(plan);
  return plan;
}

/** That FROM STREAM names a view of what is no stream. */
export function noStream(parts: readonly string[]): StreamingError {
  return new StreamingError("VIEW_IS_NO_STREAM", { viewName: quoted(parts) });
}

function notFound({ parts }: UnresolvedRelation, names: readonly string[]): StreamingError {
  const nearest = nearestName(parts.at(-1)!, names);
  return new StreamingError("TABLE_OR_VIEW_NOT_FOUND", {
    relationName: quoted(parts),
    suggestion: nearest === undefined ? "" : ` Did you mean \`${nearest}\`?`,
  });
}
