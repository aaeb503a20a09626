import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { fetching } from "./availability.js";
import { cacheFolder, run } from "./processes.js";

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

/** A lock that is so old belongs to nobody who lives. */
const staleLockMs = 5 * 60_000;

/** Does the work unless it is done, in one test process at a time: the others wait for the one that has the lock. */
async function alone(lock: string, isDone: () => boolean, work: () => Promise<void>): Promise<void> {
  while (!isDone()) {
    if (!(await takeLock(lock))) {
      await new Promise((wake) => setTimeout(wake, 200));
      continue;
    }
    try {
      if (!isDone()) await work();
    } finally {
      await rm(lock, { recursive: true, force: true });
    }
  }
}

/** False while somebody else has it. */
async function takeLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch {
    const taken = await stat(lock).catch(() => null);
    if (taken !== null && Date.now() - taken.mtimeMs > staleLockMs) await rm(lock, { recursive: true, force: true });
    return false;
  }
}
