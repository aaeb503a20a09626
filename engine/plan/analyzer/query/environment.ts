import type { QueryContext } from "../scope.js";
import type { AnalyzedPlan } from "../../logicalPlan.js";
import type { ParsedPlan, UnresolvedRelation } from "../../unresolved.js";

/** What names of relations stand for. Files were looked at before: analysis does no I/O. */
export interface Catalog {
  /** The table, view or file; null when there is none. */
  find(relation: UnresolvedRelation): AnalyzedPlan | null;
  /** Its whole name: catalog, database and table of a table, the name alone of a temporary view. */
  pathOf(relation: UnresolvedRelation): readonly string[];
  /** What there is, for suggestions. */
  readonly names: readonly string[];
}

/** Where a query is analysed: the configuration, the catalog, the queries of WITH that it sees, and the columns of the query around it. */
export interface Environment {
  readonly context: QueryContext;
  readonly catalog: Catalog;
  /** By name in lower case; the inner ones hide the outer. */
  readonly commonTables: ReadonlyMap<string, AnalyzedPlan>;
  /** Analyses a query in this environment: how the parts ask for each other. */
  readonly analyze: (plan: ParsedPlan, environment: Environment) => AnalyzedPlan;
}
