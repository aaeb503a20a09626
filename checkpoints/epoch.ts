import type { Clock } from "../engine/contract/clock.js";
import type { FileSystem } from "../engine/contract/fileSystem.js";
import { isObjectPath } from "../engine/contract/objectPath.js";
import type { ProcessIdentity, Runtime } from "../engine/contract/runtime.js";
import { corruptFile, decodeText, encodeText, JsonFields } from "../engine/contract/logText.js";
import { StreamingError, type ConditionParameters } from "../engine/errors/streamingError.js";
import { Lease, runsOut, type SignsOfLife } from "./lease.js";
import { idsBehind, idsOf, settleFolder } from "./folder.js";

/** How many past epochs stay, for whoever wants to know who ran this query. */
const keptEpochs = 10;

const epochVersion = 1;

/** Says that an epoch began with the batch of that id by taking somebody over. */
const fenceName = /^\d+\.from-(\d+)$/;

/** Runs of this process that own nothing any more, whatever the disk says: it was full, or failed, when they let go. */
const letGo = new WeakMap<Clock, Set<string>>();

function noteLetGo({ runtime, runId }: EpochRequest): void {
  letGo.set(runtime.clock, (letGo.get(runtime.clock) ?? new Set<string>()).add(runId));
}

/** Who owns, or owned, a checkpoint: the content of `epochs/N`. */
interface Owner {
  readonly runId: string;
  readonly process: ProcessIdentity;
  readonly sinceMs: number;
  /** Without a sign of life for so long it is taken for dead by starts that cannot ask; 0: it gives none. */
  readonly leaseMs: number;
}

export interface EpochRequest {
  readonly files: FileSystem;
  /** The checkpoint's folder. */
  readonly root: string;
  readonly runtime: Runtime;
  readonly runId: string;
  /** Take over also from an owner of whom nobody can tell whether it lives. */
  readonly takeOver: boolean;
  /** How long a lease of this run holds; 0 for none. */
  readonly leaseMs: number;
  readonly warn: (message: string) => void;
}

/**
 * The right to write to a checkpoint (design, law 4): `epochs/N`, created exclusively, one for each start, numbered without gaps. The highest one owns;
 * `epochs/N.ended` says that its owner let go.
 *
 * Whether a former owner lives is asked only at the start. After a take-over the former owner finds epoch N+1 at its next check and stops; what it
 * still wrote before then carries its run id and is named by no commit.
 */
export class Epoch {
  private readonly lease: Lease | null;

  private constructor(
    private readonly request: EpochRequest,
    private readonly id: number,
    /** Whether the owner before may still live: nobody could tell, and it did not let go. */
    private readonly tookOver: boolean,
    private readonly names: readonly string[],
  ) {
    const { files, root, leaseMs, runtime } = request;
    this.lease = leaseMs > 0 ? new Lease(files, leasePath(root, id), leaseMs, runtime) : null;
  }

  /** @throws CHECKPOINT_IN_USE, CHECKPOINT_OWNER_UNKNOWN */
  static async acquire(request: EpochRequest): Promise<Epoch> {
    const { files, root, runtime, runId } = request;
    for (;;) {
      const listed = await settleFolder(files, `${root}/epochs`, runtime.clock.nowMs());
      const behind = await idsBehind(files, idsOf(listed).at(-1) ?? -1, (id) => epochPath(root, id));
      const names = [...listed, ...behind.map(String)];
      const ids = idsOf(names);
      const last = ids.at(-1);
      const hasEnded =
        last === undefined || names.includes(`${last}.ended`) || (await files.read(`${epochPath(root, last)}.ended`)) !== null;
      const mayLive = !hasEnded && (await refuseIfAlive(request, last));
      const id = (last ?? -1) + 1;
      const owner: Owner = { runId, process: runtime.process, sinceMs: runtime.clock.nowMs(), leaseMs: request.leaseMs };
      try {
        if (await files.addNew(epochPath(root, id), encodeText(formatOwner(owner)))) {
          await forget(files, root, ids.slice(0, -keptEpochs));
          return new Epoch(request, id, mayLive, names);
        }
      } catch (error) {
        // The entry may be there all the same.
        noteLetGo(request);
        throw error;
      }
      // Somebody else has just started: look again at who that is.
    }
  }

  /**
   * On an object store nothing is asked: there the logs' own adds are the fence, each of which only one run can do.
   *
   * @throws CHECKPOINT_TAKEN_OVER, CHECKPOINT_LOST
   */
  async check(): Promise<void> {
    if (!isObjectPath(this.request.root)) await this.confirm();
  }

  /** A commit was written, which shows life. */
  committed(): void {
    this.lease?.shown();
  }

  /**
   * Shows life when it is time to; gives how long nothing needs to be shown, ms.
   *
   * @throws CHECKPOINT_TAKEN_OVER, CHECKPOINT_LOST
   */
  async keepLease(): Promise<number> {
    const { lease, request } = this;
    if (lease === null) return Infinity;
    if (lease.dueInMs > 0) return lease.dueInMs;
    lease.shown();
    await this.confirm();
    try {
      await lease.renew();
    } catch (error) {
      // The next commit tells whether the place can be written.
      if (!(error instanceof StreamingError) || !error.condition.startsWith("CHECKPOINT_WRITE_FAILED")) throw error;
      request.warn(`The lease of this run could not be renewed; a start on another host may take over: ${error.message}`);
    }
    return lease.dueInMs;
  }

  /**
   * The batches at which somebody was taken over who may still live: their entries in the logs stay for good. Were they purged, that run, woken up long after,
   * could add its next one, and go on.
   *
   * @param nextBatchId the batch that comes next, or is to be run again
   */
  async fences(nextBatchId: number): Promise<ReadonlySet<number>> {
    const { files, root } = this.request;
    const kept = new Set(this.names.flatMap((name) => (fenceName.test(name) ? [Number(fenceName.exec(name)![1])] : [])));
    if (!this.tookOver) return kept;
    await files.addNew(`${epochPath(root, this.id)}.from-${nextBatchId}`, new Uint8Array(0));
    return kept.add(nextBatchId);
  }

  /** Asks whether this run still owns the checkpoint. @throws CHECKPOINT_TAKEN_OVER, CHECKPOINT_LOST */
  async confirm(): Promise<void> {
    const { files, root, runId } = this.request;
    const own = epochPath(root, this.id);
    // Of an object that is not there, its status would be two requests.
    const look = (path: string): Promise<unknown> => (isObjectPath(root) ? files.read(path) : files.status(path));
    // Old epochs are forgotten from the oldest on: while ours is there, so is its successor, if it has one.
    const [mine, next] = await Promise.all([look(own), look(epochPath(root, this.id + 1))]);
    if (mine !== null && next === null) return;
    const newest = idsOf((await files.list(`${root}/epochs`)).map((entry) => entry.name)).at(-1);
    const owner = newest === undefined || newest <= this.id ? null : await readOwner(files, root, newest);
    if (owner === null) throw new StreamingError("CHECKPOINT_LOST", { location: root, path: own });
    throw new StreamingError("CHECKPOINT_TAKEN_OVER", { ...describe(root, owner), ownRunId: runId });
  }

  /** Lets go, once and for all. Writes nothing into a checkpoint that was removed under us. */
  async release(): Promise<void> {
    const { files, root } = this.request;
    noteLetGo(this.request);
    if ((await files.status(epochPath(root, this.id))) === null) return;
    await files.addNew(`${epochPath(root, this.id)}.ended`, new Uint8Array(0));
  }
}

/** True when nobody can tell whether that owner lives, and it is to be taken over all the same. */
async function refuseIfAlive(request: EpochRequest, id: number): Promise<boolean> {
  const { files, root, runtime, takeOver, warn } = request;
  const owner = await readOwner(files, root, id);
  if (owner === null || letGo.get(runtime.clock)?.has(owner.runId) === true) return false;
  const alive = await runtime.isAlive(owner.process);
  if (alive === true) throw new StreamingError("CHECKPOINT_IN_USE", describe(root, owner));
  if (alive === null && !takeOver) {
    if (owner.leaseMs === 0) throw new StreamingError("CHECKPOINT_OWNER_UNKNOWN", describe(root, owner));
    const { pid, host } = owner.process;
    warn(
      `The checkpoint ${root} is owned by process ${pid} on ${host}, which cannot be asked from here: it is taken over when it gives no sign of life for ${owner.leaseMs / 1000} s.`,
    );
    if (!(await runsOut(signsOf(request, id), owner.leaseMs, runtime))) {
      throw new StreamingError("CHECKPOINT_IN_USE", describe(root, owner));
    }
  }
  return alive === null;
}

/** What an owner writes: its lease, and the newest entries of the logs. */
function signsOf({ files, root }: EpochRequest, id: number): SignsOfLife {
  const newest = new Map<string, number>();
  const newestIn = async (log: string): Promise<number> => {
    const from = newest.get(log) ?? idsOf((await files.list(`${root}/${log}`)).map(({ name }) => name)).at(-1) ?? -1;
    const last = (await idsBehind(files, from, (entry) => `${root}/${log}/${entry}`)).at(-1) ?? from;
    newest.set(log, last);
    return last;
  };
  return {
    read: async () => {
      const [lease, planned, committed] = await Promise.all([files.read(leasePath(root, id)), newestIn("offsets"), newestIn("commits")]);
      return `${lease === null ? "" : new TextDecoder().decode(lease)} ${planned} ${committed}`;
    },
    hasEnded: async () => (await files.read(`${epochPath(root, id)}.ended`)) !== null,
  };
}

async function forget(files: FileSystem, root: string, ids: readonly number[]): Promise<void> {
  for (const id of ids) {
    await files.remove(`${epochPath(root, id)}.ended`);
    await files.remove(leasePath(root, id));
    await files.remove(epochPath(root, id));
  }
}

function epochPath(root: string, id: number): string {
  return `${root}/epochs/${id}`;
}

function leasePath(root: string, id: number): string {
  return `${epochPath(root, id)}.lease`;
}

function describe(root: string, { process, runId, sinceMs }: Owner): ConditionParameters {
  return { location: root, host: process.host, pid: String(process.pid), since: new Date(sinceMs).toISOString(), runId };
}

function formatOwner({ runId, process, sinceMs, leaseMs }: Owner): string {
  const { host, pid, startedMs, startToken } = process;
  return JSON.stringify({
    version: epochVersion,
    runId,
    host,
    pid,
    processStartedMs: startedMs,
    processStartToken: startToken,
    sinceMs,
    ...(leaseMs > 0 && { leaseMs }),
  });
}

async function readOwner(files: FileSystem, root: string, id: number): Promise<Owner | null> {
  const path = epochPath(root, id);
  const bytes = await files.read(path);
  if (bytes === null) return null;
  const refuse = corruptFile(path);
  const fields = JsonFields.parse(decodeText(bytes, refuse), refuse);
  const version = fields.integer("version");
  if (version > epochVersion) {
    throw new StreamingError("CHECKPOINT_FORMAT_UNKNOWN", { path, version: String(version), maxVersion: String(epochVersion) });
  }
  return {
    runId: fields.text("runId"),
    process: {
      host: fields.text("host"),
      pid: fields.integer("pid"),
      startedMs: fields.integer("processStartedMs"),
      ...(fields.has("processStartToken") ? { startToken: fields.text("processStartToken") } : {}),
    },
    sinceMs: fields.integer("sinceMs"),
    leaseMs: fields.has("leaseMs") ? fields.integer("leaseMs") : 0,
  };
}
