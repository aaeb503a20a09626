import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { commandPath, inFolder, tidemark } from "./command.js";

const project = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

/** What `npm install` would make. */
function install(folder: string): void {
  mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
  symlinkSync(project, join(folder, "node_modules/tidemark"));
  writeFileSync(join(folder, "node_modules/.bin/tidemark"), `#!/bin/sh\nexec '${process.execPath}' '${commandPath}' "$@"\n`, {
    mode: 0o755,
  });
}

test("init writes a job that runs, compiles and passes its test, and says how", () =>
  inFolder(async (folder) => {
    const { code, stdout } = await tidemark(folder, "init");
    expect(code).toBe(0);
    expect(stdout).toMatch(/wrote +averages\.ts[^]*npm install\n +npm start[^]*npm test/);
    install(folder);
    const drained = await tidemark(folder, "run", "averages.ts", "--trigger", "available-now", "--quiet");
    expect(drained).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(folder, "out/averages"))).toBe(true);
    await run(process.execPath, ["--test"], { cwd: folder });
    await run(process.execPath, [join(project, "node_modules/typescript/bin/tsc"), "--types", ""], { cwd: folder });
    const again = await tidemark(folder, "init");
    expect(again.stdout).not.toMatch(/wrote|changed/);
  }));

test("init leaves alone what is there, and adds what package.json lacks", () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, "averages.ts"), "mine");
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "x", scripts: { test: "vitest", start: "node ." } }));
    const { stdout } = await tidemark(folder, "init");
    expect(stdout).toMatch(/kept +averages\.ts[^]*changed +package\.json/);
    expect(readFileSync(join(folder, "averages.ts"), "utf8")).toBe("mine");
    const written = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
    expect(written).toMatchObject({ name: "x", scripts: { test: "vitest", start: "node ." } });
    expect(written["dependencies"]).toHaveProperty("tidemark");
  }));
