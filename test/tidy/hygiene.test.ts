import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot, shippedFiles, testFiles } from "./files.js";

const tracked = execFileSync("git", ["ls-files"], { cwd: projectRoot, encoding: "utf8", maxBuffer: 2 ** 26 })
  .split("\n")
  .filter((path) => path !== "" && !path.startsWith("test/golden/cases/") && !path.startsWith("test/golden/spark-checkpoints/"));

describe("hygiene", () => {
  it("nothing is left half done", () => {
    // The brackets keep this file from finding itself.
    const marks = /\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b|\b(it|test|describe)\.(only|todo)\(/;
    const left = [...shippedFiles(), ...testFiles()].flatMap((file) =>
      file.text
        .split("\n")
        .filter((line) => marks.test(line))
        .map((line) => `${file.path}: ${line.trim()}`),
    );
    expect(left).toEqual([]);
  });

  it("no path of one machine, and nothing outside the clone", () => {
    const outside = /\/wor[k]\/|\/roo[t]\/|\.\.\/share[d]/;
    const found = tracked
      .filter((path) => /\.(ts|mjs|js|json|sh|md|yml|xml|py)$/.test(path) && path !== "package-lock.json")
      .filter((path) => outside.test(readFileSync(join(projectRoot, path), "utf8")));
    expect(found).toEqual([]);
  });

  it("text becomes code in engine/codegen only", () => {
    const makes = /\bnew Function\b|(?<![.\w])eval\(|\bcompileFunction\b.*node:vm/;
    const found = shippedFiles().filter((file) => !file.path.startsWith("engine/codegen/") && makes.test(file.text));
    expect(found.map((file) => file.path)).toEqual([]);
  });

  it("only jobs and tool configurations have a default export", () => {
    const found = shippedFiles().filter((file) => /^export default\b/m.test(file.text));
    expect(found.map((file) => file.path)).toEqual([]);
  });

  it("every dependency has its reason in DECISIONS.md", () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as Record<
      string,
      Record<string, string>
    >;
    const decisions = readFileSync(join(projectRoot, "DECISIONS.md"), "utf8");
    const unexplained = [...Object.keys(dependencies!), ...Object.keys(devDependencies!)].filter(
      (name) => !decisions.includes(`\`${name}\``),
    );
    expect(unexplained).toEqual([]);
  });
});
