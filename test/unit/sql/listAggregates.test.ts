import { afterAll, describe, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";

// Aggregates over all values of a group. The rows are those of Spark 4.3.

const session = Session.create({ print: () => {}, warn: () => {} });
afterAll(() => session.stop());

const table =
  "(VALUES ('a',1,1.0D,'x'),('a',2,2.0D,'y'),('a',2,4.0D,'z'),('b',null,null,null),('b',7,8.0D,'w'),('c',null,null,null)) AS t(k,v,d,s)";

async function rowsOf(sql: string): Promise<unknown[]> {
  return (await (await session.sql(sql.replace("FROM t", `FROM ${table}`))).collect()).map((row) => Object.values(row));
}

describe("aggregates over all values of a group", () => {
  it("take percentiles", async () => {
    const rows = await rowsOf(
      `SELECT k, percentile(v, 0.5) p, percentile(v, array(0.25, 1.0)) ps, percentile(v, 0.5, abs(v)) pf, median(d) m,
       percentile_cont(0.25) WITHIN GROUP (ORDER BY v DESC) c, percentile_disc(0.5) WITHIN GROUP (ORDER BY v) e, percentile_approx(v, 0.5) a,
       approx_percentile(d, array(0.1, 0.9), 100) b FROM t GROUP BY k ORDER BY k`,
    );
    expect(rows).toEqual([
      ["a", 2, [1.5, 2], 2, 2, 2, 2, 2, [1, 4]],
      ["b", 7, [7, 7], 7, 8, 7, 7, 7, [8, 8]],
      ["c", null, null, null, null, null, null, null, null],
    ]);
  });

  it("join texts in an order", async () => {
    const rows = await rowsOf(
      `SELECT k, listagg(s, '|') WITHIN GROUP (ORDER BY v DESC, s) l, string_agg(v, ',') WITHIN GROUP (ORDER BY v) n,
       listagg(DISTINCT v, '-') WITHIN GROUP (ORDER BY v) q FROM t GROUP BY k ORDER BY k`,
    );
    expect(rows).toEqual([
      ["a", "y|z|x", "1,2,2", "1-2"],
      ["b", "w", "7", "7"],
      ["c", null, null, null],
    ]);
  });

  it("find the most frequent value, and draw histograms", async () => {
    const rows = await rowsOf(
      `SELECT k, mode(v) m, mode() WITHIN GROUP (ORDER BY d) o, mode() WITHIN GROUP (ORDER BY d DESC) p, mode(d, true) q, histogram_numeric(v, 2) h
       FROM t WHERE k <> 'c' GROUP BY k ORDER BY k`,
    );
    expect(rows).toEqual([
      [
        "a",
        2,
        1,
        4,
        1,
        [
          { x: 1, y: 1 },
          { x: 2, y: 2 },
        ],
      ],
      ["b", 7, 8, 8, 8, [{ x: 7, y: 1 }]],
    ]);
  });

  it("fit lines", async () => {
    const rows = await rowsOf(
      "SELECT k, regr_count(v, d) n, regr_avgx(v, d) x, regr_avgy(v, d) y, regr_r2(v, v) r, regr_sxx(v, v) xx FROM t WHERE k <> 'a' GROUP BY k ORDER BY k",
    );
    expect(rows).toEqual([
      ["b", 1, 8, 7, null, 0],
      ["c", 0, null, null, null, null],
    ]);
  });

  it("look at whole windows", async () => {
    const rows = await rowsOf(
      "SELECT k, v, median(v) OVER (PARTITION BY k) m, percentile_cont(0.5) WITHIN GROUP (ORDER BY v) OVER (PARTITION BY k) p FROM t WHERE k <> 'b' ORDER BY k, v",
    );
    expect(rows).toEqual([
      ["a", 1, 2, 2],
      ["a", 2, 2, 2],
      ["a", 2, 2, 2],
      ["c", null, null, null],
    ]);
  });

  it.each([
    ["SELECT percentile_cont(0.5) FROM t", "INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING"],
    ["SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY k, v) FROM t", "INVALID_WITHIN_GROUP_EXPRESSION.WRONG_NUM_ORDERINGS"],
    ["SELECT mode(DISTINCT v) FROM t", "INVALID_WITHIN_GROUP_EXPRESSION.DISTINCT_UNSUPPORTED"],
    ["SELECT median(v) OVER (PARTITION BY k ORDER BY v) FROM t", "INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC"],
    ["SELECT percentile(v, 1.5) FROM t", "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE"],
    ["SELECT listagg(DISTINCT v) WITHIN GROUP (ORDER BY s) FROM t", "INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT"],
  ])("refuse %s", async (sql, condition) => {
    await expect(rowsOf(sql)).rejects.toMatchObject({ condition });
  });
});
