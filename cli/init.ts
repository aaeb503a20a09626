import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { exitCodes } from "./failure.js";
import { packageVersion } from "../runtime/packageVersion.js";
import { initFiles } from "./initFiles.js";

/** The flags of `tidemark init`. */
export interface InitFlags {
  readonly folder: string;
}

/**
 * Writes a project to start from: a job, a sample of its input, a test, tsconfig.json and package.json. What is there already stays as it is, but for
 * what package.json lacks. Gives the exit code.
 */
export function init({ folder }: InitFlags): number {
  const lines: string[] = [];
  for (const [name, text] of Object.entries(initFiles)) {
    const path = join(folder, name);
    if (existsSync(path)) {
      lines.push(`  kept     ${path}`);
      continue;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    lines.push(`  wrote    ${path}`);
  }
  lines.push(`  ${completePackage(join(folder, "package.json"))}  ${join(folder, "package.json")}`);
  const enter = folder === "." ? "" : `  cd ${folder}\n`;
  process.stdout.write(
    `${lines.join("\n")}\n\nNow:\n\n${enter}  npm install\n  npm start        # runs averages.ts over data/readings; Ctrl-C ends it\n  npm test\n`,
  );
  return exitCodes.done;
}

/** What npm itself writes where there is no test yet. */
const noTest = /no test specified/;

function completePackage(path: string): string {
  const found = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as PackageJson) : null;
  const scripts = { ...found?.scripts };
  scripts["start"] ??= "tidemark run averages.ts";
  if (scripts["test"] === undefined || noTest.test(scripts["test"])) scripts["test"] = "node --test";
  const base = found ?? { private: true, type: "module" };
  const dependencies = { tidemark: `^${packageVersion()}`, ...found?.dependencies };
  const text = `${JSON.stringify({ ...base, scripts, dependencies }, null, 2)}\n`;
  if (found !== null && readFileSync(path, "utf8") === text) return "kept   ";
  writeFileSync(path, text);
  return found === null ? "wrote  " : "changed";
}

interface PackageJson {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}
