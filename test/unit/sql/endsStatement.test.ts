import { expect, test } from "vitest";
import { endsStatement } from "../../../engine/sql/endsStatement.js";

test.each([
  ["SELECT 1;", true],
  ["SELECT 1; -- and why", true],
  ["SELECT 1", false],
  ["SELECT 'a;", false],
  ["SELECT 'a;'", false],
  ["SELECT `a;", false],
  ["SELECT 1 /* ;", false],
  ["SELECT 1 -- ;", false],
  ["SELECT # 1", true],
  ["", false],
])("%j is whole: %s", (text, whole) => {
  expect(endsStatement(text)).toBe(whole);
});
