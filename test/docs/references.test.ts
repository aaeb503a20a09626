import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { references } from "./references.js";

const folder = fileURLToPath(new URL("../../docs/reference/", import.meta.url));

/** `npm run docs` writes the pages instead of comparing them. */
const writes = process.env["WRITE_DOCS"] === "1";

test.each([...references()])("docs/reference/%s says what the code says", (name, text) => {
  if (writes) writeFileSync(folder + name, text);
  expect(readFileSync(folder + name, "utf8") === text, "run `npm run docs`").toBe(true);
});

test("every page of docs/reference/ is made from the code", () => {
  expect(readdirSync(folder).toSorted()).toEqual([...references().keys()].toSorted());
});
