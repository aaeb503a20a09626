import { describe, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";

const session = Session.create();

// Expected: what Spark 4.3 gave.
describe("arguments by name", () => {
  it.each([
    ["mask('AbCd12', upperChar => 'X', lowerChar => 'q')", "XqXqnn"],
    ["mask(lowerChar => 'q', str => 'AbCd')", "XqXq"],
    ["mask('aB', digitChar => '0')", "xX"],
    ["explode(collection => array('a'))", "a"],
    ["explode_outer(collection => array('a'))", "a"],
  ])("%s", async (call, expected) => {
    expect(await (await session.sql(`SELECT ${call} AS v`)).collect()).toEqual([{ v: expected }]);
  });

  it("of functions in FROM", async () => {
    expect(await (await session.sql("SELECT * FROM explode(collection => array(1, 2))")).collect()).toEqual([{ col: 1 }, { col: 2 }]);
  });

  it.each([
    ["mask(lowerChar => 'q', 'AbCd')", "UNEXPECTED_POSITIONAL_ARGUMENT"],
    ["mask('a', str => 'b')", "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.BOTH_POSITIONAL_AND_NAMED"],
    ["mask('a', lowerChar => 'b', lowerChar => 'c')", "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE"],
    ["mask('a','b','c','d','e', lowerChar => 'c')", "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.BOTH_POSITIONAL_AND_NAMED"],
    ["mask('a', zz => 'b')", "UNRECOGNIZED_PARAMETER_NAME"],
    ["mask(lowerChar => 'b')", "REQUIRED_PARAMETER_NOT_FOUND"],
    ["upper(str => 'a')", "NAMED_PARAMETERS_NOT_SUPPORTED"],
    ["sum(v => 1)", "NAMED_PARAMETERS_NOT_SUPPORTED"],
    ["nofn(a => 1)", "UNRESOLVED_ROUTINE"],
  ])("%s is refused", async (call, condition) => {
    await expect(session.sql(`SELECT ${call}`)).rejects.toMatchObject({ condition });
    await expect(session.sql(`SELECT ${call}`)).rejects.toThrow("(line 1, pos 7)");
  });
});
