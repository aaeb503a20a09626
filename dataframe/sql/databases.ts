import { notYetSupported, StreamingError } from "../../engine/errors/streamingError.js";
import type { Statement } from "../../engine/sql/statement.js";
import type { SessionContext } from "../sessionContext.js";
import { defaultDatabase, Warehouse } from "./warehouse.js";

const catalogName = "spark_catalog";

type OfDatabases = Extract<
  Statement,
  { kind: "createDatabase" | "dropDatabase" | "alterDatabase" | "analyzeTables" | "setCatalog" | "use" }
>;

/** CREATE, DROP and ALTER DATABASE, USE, SET CATALOG. @throws SCHEMA_NOT_FOUND and its like */
export async function runDatabaseStatement(session: SessionContext, statement: OfDatabases): Promise<void> {
  const warehouse = new Warehouse(session);
  if (statement.kind === "setCatalog") {
    if (statement.name.toLowerCase() !== catalogName)
      throw new StreamingError("CATALOG_NOT_FOUND", { catalogName: `\`${statement.name}\`` });
    return;
  }
  if (statement.kind === "analyzeTables" && statement.database === null) return;
  const { parts } = statement.kind === "analyzeTables" ? statement.database! : statement.name;
  // The one catalog is in use already.
  if (statement.kind === "use" && parts.length === 1 && parts[0]!.toLowerCase() === catalogName) return;
  const name = parts.at(-1)!.toLowerCase();
  const schemaName = `\`${name}\``;
  const isThere = await warehouse.hasDatabase(name);
  switch (statement.kind) {
    case "createDatabase":
      if (!isThere) await warehouse.createDatabase(name);
      else if (!statement.ifNotExists) throw new StreamingError("SCHEMA_ALREADY_EXISTS", { schemaName });
      return;
    case "dropDatabase": {
      if (!isThere && statement.ifExists) return;
      if (name === defaultDatabase)
        throw new StreamingError("UNSUPPORTED_FEATURE.DROP_DATABASE", { database: `\`${catalogName}\`.${schemaName}` });
      if (!isThere) throw new StreamingError("SCHEMA_NOT_FOUND", { schemaName });
      if (!statement.cascade && (await warehouse.names(name)).length > 0) throw new StreamingError("SCHEMA_NOT_EMPTY", { schemaName });
      await warehouse.removeDatabase(name);
      if (session.currentDatabase.name === name) session.currentDatabase.name = defaultDatabase;
      return;
    }
    case "alterDatabase":
    case "analyzeTables":
      if (!isThere) throw new StreamingError("SCHEMA_NOT_FOUND", { schemaName });
      if (statement.kind === "alterDatabase" && statement.operation !== null) throw notYetSupported(statement.operation);
      return;
    default:
      if (!isThere) throw new StreamingError("SCHEMA_NOT_FOUND", { schemaName });
      session.currentDatabase.name = name;
  }
}
