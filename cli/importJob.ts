import { register } from "node:module";
import { pathToFileURL } from "node:url";
import { preloadEngine } from "../dataframe/preload.js";

let installed = false;

/** Imports a job file by its path, through the load hook. */
export async function importJob(path: string): Promise<Record<string, unknown>> {
  if (!installed) {
    // From here on every import asks the hook's thread. What a query needs is loaded before, which takes a third of the time.
    await Promise.all([import("../index.js"), preloadEngine()]);
    register(new URL("loadHook.js", import.meta.url));
    installed = true;
  }
  return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
}
