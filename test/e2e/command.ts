import { spawn, type ChildProcessByStdio } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { patienceMs } from "../patience.js";
import { run } from "../servers/processes.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sourceFolders = ["engine", "runtime", "connectors", "dataframe", "sources", "sinks", "checkpoints", "cli"];

/** Builds what the command runs, unless that is newer than all sources. `npm test` has done so already. */
export async function buildCommand(): Promise<void> {
  const newestSourceMs = Math.max(statSync(`${root}index.ts`).mtimeMs, ...sourceFolders.map((folder) => newestMs(folder)));
  if (newestMs("dist") < newestSourceMs) await run("npm", ["--prefix", root, "run", "build"]);
}

function newestMs(folder: string): number {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter((name) => /\.[jt]s$/.test(name));
  return Math.max(0, ...files.map((name) => statSync(join(root, folder, name)).mtimeMs));
}

/** How a process ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the command under test. */
export class CommandProcess {
  private stdout = "";
  private stderr = "";
  private readonly ended: Promise<Ended>;
  private readonly listeners = new Set<() => void>();
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;

  private constructor(args: readonly string[], cwd: string) {
    this.child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const onExit = (): void => void this.child.kill("SIGKILL");
    process.once("exit", onExit);
    this.child.stdout.on("data", (chunk) => {
      this.stdout += chunk;
      for (const listener of this.listeners) listener();
    });
    this.child.stderr.on("data", (chunk) => (this.stderr += chunk));
    this.ended = new Promise((resolve, reject) => {
      this.child.on("error", reject);
      this.child.on("close", (code, signal) => {
        process.off("exit", onExit);
        for (const listener of this.listeners) listener();
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  /** `tidemark …`. */
  static tidemark(args: readonly string[], cwd: string): CommandProcess {
    return new CommandProcess([join(root, "dist/cli/main.js"), ...args], cwd);
  }

  /** A TypeScript program of the tests, run as it stands. */
  static program(path: string, args: readonly string[], cwd: string): CommandProcess {
    return new CommandProcess(["--import", join(root, "test/servers/typescript/register.mjs"), path, ...args], cwd);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Resolves when standard output has `lines` lines, or the process has ended. */
  async printed(lines: number): Promise<void> {
    const there = (): boolean => this.stdout.split("\n").length > lines || this.child.exitCode !== null || this.child.signalCode !== null;
    if (there()) return;
    await new Promise<void>((resolve) => {
      const listener = (): void => {
        if (!there()) return;
        this.listeners.delete(listener);
        resolve();
      };
      this.listeners.add(listener);
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits for its end. What takes too long is killed, and that is a failure. */
  async end(): Promise<Ended> {
    let tooLong = false;
    const timer = setTimeout(() => {
      tooLong = true;
      this.kill("SIGKILL");
    }, patienceMs);
    const ended = await this.ended;
    clearTimeout(timer);
    if (tooLong) throw new Error(`the process did not end within ${patienceMs} ms:\n${ended.stdout}\n${ended.stderr}`);
    return ended;
  }
}
