import { describe, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";
import { parseStatements } from "../../../engine/sql/statements.js";
import { withVariables } from "../../../engine/sql/variables.js";

const session = () => Session.create({ print: () => {}, warn: () => {}, conf: { "spark.sql.session.timeZone": "Asia/Tokyo" } });

describe("variables in a text of SQL", () => {
  it("are what the configuration says, and empty where it says nothing", async () => {
    const rows = await (
      await session().sql(
        "SELECT '${spark.sql.session.timeZone}' AS zone, '<${nothing}>' AS none, '${hiveconf:spark.sql.ansi.enabled}' AS ansi",
      )
    ).collect();
    expect(rows).toEqual([{ zone: "Asia/Tokyo", none: "<>", ansi: "true" }]);
  });

  it("stand for the value at the time of the statement", async () => {
    const spark = session();
    await spark.sql("SET spark.sql.session.timeZone=Europe/Paris");
    expect(await (await spark.sql("SELECT '${spark:spark.sql.session.timeZone}' AS zone")).collect()).toEqual([{ zone: "Europe/Paris" }]);
  });

  it("of prefixes that name something else stay as they are", () => {
    expect(withVariables("${env:HOME} ${system:x} ${other:x} $x {y}", () => "v")).toBe("${env:HOME} ${system:x} ${other:x} $x {y}");
  });

  it("do not keep a text from being cut into statements", () => {
    const text = "SET spark.sql.ansi.enabled=false; SELECT * FROM ${spark.sql.warehouse.dir} LIMIT ${n}; SELECT 1";
    expect(parseStatements(text).map((statement) => statement.text.trimStart())).toEqual([
      "SET spark.sql.ansi.enabled=false",
      "SELECT * FROM ${spark.sql.warehouse.dir} LIMIT ${n}",
      "SELECT 1",
    ]);
  });
});
