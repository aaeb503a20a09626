import { describe, expect, it } from "vitest";
import { Session } from "../../../index.js";
import { refusalOf } from "../query/queryWorld.js";

describe("messages about functions of users", () => {
  const session = Session.create({ print: () => {} });
  session.udf.register("twice", (x: number | null) => (x === null ? null : 2 * x), "INT");
  session.udf.register("pair", (x: number | null, y: number | null) => (x ?? 0) + (y ?? 0), "INT");
  const refusedText = async (text: string): Promise<string> => {
    const { message } = (await refusalOf(session.sql(text))) as unknown as Error;
    return message;
  };

  it.each([
    "SELECT pair(id) FROM range(1)",
    "SELECT twice(x => id) FROM range(1)",
    "SELECT twice() FROM range(1)",
    "SELECT sum(pair(id)) FROM range(1)",
  ])("%s: call them by the name that was given", async (text) => {
    expect(await refusedText(text)).toMatch(/`(twice|pair)`/);
    expect(await refusedText(text)).not.toMatch(/#\d/);
  });

  it.each(["SELECT twise(1)", "SELECT 1 + max(twicee(id)) FROM range(1)", "DESCRIBE FUNCTION twicd"])(
    "%s: know the names that were meant",
    async (text) => {
      expect(await refusedText(text)).toContain("Did you mean `twice`?");
    },
  );

  it("describe them", async () => {
    const lines = await (await session.sql("DESCRIBE FUNCTION Twice")).collect();
    expect(lines.map((row) => Object.values(row)[0])).toEqual(["Function: Twice", "Usage: N/A."]);
  });
});
