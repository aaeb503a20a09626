import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot, shippedFiles, type SourceFile } from "./files.js";

/** Who may import whom: the list under "Layers" of ARCHITECTURE.md. A layer may import itself and those named; nothing else. */
const layers = readLayers(readFileSync(join(projectRoot, "ARCHITECTURE.md"), "utf8"));

function readLayers(page: string): Readonly<Record<string, readonly string[]>> {
  const list = /^## Layers$[\s\S]*?^```\n([\s\S]*?)^```$/m.exec(page)?.[1];
  if (list === undefined) throw new Error("ARCHITECTURE.md has no list of layers");
  const lines = list
    .trim()
    .split("\n")
    .map((line) => line.split("→").map((side) => side.trim().split(/\s+/)));
  const rooms = new Set(lines.flatMap(([names]) => names!));
  const full = (name: string): string => (rooms.has(`engine/${name}`) ? `engine/${name}` : name);
  return Object.fromEntries(lines.flatMap(([names, below = []]) => names!.map((name) => [name, below.map(full)] as const)));
}

/** Rooms whose inhabitants know nothing of each other. */
const strangers = ["sources", "sinks", "connectors"];

function layerOf(path: string): string {
  return Object.keys(layers).find((layer) => path === layer || path.startsWith(`${layer}/`)) ?? "(nowhere)";
}

function mayImport(from: string, to: string): boolean {
  const layer = layerOf(from);
  const allowed = [layer, ...(layers[layer] ?? [])];
  return allowed.some((room) => to === room || to.startsWith(`${room}/`));
}

function breaches(files: readonly SourceFile[]): string[] {
  const found: string[] = [];
  for (const file of files) {
    if (layerOf(file.path) === "(nowhere)") found.push(`${file.path} is in no layer`);
    for (const imported of file.imports) {
      if (!imported.endsWith(".ts")) continue;
      if (!mayImport(file.path, imported)) found.push(`${file.path} imports ${imported}`);
      const room = strangers.find((name) => file.path.startsWith(`${name}/`) && imported.startsWith(`${name}/`));
      if (room && file.path.split("/")[1] !== imported.split("/")[1]) found.push(`${file.path} imports its neighbour ${imported}`);
    }
  }
  return found;
}

function cycles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      return;
    }
    if (done.has(path)) return;
    for (const imported of byPath.get(path)!.imports) if (byPath.has(imported)) visit(imported, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}

describe("the house", () => {
  const files = shippedFiles();

  it("has files to look at", () => {
    expect(files.length).toBeGreaterThan(100);
  });

  it("imports point down only", () => {
    expect(breaches(files)).toEqual([]);
  });

  it("has no import cycles", () => {
    expect(cycles(files)).toEqual([]);
  });

  it("every file is reached from an entry", () => {
    const reached = new Set<string>();
    const byPath = new Map(files.map((file) => [file.path, file]));
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const imported of byPath.get(path)?.imports ?? []) if (byPath.has(imported)) visit(imported);
    };
    for (const entry of ["index.ts", "cli/main.ts", "cli/commandThread.ts", "cli/loadHook.ts"]) visit(entry);
    expect(files.map((file) => file.path).filter((path) => !reached.has(path) && !path.endsWith(".d.ts"))).toEqual([]);
  });

  it("the engine is pure", () => {
    const banned =
      /\bprocess\.|\bDate\.now\b|\bnew Date\(\)|\bperformance\.|\bMath\.random\b|\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b|\bcrypto\.|\brequire\(["'`]/;
    const impure = files.filter((file) => file.path.startsWith("engine/") && !file.path.endsWith(".generated.ts"));
    const breachesOfPurity = impure.flatMap((file) => [
      ...file.imports.filter((name) => name.startsWith("node:")).map((name) => `${file.path} imports ${name}`),
      ...withoutComments(file.text)
        .split("\n")
        .filter((line) => banned.test(line))
        .map((line) => `${file.path}: ${line.trim()}`),
    ]);
    expect(breachesOfPurity).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}
