import { expect, it } from "vitest";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { parseExpression } from "../../../engine/sql/parser.js";
import { parseStatement } from "../../../engine/sql/statements.js";

function failureOf(text: string): StreamingError {
  try {
    parseExpression(text);
  } catch (error) {
    if (error instanceof StreamingError) return error;
    throw error;
  }
  throw new Error("it was parsed");
}

it("a mistake is shown with its line and a caret below it", () => {
  const { parameters } = failureOf("a +\nb + + ) c");
  expect(parameters).toMatchObject({ line: "2", position: "6", context: "\nb + + ) c\n      ^" });
});

it.each([
  ["in the middle", `${"a + ".repeat(2_000)})${" + a".repeat(2_000)}`],
  ["at the end", "a + ".repeat(2_000)],
  ["in one long word", `a ${"b".repeat(4_000_000)} c`],
  ["in a text that is not closed", `'${"b".repeat(4_000_000)}`],
])("of a long text what is near a mistake is shown: %s", (_where, text) => {
  const { message, parameters } = failureOf(text);
  expect(message.length).toBeLessThan(1_500);
  const [, line, caret] = parameters["context"]!.split("\n");
  expect(line!.length).toBeLessThan(210);
  expect(caret!.length).toBeLessThan(210);
});

it("a parameter of any condition is cut where it is longer than anybody reads", () => {
  const failure = new StreamingError("FOREACH_BATCH_USER_FUNCTION_ERROR", { reason: "x".repeat(20_000_000) });
  expect(failure.message.length).toBeLessThan(5_000);
  expect(failure.parameters["reason"]!.length).toBe(4_001);
});

it.each([
  ["SELEC 1", "(did you mean SELECT?)"],
  ["SHOW TABELS", "(did you mean TABLES?)"],
  ["SELECT 1 FORM t", "perhaps FROM was meant by 'FORM'"],
  ["SELECT a FROM t GROUP a", "'a': expected BY"],
  ["SELECT a FROM t ORDER a DESC", "'a': expected BY"],
  ["SELECT * FROM t GRUOP BY k", "perhaps GROUP was meant by 'GRUOP'"],
  ["SELECT a, FROM t", "expected an expression"],
  ["SELECT 1 +", "expected an expression"],
])("%s: says what is meant", (text, hint) => {
  expect(() => parseStatement(text)).toThrow(hint);
});
