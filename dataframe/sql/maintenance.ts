import { unreachable } from "../../engine/errors/assert.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { outputOf } from "../../engine/plan/outputOf.js";
import type { Statement } from "../../engine/sql/statement.js";
import { viewName } from "../names.js";
import type { SessionContext } from "../sessionContext.js";
import { alterTable, alterView } from "./alter.js";
import { queryPlan, relationPlan } from "./queryPlan.js";
import { quotedName, unsupportedOperation } from "./tableErrors.js";
import { identityOf } from "./tables.js";
import { createView, keepView } from "./views.js";
import { Warehouse } from "./warehouse.js";

type Change = Extract<Statement, { kind: "alterTable" | "alterView" | "changeRows" | "analyzeTable" | "cache" }>;

/** What changes tables and views that are there, or only asks whether they are. */
export async function changeTable(session: SessionContext, statement: Change): Promise<void> {
  switch (statement.kind) {
    case "alterTable":
      return alterTable(session, statement);
    case "alterView": {
      const { name } = statement;
      return alterView(session, statement, (source, temporary) =>
        createView(session, { kind: "createView", name, temporary, replace: true, ifNotExists: false, columns: null, source }),
      );
    }
    case "changeRows": {
      await relationPlan(session, statement.name);
      const { database, table } = identityOf(new Warehouse(session), statement.name.parts);
      throw unsupportedOperation(quotedName(["spark_catalog", database, table]), statement.operation);
    }
    case "analyzeTable":
      return analyzeTable(session, statement);
    case "cache":
      return cache(session, statement);
    default:
      return unreachable(statement);
  }
}

/** ANALYZE TABLE: sizes are asked of the files when they are needed. @throws COLUMN_NOT_FOUND, UNSUPPORTED_FEATURE.ANALYZE_VIEW */
async function analyzeTable(session: SessionContext, { name, columns }: Extract<Change, { kind: "analyzeTable" }>): Promise<void> {
  const output = outputOf(await relationPlan(session, name));
  const isView = session.findView(viewName(name.parts)) !== null;
  const warehouse = new Warehouse(session);
  if (isView || (await warehouse.read(identityOf(warehouse, name.parts)))?.kind === "view")
    throw new StreamingError("UNSUPPORTED_FEATURE.ANALYZE_VIEW");
  const missing = columns.find((column) => !output.some((each) => each.name.toLowerCase() === column.toLowerCase()));
  if (missing !== undefined) throw new StreamingError("COLUMN_NOT_FOUND", { colName: `\`${missing}\`` });
}

/** CACHE, UNCACHE and REFRESH: files are read anew by every query, so that there is nothing to keep or to forget. CACHE TABLE t AS makes a view. */
async function cache(session: SessionContext, { name, plan, ifExists }: Extract<Change, { kind: "cache" }>): Promise<void> {
  if (name === null) return;
  if (plan !== null) {
    if (session.findView(viewName(name.parts)) !== null)
      throw new StreamingError("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: quotedName(name.parts) });
    return keepView(session, name.parts, await queryPlan(session, plan));
  }
  try {
    await relationPlan(session, name);
  } catch (error) {
    const isMissing = error instanceof StreamingError && error.condition === "TABLE_OR_VIEW_NOT_FOUND";
    if (!isMissing || !ifExists) throw error;
  }
}
