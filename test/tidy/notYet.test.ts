import { describe, expect, it } from "vitest";
import { shippedFiles } from "./files.js";

/** What runs once a query has started: nothing in here may find out that something is not built. */
const running = /^engine\/(state|physical\/(stateful|stateless|execution)|expression\/aggregates)\//;

describe("what is not yet built", () => {
  it("is said by the planner or before, never by an operator at work", () => {
    const found = shippedFiles()
      .filter((file) => running.test(file.path))
      .flatMap((file) =>
        file.text
          .split("\n")
          .filter((line) => line.includes("notYetSupported("))
          .map((line) => `${file.path}: ${line.trim()}`),
      );
    expect(found).toEqual([]);
  });
});
