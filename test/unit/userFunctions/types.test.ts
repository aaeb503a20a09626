import { expect, test } from "vitest";
import { col, schema, Session, t, udf } from "../../../index.js";

// What the compiler knows of users' functions: a line that has to fail and does not is an error of its own.

const frame = Session.create({ print: () => {} }).createDataFrame([{ id: 1, name: "a" }], schema({ id: t.int, name: t.string }));
const double = udf((x: number) => x * 2, "INT");

test("types come of the function and of what it returns", async () => {
  const rows = await frame.select(double("id").as("twice")).collect();
  const twice: number | null = rows[0]!.twice;
  expect(twice).toBe(2);
  const mapped = await frame.map((row) => ({ n: row.name }), schema({ n: t.string })).collect();
  const n: string | null = mapped[0]!.n;
  expect(n).toBe("a");
});

export function refused(): void {
  // @ts-expect-error a text is no INT
  udf((x: number) => `${x}`, "INT");
  // @ts-expect-error there is no such type
  udf((x: number) => x, "INTT");
  // @ts-expect-error one column is missing
  double();
  // @ts-expect-error the column is a text
  frame.select(double("name"));
  // @ts-expect-error there is no such column
  frame.select(double(col("nme")));
  // @ts-expect-error the row has no such member
  frame.map((row) => ({ n: row.nme }), schema({ n: t.string }));
}
