import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";
import { partsOfText, placeInText } from "../../../engine/values/textSearch.js";
import { growth, linearGrowth } from "../scaling.js";

const session = Session.create();

/** Texts and parts that nearly match at every place. */
const few = fc.array(fc.constantFrom("a".repeat(150), "b", "é", "a".repeat(299)), { maxLength: 12 }).map((parts) => parts.join(""));

describe("long parts of a text", () => {
  it("are found where indexOf and split find them", () => {
    fc.assert(
      fc.property(few, few, fc.nat(40), (text, part, from) => {
        expect(placeInText(text, part, from)).toBe(text.indexOf(part, from));
        if (part !== "") expect(partsOfText(text + part + text, part)).toEqual((text + part + text).split(part));
      }),
    );
  });

  it("are found by the functions, in generated loops too", async () => {
    const [part, text] = ["a".repeat(300), `éb${"a".repeat(400)}c`];
    const frame = session.createDataFrame([{ s: text, p: part }], "s STRING, p STRING");
    const [row] = await frame
      .selectExpr(
        "instr(s, p) AS i",
        "locate(p, s, 4) AS l",
        "contains(s, p) AS c",
        "length(replace(s, p, 'x')) AS r",
        "length(split_part(s, p, 2)) AS sp",
        "length(substring_index(s, p, 1)) AS si",
        "contains(CAST(s AS BINARY), CAST(p AS BINARY)) AS b",
        "instr(s, concat(p, 'b')) AS none",
      )
      .collect();
    expect(row).toEqual({ i: 3, l: 4, c: true, r: 104, sp: 101, si: 2, b: true, none: 0 });
  });
});

describe("kind: looking for one text in another takes time by the lengths of both, added", () => {
  it.each([
    "instr(s, p)",
    "locate(p, s, 2)",
    "contains(s, p)",
    "length(replace(s, p, ''))",
    "length(split_part(s, p, 1))",
    "length(substring_index(s, p, -1))",
  ])("%s", async (text) => {
    const table = (n: number) => {
      const p = `${"a".repeat(n / 4)}b${"a".repeat(n / 4)}`;
      return session.createDataFrame([{ s: "a".repeat(n), p }], "s STRING, p STRING").selectExpr(`${text} AS x`);
    };
    expect(await growth(table, (frame) => frame.collect(), 80_000)).toBeLessThan(linearGrowth);
  });
});
