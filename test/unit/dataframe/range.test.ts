import { describe, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";
import { refusalOf } from "../query/queryWorld.js";

const session = Session.create();

const idsOf = async (text: string): Promise<unknown[]> =>
  (await (await session.sql(`SELECT * FROM ${text}`)).collect()).map(({ id }) => id);

describe("range, as a method and in a text", () => {
  it.each<[number[], number[]]>([
    [[4], [0, 1, 2, 3]],
    [[0], []],
    [[-3], []],
    [
      [2, 5],
      [2, 3, 4],
    ],
    [[5, 2], []],
    [
      [0, 10, 4],
      [0, 4, 8],
    ],
    [
      [0, 8, 4],
      [0, 4],
    ],
    [
      [5, 0, -2],
      [5, 3, 1],
    ],
    [[5, 5, -1], []],
    [[Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER], [Number.MAX_SAFE_INTEGER - 1]],
  ])("of %j", async (args, ids) => {
    const [first, ...rest] = args;
    const rows = rest.length === 0 ? session.range(first!) : session.range(first!, rest[0]!, ...rest.slice(1));
    expect((await rows.collect()).map(({ id }) => id)).toEqual(ids);
    expect(await idsOf(`range(${args.join()})`)).toEqual(ids);
  });

  it("kind: more rows than memory should hold, a step of 0, and what is no whole number are conditions", async () => {
    const tooMany = { condition: "COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION", parameters: { numberOfElements: "200000000" } };
    expect(await refusalOf((async () => session.range(200_000_000))())).toMatchObject(tooMany);
    expect(await refusalOf(idsOf("range(0, 400000000, 2)"))).toMatchObject(tooMany);
    expect(await refusalOf(idsOf("range(-9223372036854775808, 9223372036854775807)"))).toMatchObject({ condition: tooMany.condition });
    expect(await refusalOf(idsOf("range(0, 3, 0)"))).toMatchObject({ condition: "FAILED_FUNCTION_CALL" });
    for (const work of [(async () => session.range(0, 3, 0))(), (async () => session.range(1.5))()])
      expect(await refusalOf(work)).toMatchObject({ condition: "INVALID_OPTION_VALUE" });
  });
});
