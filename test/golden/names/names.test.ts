import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";

/** What Spark calls the columns of expressions without names: in SQL, and where they differ in a DataFrame. */
interface Recorded {
  readonly schema: string;
  readonly expressions: readonly { readonly sql: string; readonly names: readonly string[]; readonly dataFrame?: readonly string[] }[];
}

const { schema, expressions } = JSON.parse(readFileSync(new URL("names.json", import.meta.url), "utf8")) as Recorded;

describe("names of columns that were given none", () => {
  it("are Spark's, in SQL and in DataFrames", async () => {
    const session = Session.create({ conf: { "spark.sql.session.timeZone": "UTC" }, print: () => {}, warn: () => {} });
    const frame = session.createDataFrame([], schema);
    frame.createOrReplaceTempView("tt");
    for (const { sql, names, dataFrame } of expressions) {
      const { columns } = await session.sql(`SELECT ${sql} FROM tt`);
      expect({ sql, columns }).toEqual({ sql, columns: names });
      expect({ sql, columns: frame.selectExpr(sql).columns }).toEqual({ sql, columns: dataFrame ?? names });
    }
  });
});
