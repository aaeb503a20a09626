import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadCases, runCase } from "./runner/runCases.js";

const unsupported = JSON.parse(readFileSync(join(import.meta.dirname, "unsupported.json"), "utf8")) as string[];
const streams = ["cases", "own"].flatMap((folder) => loadCases(join(import.meta.dirname, folder))).filter(({ kind }) => kind === "stream");

it.each(streams.filter(({ name }) => !unsupported.includes(name)))("$name, with three state partitions", async (golden) => {
  const results = await runCase(golden, 3);
  expect(results.length).toBeGreaterThan(0);
  expect(results.filter(({ status }) => status !== "passed").map(({ via, status, diff }) => ({ via, status, diff }))).toEqual([]);
});
