import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { shippedFiles } from "../tidy/files.js";

it("kind: a message that sends people somewhere: what it names is there", () => {
  const strings = shippedFiles().flatMap(({ path, text }) =>
    [...text.matchAll(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g)].map(([literal]) => ({ path, literal })),
  );
  expect(strings.length).toBeGreaterThan(3000);
  const named = strings.flatMap(({ path, literal }) => [...literal.matchAll(/[\w./-]+\.md\b/g)].map(([page]) => ({ path, page })));
  expect(named.filter(({ page }) => !existsSync(fileURLToPath(new URL(`../../${page}`, import.meta.url))))).toEqual([]);
  // Pages by other words than their names cannot be looked up.
  const vague = strings.filter(({ literal }) =>
    /\b(roadmap|(see|read) the (page|guide|manual|docs|documentation)|the page of)\b/i.test(literal),
  );
  expect(vague).toEqual([]);
});
