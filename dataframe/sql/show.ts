import { batchFromRows } from "../../engine/arrow/columns.js";
import { types, type Field } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import { unreachable } from "../../engine/errors/assert.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import type { AnalyzedPlan } from "../../engine/plan/logicalPlan.js";
import type { Show } from "../../engine/sql/statement.js";
import { localPlan } from "../localPlan.js";
import type { SessionContext } from "../sessionContext.js";
import { functionsOf } from "./functionList.js";
import { Warehouse } from "./warehouse.js";

/** SHOW TABLES, VIEWS, DATABASES, FUNCTIONS. @throws SCHEMA_NOT_FOUND */
export async function show(session: SessionContext, statement: Show): Promise<AnalyzedPlan> {
  const matches = matcherOf(statement.pattern);
  switch (statement.what) {
    case "functions":
      return namesAs(session, "function", functionsOf(session, statement.scope).filter(matches));
    case "databases":
      return namesAs(session, "namespace", (await new Warehouse(session).databases()).filter(matches));
    case "catalogs":
      return namesAs(session, "catalog", ["spark_catalog"].filter(matches));
    case "tables":
    case "views":
      return tablesAndViews(session, statement, matches);
    default:
      return unreachable(statement.what);
  }
}

/** As Spark reads a pattern: in any case, `*` for any characters, `|` between alternatives, the rest a regular expression. */
export function matcherOf(pattern: string | null): (name: string) => boolean {
  if (pattern === null) return () => true;
  const alternatives = pattern.trim().split("|").flatMap(compiled);
  return (name) => alternatives.some((alternative) => alternative.test(name));
}

/** What is no regular expression matches nothing, as in Spark. */
function compiled(alternative: string): readonly RegExp[] {
  try {
    return [new RegExp(`^(?:${alternative.replaceAll("*", ".*")})$`, "i")];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

async function tablesAndViews(
  session: SessionContext,
  { what, database: named }: Show,
  matches: (name: string) => boolean,
): Promise<AnalyzedPlan> {
  const warehouse = new Warehouse(session);
  const database = named?.parts.at(-1)!.toLowerCase() ?? warehouse.currentDatabase;
  if (!(await warehouse.hasDatabase(database))) throw new StreamingError("SCHEMA_NOT_FOUND", { schemaName: `\`${database}\`` });
  const stored: Value[][] = [];
  for (const table of (await warehouse.names(database)).filter(matches)) {
    const isShown = what === "tables" || (await warehouse.read({ database, table }))?.kind === "view";
    if (isShown) stored.push([database, table, false]);
  }
  const temporary = session.viewNames.filter(matches).map((name) => ["", name, true]);
  const fields = [
    text("namespace"),
    text(what === "tables" ? "tableName" : "viewName"),
    { name: "isTemporary", type: types.boolean, nullable: false },
  ];
  return localPlan(batchFromRows(types.struct(fields), [...stored, ...temporary]), session.analysisContext);
}

function namesAs(session: SessionContext, column: string, names: readonly string[]): AnalyzedPlan {
  const rows = names.map((name) => [name]);
  return localPlan(batchFromRows(types.struct([text(column)]), rows), session.analysisContext);
}

function text(name: string): Field {
  return { name, type: types.string, nullable: false };
}
