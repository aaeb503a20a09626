import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { commandPath, inFolder } from "../cli/command.js";
import { run } from "../servers/processes.js";

const project = fileURLToPath(new URL("../../", import.meta.url));

/** A marked block: `<!-- file: PATH -->` is written, `<!-- run -->` is run by a shell, `<!-- output -->` is what the run before it printed at its end. */
interface Block {
  readonly mark: string;
  readonly text: string;
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^<!-- (file: \S+|run|output) -->\n```\w*\n([^]*?)^```$/gm)].map(([, mark, text]) => ({
    mark: mark!,
    text: text!,
  }));
}

test("the README's code does what the README says", async () => {
  const blocks = blocksOf(readFileSync(join(project, "README.md"), "utf8"));
  expect(blocks.filter(({ mark }) => mark === "run").length).toBe(blocks.filter(({ mark }) => mark === "output").length);
  expect(blocks.length).toBeGreaterThan(7);
  await inFolder(async (folder) => {
    // As if installed there; npm makes commands executable.
    chmodSync(commandPath, 0o755);
    mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
    symlinkSync(project, join(folder, "node_modules/tidemark"));
    symlinkSync(commandPath, join(folder, "node_modules/.bin/tidemark"));
    writeFileSync(join(folder, "package.json"), "{}");
    let printed = "";
    for (const { mark, text } of blocks) {
      if (mark === "run") printed = await run("sh", ["-e", "-c", text], { cwd: folder });
      else if (mark === "output") expect(printed.endsWith(text) ? text : printed).toBe(text);
      else {
        const path = join(folder, mark.slice("file: ".length));
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
    }
  });
});

test("the README's job compiles as it stands, and its links lead somewhere", async () => {
  const readme = readFileSync(join(project, "README.md"), "utf8");
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path!);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((path) => !existsSync(join(project, path)))).toEqual([]);
  await inFolder(async (folder) => {
    const job = blocksOf(readme).find(({ mark }) => mark === "file: averages.ts")!;
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(project, join(folder, "node_modules/tidemark"));
    writeFileSync(join(folder, "averages.ts"), job.text);
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const tsc = join(project, "node_modules/typescript/bin/tsc");
    const flags = [
      "--noEmit",
      "--strict",
      "--target",
      "es2022",
      "--module",
      "nodenext",
      "--types",
      "",
      "--preserveSymlinks",
      "averages.ts",
    ];
    await run(process.execPath, [tsc, "--ignoreConfig", ...flags], { cwd: folder });
  });
});
