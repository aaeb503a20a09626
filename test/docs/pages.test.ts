import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { count, Session, window } from "../../index.js";
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

const pages = [
  "README.md",
  ...readdirSync(join(project, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

const read = (page: string): string => readFileSync(join(project, page), "utf8");

/** A project in which this package is as if it were installed; npm makes commands executable. */
function install(folder: string): void {
  chmodSync(commandPath, 0o755);
  mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
  symlinkSync(project, join(folder, "node_modules/tidemark"));
  symlinkSync(commandPath, join(folder, "node_modules/.bin/tidemark"));
  writeFileSync(join(folder, "package.json"), "{}");
}

async function runBlocks(page: string, folder: string): Promise<void> {
  let printed = "";
  for (const { mark, text } of blocksOf(read(page))) {
    if (mark === "run") printed = await run("sh", ["-e", "-c", text], { cwd: folder });
    else if (mark === "output") expect(printed.endsWith(text) ? text : printed).toBe(text);
    else {
      const path = join(folder, mark.slice("file: ".length));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
}

test.each(pages)("%s: commands and programs do what the page says", async (page) => {
  await inFolder(async (folder) => {
    install(folder);
    await runBlocks(page, folder);
  });
  const marks = blocksOf(read(page)).map(({ mark }) => mark);
  expect(marks.filter((mark) => mark === "run").length).toBe(marks.filter((mark) => mark === "output").length);
});

test.each(pages)("%s: links lead somewhere", (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
  for (const [, path, anchor] of links) {
    const target = path === "" ? join(project, page) : join(project, dirname(page), path!);
    expect(existsSync(target), `${page} links to ${path}`).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(readFileSync(target, "utf8"))).toContain(anchor);
  }
});

/** The places within a page, as its headings make them. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

test.each(pages)("%s: its TypeScript compiles as it stands", async (page) => {
  const programs = blocksOf(read(page)).filter(({ mark }) => /^file: \S+\.ts$/.test(mark));
  if (programs.length === 0) return;
  await inFolder(async (folder) => {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(project, join(folder, "node_modules/tidemark"));
    for (const { mark, text } of programs) writeFileSync(join(folder, mark.slice("file: ".length)), text);
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const tsc = join(project, "node_modules/typescript/bin/tsc");
    const settings = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--types", "", "--preserveSymlinks"];
    const files = programs.map(({ mark }) => mark.slice("file: ".length));
    expect(await run(process.execPath, [tsc, "--ignoreConfig", ...settings, ...files], { cwd: folder })).toBe("");
  });
});

test("docs/monitoring.md names each field of the progress", async () => {
  await inFolder(async (folder) => {
    mkdirSync(join(folder, "in"));
    writeFileSync(join(folder, "in/1.json"), '{"at":"2026-01-01T12:00:00Z"}\n');
    const query = await Session.create()
      .readStream.schema("at TIMESTAMP")
      .json(join(folder, "in"))
      .withWatermark("at", "1 second")
      .groupBy(window("at", "1 minute"))
      .agg(count().as("n"))
      .writeStream.format("memory")
      .queryName("fields")
      .trigger({ availableNow: true })
      .start();
    await query.awaitTermination();
    const text = read("docs/monitoring.md");
    const unnamed = [...namesIn(query.recentProgress[0])].filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
    expect(unnamed).toEqual([]);
  });
});

function* namesIn(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* namesIn(item);
  else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      yield name;
      yield* namesIn(member);
    }
  }
}
