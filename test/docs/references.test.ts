import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { optionNames, references } from "./references.js";

const folder = fileURLToPath(new URL("../../docs/reference/", import.meta.url));

/** `npm run docs` writes the pages instead of comparing them. */
const writes = process.env["WRITE_DOCS"] === "1";

const pages = await references();

test.each([...pages])("docs/reference/%s says what the code says", (name, text) => {
  if (writes) writeFileSync(folder + name, text);
  expect(readFileSync(folder + name, "utf8") === text, "run `npm run docs`").toBe(true);
});

test("every page of docs/reference/ is made from the code", () => {
  expect(readdirSync(folder).toSorted()).toEqual([...pages.keys()].toSorted());
});

test("the names of options that editors offer are those of the formats", async () => {
  const file = fileURLToPath(new URL("../../dataframe/types/optionNames.ts", import.meta.url));
  const text = await optionNames();
  if (writes) writeFileSync(file, text);
  expect(readFileSync(file, "utf8") === text, "run `npm run docs`").toBe(true);
});
