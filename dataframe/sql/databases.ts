import { StreamingError } from "../../engine/errors/streamingError.js";
import type { Statement } from "../../engine/sql/statement.js";
import type { SessionContext } from "../sessionContext.js";
import { defaultDatabase, Warehouse } from "./warehouse.js";

type OfDatabases = Extract<Statement, { kind: "createDatabase" | "dropDatabase" | "use" }>;

/** CREATE DATABASE, DROP DATABASE, USE. */
export async function runDatabaseStatement(session: SessionContext, statement: OfDatabases): Promise<void> {
  const warehouse = new Warehouse(session);
  const name = statement.name.parts.at(-1)!.toLowerCase();
  const schemaName = `\`${name}\``;
  const isThere = await warehouse.hasDatabase(name);
  switch (statement.kind) {
    case "createDatabase":
      if (!isThere) await warehouse.createDatabase(name);
      else if (!statement.ifNotExists) throw new StreamingError("SCHEMA_ALREADY_EXISTS", { schemaName });
      return;
    case "dropDatabase": {
      if (!isThere && statement.ifExists) return;
      if (!isThere || name === defaultDatabase) throw new StreamingError("SCHEMA_NOT_FOUND", { schemaName });
      if (!statement.cascade && (await warehouse.names(name)).length > 0) throw new StreamingError("SCHEMA_NOT_EMPTY", { schemaName });
      await warehouse.removeDatabase(name);
      if (session.currentDatabase.name === name) session.currentDatabase.name = defaultDatabase;
      return;
    }
    default:
      if (!isThere) throw new StreamingError("SCHEMA_NOT_FOUND", { schemaName });
      session.currentDatabase.name = name;
  }
}
