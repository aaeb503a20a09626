import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("a condition is in one file of the catalogue: of two the later would take the other's place", () => {
  const folder = new URL("../../../engine/errors/conditions/", import.meta.url);
  const names = readdirSync(folder).flatMap((file) =>
    [...readFileSync(new URL(file, folder), "utf8").matchAll(/^ {2}"?([A-Z][\w.]+)"?: \{$/gm)].map(([, name]) => name!),
  );
  expect(names.length).toBeGreaterThan(300);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});
