import * as nodeModule from "node:module";
import { pathToFileURL } from "node:url";
import { preloadEngine } from "../dataframe/preload.js";

/** Node's hooks in the thread of the program, which newer versions have. */
const { registerHooks } = nodeModule as { readonly registerHooks?: (hooks: object) => void };

let installed = false;

/** Imports a job file by its path, through the load hook. */
export async function importJob(path: string): Promise<Record<string, unknown>> {
  if (!installed) await installLoadHook();
  installed = true;
  return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
}

async function installLoadHook(): Promise<void> {
  // From here on every import asks the hook; where it is in a thread of its own, what a query needs had better be there before.
  await Promise.all([import("../index.js"), preloadEngine()]);
  if (registerHooks) {
    const { resolve, load } = await import("./loadHook.js");
    registerHooks({ resolve, load });
  } else {
    nodeModule.register(new URL("../cli/loadHook.js", import.meta.url));
  }
}
