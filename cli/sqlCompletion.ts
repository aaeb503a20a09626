import type { Session } from "../dataframe/session.js";
import { builtInFunctions } from "../dataframe/sql/functionList.js";
import { StreamingError } from "../engine/errors/streamingError.js";

const keywords =
  "SELECT FROM WHERE GROUP BY HAVING ORDER LIMIT OFFSET JOIN LEFT RIGHT FULL OUTER INNER CROSS SEMI ANTI USING ON AS AND OR NOT IN LIKE BETWEEN IS NULL CASE WHEN THEN ELSE END DISTINCT UNION INTERSECT EXCEPT ALL WITH VALUES CREATE REPLACE TEMP VIEW TABLE INSERT INTO OVERWRITE DROP DESCRIBE SHOW TABLES COLUMNS FUNCTIONS EXPLAIN CAST INTERVAL OVER PARTITION QUALIFY LATERAL EXISTS STREAM WATERMARK".split(
    " ",
  );

/** What the last word of a line may become, and that word: tables, columns of the tables that the line names, functions, keywords. */
export async function completions(session: Session, line: string): Promise<{ readonly found: readonly string[]; readonly word: string }> {
  const word = /[\p{L}\d_]*$/u.exec(line)![0];
  const start = word.toLowerCase();
  const tables = await tableNames(session);
  const named = new Set([...line.matchAll(/[\p{L}\d_]+/gu)].map(([name]) => name.toLowerCase()));
  const columns = await Promise.all(tables.filter((name) => named.has(name.toLowerCase())).map((name) => columnNames(session, name)));
  const upper = word === "" || word === word.toUpperCase();
  const all = [
    ...tables,
    ...columns.flat(),
    ...builtInFunctions().map((name) => `${name}(`),
    ...keywords.map((key) => (upper ? key : key.toLowerCase())),
  ];
  return { found: [...new Set(all.filter((name) => name.toLowerCase().startsWith(start)))].toSorted(), word };
}

async function tableNames(session: Session): Promise<string[]> {
  const rows = await (await session.sql("SHOW TABLES")).collect();
  return rows.map((row) => String(row["tableName"]));
}

/** A table that cannot be read has no columns to offer. */
async function columnNames(session: Session, table: string): Promise<readonly string[]> {
  try {
    return (await session.sql(`SELECT * FROM \`${table.replaceAll("`", "``")}\``)).columns;
  } catch (error) {
    if (error instanceof StreamingError) return [];
    throw error;
  }
}
