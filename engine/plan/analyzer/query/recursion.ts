import { StreamingError, notYetSupported } from "../../../errors/streamingError.js";
import { freshId, type Alias, type Attribute } from "../../../expression/expression.js";
import { coerceTo } from "../../../expression/types/coerce.js";
import { sameType } from "../../../arrow/types.js";
import type { AnalyzedPlan, LogicalPlan } from "../../logicalPlan.js";
import { outputOf } from "../../outputOf.js";
import type { CommonTable, ParsedPlan, SetQuery } from "../../unresolved.js";
import { analyze, finish } from "../analyze.js";
import type { Environment } from "./environment.js";

const defaultDepth = 100;

/**
 * A query of WITH RECURSIVE that names itself: an anchor UNION ALL a step, in which the name stands for the rows that were new last.
 *
 * @param withTable the environment in which the name stands for a plan
 * @throws INVALID_RECURSIVE_CTE, UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE
 */
export function resolveRecursion(
  table: CommonTable,
  environment: Environment,
  withTable: (environment: Environment, plan: AnalyzedPlan) => Environment,
): AnalyzedPlan {
  const { context } = environment;
  const { union, around } = unionOf(table.query);
  if (union === null) throw new StreamingError("INVALID_RECURSIVE_CTE");
  if (!union.all) throw new StreamingError("UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE");
  const anchorEnvironment = around(environment);
  const anchor = environment.analyze(union.left, anchorEnvironment);
  const columns = outputOf(anchor).map((column, i): Attribute => {
    return { ...column, id: freshId(), name: table.columns?.[i] ?? column.name, nullable: true, qualifier: [] };
  });
  if (table.columns !== null && table.columns.length !== columns.length) {
    throw new StreamingError("ASSIGNMENT_ARITY_MISMATCH.SUBQUERY_ALIASES", {
      numTarget: String(table.columns.length),
      numExpr: String(columns.length),
    });
  }
  const workTable = freshId();
  const work = finish({ kind: "workTable", id: workTable, output: columns }, context);
  const step = environment.analyze(union.right, withTable(anchorEnvironment, work));
  const output = columns.map((column): Attribute => ({ ...column, id: freshId() }));
  const maxDepth = table.maxDepth ?? defaultDepth;
  return finish({ kind: "recursion", anchor, step: ofTypes(step, columns, environment), workTable, maxDepth, output }, context);
}

/** The rows of the step in the types of the anchor, which decides. */
function ofTypes(step: AnalyzedPlan, columns: readonly Attribute[], { context }: Environment): LogicalPlan {
  const given = outputOf(step);
  if (given.length !== columns.length) {
    throw new StreamingError("NUM_COLUMNS_MISMATCH", {
      operator: "UNION",
      firstNumColumns: String(columns.length),
      invalidOrdinalNum: "second",
      invalidNumColumns: String(given.length),
    });
  }
  if (given.every((column, i) => sameType(column.type, columns[i]!.type))) return step;
  const expressions = given.map((column, i): Alias => ({
    kind: "alias",
    child: coerceTo(column, columns[i]!.type, context),
    name: column.name,
    id: freshId(),
  }));
  return analyze({ kind: "project", expressions, input: step }, context);
}

interface RecursiveUnion {
  readonly union: SetQuery | null;
  /** Adds the queries of a WITH that stands around the union. */
  readonly around: (environment: Environment) => Environment;
}

function unionOf(query: ParsedPlan): RecursiveUnion {
  if (query.kind === "setQuery" && query.operation === "union") return { union: query, around: (environment) => environment };
  if (query.kind === "withQueries") throw notYetSupported("WITH inside of a recursive query");
  return { union: null, around: (environment) => environment };
}
