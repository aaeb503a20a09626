import { expect, it } from "vitest";
import { testFiles } from "./files.js";

it("kind: tests that fail because a machine is slow: no test has a time limit of its own below five minutes, so none fails because a machine is slow", () => {
  // The limits of all tests, and the file that this is.
  const exempt = ["test/patience.ts", "test/tidy/limits.test.ts"];
  const limit = /\btimeout: *[12]?\d{0,2}_?\d{1,3}\b(?!_)|^ *\}, *[12]?\d{0,2}_?\d{3}\);|performance\.now\(\) - \w+\)\.toBeLess/;
  const found = testFiles()
    .filter(({ path }) => !exempt.includes(path))
    .flatMap(({ path, text }) =>
      text
        .split("\n")
        .filter((line) => limit.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
  expect(found).toEqual([]);
});
