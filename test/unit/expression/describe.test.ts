import { describe, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";

const session = Session.create();

// Expected: how Spark 4.3 shows the expression in its DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES.
describe("values in messages", () => {
  it.each([
    ["DATE '2030-05-05' > 1", "(DATE '2030-05-05' > 1)"],
    ["TIMESTAMP '2020-01-01' > 1", "(TIMESTAMP '2020-01-01 00:00:00' > 1)"],
    ["INTERVAL 1 DAY > 1", "(INTERVAL '1' DAY > 1)"],
    ["1.5BD > array(1)", "(1.5 > array(1))"],
    ["1L > array(1)", "(1 > array(1))"],
    ["true > 1", "(true > 1)"],
    ["INTERVAL '1-2' YEAR TO MONTH > 1", "(INTERVAL '1-2' YEAR TO MONTH > 1)"],
    ["TIMESTAMP_NTZ '2020-01-01 00:00:00.5' > 1", "(TIMESTAMP_NTZ '2020-01-01 00:00:00.5' > 1)"],
    ["'a''b' > array(1)", "(a'b > array(1))"],
  ])("%s", async (text, shown) => {
    await expect(session.sql(`SELECT ${text}`)).rejects.toMatchObject({ parameters: { sqlExpr: `"${shown}"` } });
  });
});
