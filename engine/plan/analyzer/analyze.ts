import type { AnalysisContext } from "../../expression/types/coerce.js";
import type { AnalyzedPlan, LogicalPlan, NodeKind, NodeOf } from "../logicalPlan.js";
import { inputsOf } from "../outputOf.js";
import type { ParsedPlan } from "../unresolved.js";
import { childrenOf, expressionsOf, foldUp, mapExpressions, withChildren } from "../transform.js";
import { resolveAggregate } from "./aggregate.js";
import { extractSubqueries } from "./extractSubqueries.js";
import { resolveDeduplicate } from "./deduplicate.js";
import { resolveExpression } from "./resolveExpression.js";
import { resolveFilter } from "./filter.js";
import { resolveGroupState } from "./groupState.js";
import { resolveJoin } from "./join.js";
import { reidentify } from "./reidentify.js";
import { assignOperatorIds } from "./operatorIds.js";
import { withMetadataColumns, withoutMetadataColumns } from "./metadataColumns.js";
import { checkRoutines } from "./routines.js";
import { resolveProject } from "./project.js";
import { Scope, type QueryContext } from "./scope.js";
import { resolveSetOperation } from "./setOperation.js";
import { resolveSort } from "./sort.js";
import { resolveWatermark } from "./watermark.js";
import { withUserFunctions } from "../userFunctionNames.js";

/** How a node is resolved over inputs that are. */
type Resolver<K extends NodeKind> = (node: NodeOf<K>, context: QueryContext) => LogicalPlan;

/** The nodes whose resolution is more than that of their expressions over the columns of their inputs. */
const resolvers: { readonly [K in NodeKind]?: Resolver<K> } = {
  aggregate: resolveAggregate,
  deduplicate: resolveDeduplicate,
  filter: resolveFilter,
  groupState: resolveGroupState,
  join: resolveJoin,
  project: resolveProject,
  setOperation: resolveSetOperation,
  sort: resolveSort,
  withWatermark: resolveWatermark,
};

// Every verb of a DataFrame analyses one node over a plan that is analysed already.
const done = new WeakSet<LogicalPlan>();

/** What a plan was analyzed from. The inputs of the plan are analyzed themselves. */
export interface WrittenPlan {
  readonly plan: LogicalPlan;
  readonly context: AnalysisContext;
  /** Of a query of text: analyses the text again, in another context. */
  readonly again?: (context: AnalysisContext) => AnalyzedPlan;
  /** Of a verb that is a query of its own (a pivot): the query. */
  readonly query?: WrittenQuery;
}

/** A query as the parser would give it, over plans that are analysed. */
export interface WrittenQuery {
  readonly parsed: ParsedPlan;
  readonly inputs: readonly AnalyzedPlan[];
  readonly analyze: (parsed: ParsedPlan, context: AnalysisContext) => AnalyzedPlan;
}

const written = new WeakMap<LogicalPlan, WrittenPlan>();

/** Notes how a query of text is analysed again in another context. */
export function rememberText(
  plan: AnalyzedPlan,
  context: AnalysisContext,
  again: (context: AnalysisContext) => AnalyzedPlan,
): AnalyzedPlan {
  written.set(plan, { plan, context, again });
  return plan;
}

/** Analyses a query over analysed plans, and notes how that is done again in another context. */
export function analyzeWritten(query: WrittenQuery, context: AnalysisContext): AnalyzedPlan {
  const plan = query.analyze(query.parsed, context);
  written.set(plan, { plan, context, query });
  return plan;
}

/** Whether a plan was analysed; with it all that is below. */
export function isAnalyzed(plan: LogicalPlan): plan is AnalyzedPlan {
  return done.has(plan);
}

/** A plan over attributes of its own, of which that is analysed which was. */
export function renewedPlan(plan: LogicalPlan): LogicalPlan {
  const renewed = reidentify(plan);
  const pairs: [LogicalPlan, LogicalPlan][] = [[plan, renewed]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [before, after] = pair;
    if (done.has(before)) markDone(after);
    else childrenOf(before).forEach((child, i) => pairs.push([child, childrenOf(after)[i]!]));
  }
  return renewed;
}

/** What `analyze` made this plan from; null for what it did not make. */
export function writtenOf(plan: AnalyzedPlan): WrittenPlan | null {
  return written.get(plan) ?? null;
}

/**
 * Resolves names, functions and types, from the inputs upwards, and gives stateful operators their ids. What is analysed already stays as it is.
 *
 * @throws the condition of what Spark's analyzer refuses
 */
export function analyze(plan: LogicalPlan, context: QueryContext): AnalyzedPlan {
  const nodes = new Map<LogicalPlan, LogicalPlan>();
  const known = {
    get: (node: LogicalPlan): LogicalPlan | undefined => (done.has(node) ? node : nodes.get(node)),
    set: (node: LogicalPlan, result: LogicalPlan): unknown => nodes.set(node, result),
  };
  const whole = foldUp<LogicalPlan>(plan, known, (node, children) => resolveOne(withChildren(node, children), context));
  return finished(whole, plan, context);
}

/**
 * A node whose expressions are resolved, over inputs that are analysed: its subqueries become joins, its operators get their ids.
 */
export function finish(plan: LogicalPlan, context: QueryContext): AnalyzedPlan {
  return finished(extractSubqueries(plan), plan, context);
}

function finished(whole: LogicalPlan, plan: LogicalPlan, context: QueryContext): AnalyzedPlan {
  const numbered = assignOperatorIds(whole);
  markDone(numbered);
  // What needs no analysis (a table) is the same in every context.
  if (!written.has(numbered)) written.set(numbered, { plan, context });
  return numbered as AnalyzedPlan;
}

/** One node over resolved inputs. */
function resolveOne(plan: LogicalPlan, context: QueryContext): LogicalPlan {
  return withMetadataColumns(childrenOf(plan), (inputs, isWider) => {
    const given = withUserNames(withChildren(plan, inputs), context);
    for (const e of expressionsOf(given)) checkRoutines(e, context.userFunctions);
    const node = extractSubqueries(resolved(given, context));
    return isWider ? withoutMetadataColumns(node) : node;
  });
}

/** Text in the verbs of a DataFrame may name functions of users. */
function withUserNames(plan: LogicalPlan, { userFunctions }: QueryContext): LogicalPlan {
  if (userFunctions === undefined || userFunctions.size === 0) return plan;
  return mapExpressions(plan, (e) => withUserFunctions(e, userFunctions));
}

function resolved(plan: LogicalPlan, context: QueryContext): LogicalPlan {
  // The resolver of a kind takes the nodes of that kind: it is the same name.
  const resolve = resolvers[plan.kind] as Resolver<NodeKind> | undefined;
  if (resolve !== undefined) return resolve(plan, context);
  if (expressionsOf(plan).length === 0) return plan;
  const scope = new Scope(inputsOf(plan).flat(), context);
  return mapExpressions(plan, (e) => resolveExpression(e, scope));
}

function markDone(plan: LogicalPlan): void {
  const waiting = [plan];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (done.has(node)) continue;
    done.add(node);
    for (const child of childrenOf(node)) waiting.push(child);
  }
}
