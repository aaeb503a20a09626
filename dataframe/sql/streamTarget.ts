import { schemaOf } from "../../engine/plan/logicalPlan.js";
import { outputOf } from "../../engine/plan/outputOf.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import type { TableName } from "../../engine/sql/statement.js";
import { withoutOption } from "../options.js";
import type { SessionContext, StreamTarget } from "../sessionContext.js";
import { insertStatement } from "../tableStatements.js";
import { optionsFor } from "./tableOptions.js";
import { createTable } from "./createTable.js";
import { rowsForTable } from "./insert.js";
import { insertTarget } from "./tables.js";
import { Warehouse } from "./warehouse.js";

/**
 * Where a stream goes that is written into a table: its folder, its format, its columns by name. A table that is not there is made, of the columns of the stream.
 *
 * @throws INVALID_OPTION_VALUE for another format than the table's; what INSERT refuses
 */
export async function streamTarget(session: SessionContext, name: TableName, stream: StreamTarget): Promise<StreamTarget> {
  const warehouse = new Warehouse(session);
  const { plan, format, partitionBy } = stream;
  const options = withoutOption(stream.options, "path");
  if ((await warehouse.read(warehouse.identityOf(name.parts)!)) === null) {
    const columns = schemaOf(outputOf(plan)).fields.map((field) => ({
      ...field,
      nullable: true,
      comment: null,
      default: null,
      refused: null,
    }));
    const location = stream.options["path"] ?? null;
    const partitionedBy = partitionBy.map((column) => ({ name: column, definition: null }));
    const made = { columns, format, options, partitionedBy, location, comment: null, properties: {}, query: null } as const;
    await createTable(session, { kind: "createTable", name, replace: false, ifNotExists: false, ...made }, null);
  }
  const target = await insertTarget(session, name.parts, "toTable");
  const { identity, table } = target;
  // Parquet is what a writer has that was told nothing.
  if (format !== table.format && format !== "parquet") {
    throw new StreamingError("INVALID_OPTION_VALUE", {
      owner: "toTable",
      option: "format",
      value: format,
      expected: `that of the table, ${table.format}`,
    });
  }
  const statement = { ...insertStatement(name.parts.at(-1)!, plan, { overwrite: false, byName: true }), name };
  const rows = rowsForTable(session, statement, target, plan);
  const path = table.options["path"] ?? warehouse.dataFolder(identity, table);
  const ofTable = await optionsFor("write", session, table.format, table.options);
  return { plan: rows, format: table.format, options: { ...ofTable, ...options, path }, partitionBy: [] };
}
