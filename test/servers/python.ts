import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { fetching } from "./availability.js";
import { alone, cacheFolder, run } from "./processes.js";

/**
 * A Python that has `packages` (as pip names them, `pyarrow==21.0.0` …): an environment in the cache folder, made at the first call.
 *
 * @returns the path of its interpreter
 */
export async function pythonWith(packages: readonly string[]): Promise<string> {
  const wanted = packages.toSorted();
  const key = createHash("sha256").update(wanted.join("\n")).digest("hex").slice(0, 12);
  const folder = `${cacheFolder}python-${key}`;
  const python = `${folder}/bin/python`;
  // An environment cannot be moved, so a file says that it is complete.
  const isComplete = (): boolean => existsSync(`${folder}/complete`);
  await mkdir(cacheFolder, { recursive: true });
  await alone(`${folder}.lock`, isComplete, async () => {
    await rm(folder, { recursive: true, force: true });
    await fetching(`Python with ${wanted.join(", ")}`, async () => {
      await run("python3", ["-m", "venv", folder]);
      await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...wanted]);
    });
    await writeFile(`${folder}/complete`, wanted.join("\n"));
  });
  return python;
}
