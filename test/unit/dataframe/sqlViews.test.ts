import { describe, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";

const session = Session.create();

describe("a view over a set operation", () => {
  it.each(["UNION", "UNION ALL", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL"])(
    "%s has the columns of its projection",
    async (operation) => {
      const pairs = (await session.sql(`SELECT id FROM range(3) ${operation} SELECT id FROM range(1, 3)`)).toDF("n");
      pairs.select("n").createOrReplaceTempView("pairs");
      const expected = await pairs.collect();
      expect(await (await session.sql("SELECT * FROM pairs")).collect()).toEqual(expected);
      const joined = "SELECT a.n FROM pairs a JOIN pairs b ON a.n = b.n WHERE a.n IN (SELECT n FROM pairs)";
      const found = (await (await session.sql(joined)).collect()).map(({ n }) => n);
      expect(new Set(found)).toEqual(new Set(expected.map(({ n }) => n)));
    },
  );
});

describe("VALUES", () => {
  it("take empty lists and maps", async () => {
    const rows = await (
      await session.sql("SELECT * FROM VALUES (1, array(1, 2), map()), (2, array(), map(1, 2)) t(i, xs, m) ORDER BY i")
    ).collect();
    expect(rows).toEqual([
      { i: 1, xs: [1, 2], m: new Map() },
      { i: 2, xs: [], m: new Map([[1, 2]]) },
    ]);
  });
});
