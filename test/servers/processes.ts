import { spawn } from "node:child_process";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { fetching } from "./availability.js";

/** Where fetched servers and tools are kept between runs; not in version control. */
export const cacheFolder = fileURLToPath(new URL("../../.cache/servers/", import.meta.url));

/** Runs a command to its end; rejects with its output when it fails. */
export function run(
  command: string,
  args: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...options.env }, cwd: options.cwd });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${command} ${args.join(" ")} exited with ${code}:\n${stdout}\n${stderr}`));
    });
    // A command that reads nothing may be gone before it could be given nothing.
    if (options.input === undefined) child.stdin.end();
    else child.stdin.end(options.input);
  });
}

/**
 * Makes a folder once: `fill` writes into a temporary one, which then gets its name, so that an interrupted or parallel run leaves nothing half made.
 */
export async function cachedFolder(
  name: string,
  fill: (folder: string) => Promise<void>,
  exists: (folder: string) => boolean,
): Promise<string> {
  const folder = cacheFolder + name;
  if (exists(folder)) return folder;
  const temporary = `${folder}.${process.pid}.partial`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  await fetching(name, () => fill(temporary));
  await rename(temporary, folder).catch(async (error: unknown) => {
    await rm(temporary, { recursive: true, force: true });
    if (!exists(folder)) throw error;
  });
  return folder;
}

/** Free loopback ports, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve, reject) => {
        server.on("error", reject);
        server.listen(0, "127.0.0.1", () => resolve(server));
      });
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port was given");
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** A lock that is so old belongs to nobody who lives. */
const staleLockMs = 20 * 60_000;

/** Does the work unless it is done, in one test process at a time: the others wait for the one that has the lock. */
export async function alone(lock: string, isDone: () => boolean, work: () => Promise<void>): Promise<void> {
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
