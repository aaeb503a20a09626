import { checkNamesDiffer } from "../../engine/arrow/columnNames.js";
import { types } from "../../engine/arrow/types.js";
import { notYetSupported, StreamingError } from "../../engine/errors/streamingError.js";
import { freshId } from "../../engine/expression/expression.js";
import { analyze } from "../../engine/plan/analyzer/analyze.js";
import type { AnalyzedPlan } from "../../engine/plan/logicalPlan.js";
import { outputOf } from "../../engine/plan/outputOf.js";
import { relationsIn } from "../../engine/plan/relationsIn.js";
import type { ParsedPlan } from "../../engine/plan/unresolved.js";
import type { CreateView } from "../../engine/sql/statement.js";
import { sourceFormats } from "../formats.js";
import { DataFrameReader } from "../reader.js";
import type { SessionContext } from "../sessionContext.js";
import { viewName } from "../names.js";
import { queryPlan } from "./queryPlan.js";
import { quotedName, tableExists } from "./tableErrors.js";
import { Warehouse } from "./warehouse.js";

/** CREATE VIEW, of the session or in the warehouse. What is there already stays (IF NOT EXISTS), goes (OR REPLACE), or is said. */
export async function createView(session: SessionContext, view: CreateView): Promise<void> {
  const { parts } = view.name;
  if (!view.temporary) return createStoredView(session, view);
  if (session.findView(viewName(parts)) !== null && !view.replace)
    throw new StreamingError("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: quotedName(parts) });
  const { source } = view;
  if (source.kind === "query")
    return keepView(session, parts, await viewPlan(session, source.plan, view.columns, quotedName(parts.slice(-1))));
  const schema = source.schema && types.struct(source.schema);
  const reader = new DataFrameReader(session, { streaming: false, format: source.format.toLowerCase(), options: source.options, schema });
  const known = schema === null && sourceFormats.get(source.format).inferSchema !== undefined ? await reader.inferSchema() : reader;
  keepView(session, parts, known.load().plan);
}

/**
 * The plan of a view under the names that were given, which differ from each other, as in Spark.
 *
 * @throws CREATE_VIEW_COLUMN_ARITY_MISMATCH.…, COLUMN_ALREADY_EXISTS
 */
async function viewPlan(
  session: SessionContext,
  query: ParsedPlan,
  columns: readonly string[] | null,
  view: string,
): Promise<AnalyzedPlan> {
  const plan = await queryPlan(session, query);
  const output = outputOf(plan);
  const names = columns ?? output.map(({ name }) => name);
  if (names.length !== output.length) {
    const what = names.length > output.length ? "NOT_ENOUGH_DATA_COLUMNS" : "TOO_MANY_DATA_COLUMNS";
    throw new StreamingError(`CREATE_VIEW_COLUMN_ARITY_MISMATCH.${what}`, {
      viewName: view,
      viewColumns: names.map((name) => quotedName([name])).join(", "),
      dataColumns: output.map(({ name }) => quotedName([name])).join(", "),
    });
  }
  checkNamesDiffer(names, { ignoreCase: true });
  if (columns === null) return plan;
  const expressions = output.map((child, i) => ({ kind: "alias", child, name: names[i]!, id: freshId() }) as const);
  return analyze({ kind: "project", expressions, input: plan }, session.analysisContext);
}

/** A view that outlives the session: its text is kept, and means what it means when it is used. */
async function createStoredView(session: SessionContext, { name, source, columns, replace, ifNotExists }: CreateView): Promise<void> {
  const warehouse = new Warehouse(session);
  const identity = warehouse.identityOf(name.parts);
  if (identity === null || source.kind !== "query") throw notYetSupported("CREATE VIEW … USING of a view that is not temporary");
  const path = quotedName(["spark_catalog", identity.database, identity.table]);
  if (!(await warehouse.hasDatabase(identity.database)))
    throw new StreamingError("SCHEMA_NOT_FOUND", { schemaName: quotedName([identity.database]) });
  const before = await warehouse.read(identity);
  if (before !== null) {
    if (ifNotExists) return;
    if (!replace) throw tableExists([identity.database, identity.table]);
    if (before.kind !== "view")
      throw new StreamingError("EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", { tableName: path, operation: "CREATE OR REPLACE VIEW" });
  }
  for (const { parts } of relationsIn(source.plan)) {
    if (session.findView(viewName(parts)) === null) continue;
    throw new StreamingError("INVALID_TEMP_OBJ_REFERENCE", {
      objName: path,
      obj: "VIEW",
      tempObjName: quotedName(parts),
      tempObj: "VIEW",
    });
  }
  await viewPlan(session, source.plan, columns, path);
  await warehouse.write(identity, { kind: "view", query: source.text, columns, database: warehouse.currentDatabase, properties: {} });
}

/** Keeps a temporary view. */
export function keepView(session: SessionContext, parts: readonly string[], plan: AnalyzedPlan): void {
  session.setTempView(viewName(parts), () => plan);
}
