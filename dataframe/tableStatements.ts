import { notYetSupported, StreamingError } from "../engine/errors/streamingError.js";
import type { AnalyzedPlan } from "../engine/plan/logicalPlan.js";
import { parseTableName } from "../engine/sql/parser.js";
import type { CreateTable, Insert } from "../engine/sql/statement.js";
import { optionOf, withoutOption } from "./options.js";
import type { SessionContext } from "./sessionContext.js";
import type { WriteDefinition } from "./writeDefinition.js";

// What writers say of tables, as the statements of SQL that mean the same.

/** `INSERT INTO|OVERWRITE name [BY NAME] plan`. @throws PARSE_SYNTAX_ERROR for a name that is none */
export function insertStatement(name: string, plan: AnalyzedPlan, how: Pick<Insert, "overwrite" | "byName">): Insert {
  return { kind: "insert", name: parseTableName(name), partition: [], columns: null, options: {}, plan, ...how };
}

/** `CREATE [OR REPLACE] TABLE name … AS plan`. @throws PARSE_SYNTAX_ERROR for a name that is none */
export function createStatement(
  name: string,
  plan: AnalyzedPlan,
  how: Pick<CreateTable, "replace" | "format" | "options" | "location"> & {
    readonly partitionedBy: readonly string[];
    readonly properties?: Readonly<Record<string, string>>;
  },
): CreateTable {
  const partitionedBy = how.partitionedBy.map((column) => ({ name: column, definition: null }));
  const { properties = {} } = how;
  const table = parseTableName(name);
  return {
    ...how,
    kind: "createTable",
    name: table,
    ifNotExists: false,
    columns: null,
    comment: null,
    query: plan,
    partitionedBy,
    properties,
  };
}

/** `df.write.insertInto`: by position. @throws PARTITION_BY_NOT_ALLOWED_WITH_INSERT_INTO, and what INSERT refuses */
export async function insertRows(session: SessionContext, { plan, mode, partitionBy }: WriteDefinition, name: string): Promise<void> {
  if (partitionBy.length > 0) throw new StreamingError("PARTITION_BY_NOT_ALLOWED_WITH_INSERT_INTO", { tableName: name });
  await session.statements.run(insertStatement(name, plan, { overwrite: mode === "overwrite", byName: false }));
}

/**
 * `df.write.saveAsTable`: makes the table, or does with the one that is there what the mode says. Rows are added by the names of the columns, which are those of the
 * table.
 *
 * @throws TABLE_OR_VIEW_ALREADY_EXISTS, and what CREATE TABLE and INSERT refuse
 */
export async function saveTable(session: SessionContext, definition: WriteDefinition, name: string): Promise<void> {
  const { plan, mode, format, options, partitionBy } = definition;
  const before = await session.statements.findTable(parseTableName(name));
  if (before !== null && mode === "ignore") return;
  if (before !== null && mode === "append") {
    if (before.kind === "view") throw notYetSupported("Adding rows to a view");
    checkSame("format", format, before.format);
    if (partitionBy.length > 0) checkSame("partitionBy", partitionBy.join(", "), before.partitionBy.join(", "));
    await session.statements.run({ ...insertStatement(name, plan, { overwrite: false, byName: true }), wholeRows: true });
    return;
  }
  const location = optionOf(options, "path") ?? null;
  const own = withoutOption(options, "path");
  const replace = mode === "overwrite";
  await session.statements.run(createStatement(name, plan, { replace, format, options: own, location, partitionedBy: partitionBy }));
}

function checkSame(option: string, value: string, there: string): void {
  if (value.toLowerCase() === there.toLowerCase()) return;
  const expected = there === "" ? "none, as of the table that is there" : `that of the table that is there, ${there}`;
  throw new StreamingError("INVALID_OPTION_VALUE", { owner: "saveAsTable", option, value, expected });
}
