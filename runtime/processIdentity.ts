import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { ProcessIdentity } from "../engine/contract/runtime.js";

const ownStartedMs = Math.round(performance.timeOrigin);

/** Who this process is, as the epochs of its checkpoints record it. */
export function thisProcess(): ProcessIdentity {
  const startToken = startTokenOf("self");
  return {
    host: hostname(),
    pid: process.pid,
    startedMs: ownStartedMs,
    ...(startToken === null ? {} : { startToken }),
  };
}

/**
 * Whether `other` still lives; null when that cannot be told from here (another host, or another pid namespace of this one).
 *
 * Where the system has `/proc`, start tokens tell a reused pid from the same process whatever the clock did in between; elsewhere the pid alone
 * decides. A process that was killed but not yet reaped counts as dead.
 */
export async function isAlive(other: ProcessIdentity): Promise<boolean | null> {
  if (other.host !== hostname()) return null;
  const own = startTokenOf("self");
  if (own === null || other.startToken === undefined) {
    return other.pid === process.pid ? other.startedMs === ownStartedMs : pidExists(other.pid);
  }
  const [boot, namespace] = other.startToken.split("/");
  const [ownBoot, ownNamespace] = own.split("/");
  if (boot !== ownBoot) return false;
  if (namespace !== ownNamespace) return null;
  return startTokenOf(String(other.pid)) === other.startToken;
}

/** `boot id/pid namespace/start ticks`: one process of one boot, exactly. Null where there is no `/proc`, or no such living process. */
function startTokenOf(pid: string): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const namespace = readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");
    const ticks = startTicks(readFileSync(`/proc/${pid}/stat`, "utf8"));
    return ticks === null ? null : `${boot}/${namespace}/${ticks}`;
  } catch {
    return null;
  }
}

/** Field 22 of `/proc/<pid>/stat`; null for a zombie. The command's name (field 2) may hold spaces and parentheses, so count from its end. */
export function startTicks(stat: string): string | null {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  return state === "Z" || state === "X" || state === "x" ? null : (fields[19] ?? null);
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
