import { nearestName } from "../../engine/errors/nearest.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import type { SessionContext } from "../sessionContext.js";
import { Warehouse } from "./warehouse.js";

/** A name with each part in back quotes. */
export function quotedName(parts: readonly string[]): string {
  return parts.map((part) => `\`${part}\``).join(".");
}

/** That there is no such table, with the nearest name. */
export async function tableNotFound(session: SessionContext, parts: readonly string[]): Promise<StreamingError> {
  const warehouse = new Warehouse(session);
  const nearest = nearestName(parts.at(-1)!, [...session.viewNames, ...(await warehouse.names(warehouse.currentDatabase))]);
  const suggestion = nearest === undefined ? "" : ` Did you mean \`${nearest}\`?`;
  return new StreamingError("TABLE_OR_VIEW_NOT_FOUND", { relationName: quotedName(parts), suggestion });
}

/** That a name has more parts than a database and a table, in another catalog than the one there is. */
export function manyPartNamespace(parts: readonly string[]): StreamingError {
  return new StreamingError("REQUIRES_SINGLE_PART_NAMESPACE", { sessionCatalog: "spark_catalog", namespace: quotedName(parts) });
}

/** That a view is where a table should be. */
export function expectTable(
  operation: string,
  parts: readonly string[],
  what: "NO_ALTERNATIVE" | "USE_ALTER_VIEW" = "NO_ALTERNATIVE",
): StreamingError {
  return new StreamingError(`EXPECT_TABLE_NOT_VIEW.${what}`, { operation, viewName: quotedName(parts) });
}

/** That tables of files cannot do something. */
export function unsupportedOperation(tableName: string, operation: string): StreamingError {
  return new StreamingError("UNSUPPORTED_FEATURE.TABLE_OPERATION", { tableName, operation });
}

/** That the name is taken. */
export function tableExists(parts: readonly string[]): StreamingError {
  return new StreamingError("TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: quotedName(parts) });
}
