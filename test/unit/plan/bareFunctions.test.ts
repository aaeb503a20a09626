import { describe, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";

// A word that is a function without parentheses: a column of that name comes first. Expected values are Spark's.
describe("kind: a word that hides a column: functions without parentheses", () => {
  const session = Session.create();
  const words = ["current_date", "current_timestamp", "current_time", "current_user", "session_user", "user", "localtimestamp", "now"];
  const named = session.createDataFrame(
    [Object.fromEntries(words.map((word) => [word, `of ${word}`]))],
    words.map((word) => `${word} STRING`).join(", "),
  );
  const other = session.createDataFrame([{ x: 1 }], "x INT");

  it.each(words)("%s is the column where there is one", async (word) => {
    expect(await named.selectExpr(word).collect()).toEqual([{ [word]: `of ${word}` }]);
    expect(await named.where(`${word} = 'of ${word}'`).count()).toBe(1);
    expect(await named.selectExpr(`upper(${word}) AS u`).collect()).toEqual([{ u: `OF ${word.toUpperCase()}` }]);
  });

  it.each([
    ["current_date", "current_date()", "date"],
    ["CURRENT_TIMESTAMP", "current_timestamp()", "timestamp"],
  ])("%s is the function where there is none, and named so", (word, name, type) => {
    expect(other.selectExpr(word).dtypes).toEqual([[name, type]]);
  });

  it("a parameter of a lambda and an alias before come first too", async () => {
    expect(
      await other.selectExpr("transform(array(1), user -> user + 1) AS l", "2 AS current_date", "current_date + 1 AS n").collect(),
    ).toEqual([{ l: [2], current_date: 2, n: 3 }]);
  });

  it.each(["localtimestamp", "now"])("%s takes parentheses", (word) => {
    expect(() => other.selectExpr(word)).toThrowError(expect.objectContaining({ condition: "UNRESOLVED_COLUMN.WITH_SUGGESTION" }));
  });
});
