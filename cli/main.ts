#!/usr/bin/env node
import { readFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { plainCall } from "./arguments.js";
import { runInThread } from "./mainThread.js";

/** An argument; a text of SQL may begin with a comment, which is no flag. */
function asArgument(text: string): string {
  return /^--\s/.test(text) ? ` ${text}` : text;
}

/** The `tidemark` command: gives the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const plain = plainCall(argv);
  if (plain) return runInThread(plain);
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  const { fullCall } = await import("./help.js");
  const call = await fullCall(argv, version);
  return typeof call === "number" ? call : runInThread(call);
}

// Newer Nodes keep what they compiled for the next start.
(nodeModule as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();
process.exitCode = await main(process.argv.slice(2).map(asArgument));
