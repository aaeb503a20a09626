import type { Clock } from "../engine/contract/clock.js";
import type { FileSystem } from "../engine/contract/fileSystem.js";
import type { ProcessIdentity, Runtime } from "../engine/contract/runtime.js";
import { corruptFile, decodeText, encodeText, JsonFields } from "../engine/contract/logText.js";
import { StreamingError, type ConditionParameters } from "../engine/errors/streamingError.js";
import { idsOf, settleFolder } from "./folder.js";

/** How many past epochs stay, for whoever wants to know who ran this query. */
const keptEpochs = 10;

const epochVersion = 1;

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
}

export interface EpochRequest {
  readonly files: FileSystem;
  /** The checkpoint's folder. */
  readonly root: string;
  readonly runtime: Runtime;
  readonly runId: string;
  /** Take over also from an owner of whom nobody can tell whether it lives. */
  readonly takeOver: boolean;
}

/**
 * The right to write to a checkpoint (design, law 4): `epochs/N`, created exclusively, one for each start, numbered without gaps. The highest one owns;
 * `epochs/N.ended` says that its owner let go.
 *
 * Whether a former owner lives is asked only at the start. After a take-over the former owner finds epoch N+1 at its next check and stops; what it
 * still wrote before then carries its run id and is named by no commit.
 */
export class Epoch {
  private constructor(
    private readonly request: EpochRequest,
    private readonly id: number,
  ) {}

  /** @throws CHECKPOINT_IN_USE, CHECKPOINT_OWNER_UNKNOWN */
  static async acquire(request: EpochRequest): Promise<Epoch> {
    const { files, root, runtime, runId } = request;
    for (;;) {
      const names = await settleFolder(files, `${root}/epochs`, runtime.clock.nowMs());
      const ids = idsOf(names);
      const last = ids.at(-1);
      if (last !== undefined && !names.includes(`${last}.ended`)) await refuseIfAlive(request, last);
      const id = (last ?? -1) + 1;
      const owner: Owner = { runId, process: runtime.process, sinceMs: runtime.clock.nowMs() };
      try {
        if (await files.addNew(epochPath(root, id), encodeText(formatOwner(owner)))) {
          await forget(files, root, ids.slice(0, -keptEpochs));
          return new Epoch(request, id);
        }
      } catch (error) {
        // The entry may be there all the same.
        noteLetGo(request);
        throw error;
      }
      // Somebody else has just started: look again at who that is.
    }
  }

  /** @throws CHECKPOINT_TAKEN_OVER, CHECKPOINT_LOST */
  async check(): Promise<void> {
    const { files, root, runId } = this.request;
    const own = epochPath(root, this.id);
    // Old epochs are forgotten from the oldest on: while ours is there, so is its successor, if it has one.
    const [mine, next] = await Promise.all([files.status(own), files.status(epochPath(root, this.id + 1))]);
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

async function refuseIfAlive({ files, root, runtime, takeOver }: EpochRequest, id: number): Promise<void> {
  const owner = await readOwner(files, root, id);
  if (owner === null || letGo.get(runtime.clock)?.has(owner.runId) === true) return;
  const alive = await runtime.isAlive(owner.process);
  if (alive === true) throw new StreamingError("CHECKPOINT_IN_USE", describe(root, owner));
  if (alive === null && !takeOver) throw new StreamingError("CHECKPOINT_OWNER_UNKNOWN", describe(root, owner));
}

async function forget(files: FileSystem, root: string, ids: readonly number[]): Promise<void> {
  for (const id of ids) {
    await files.remove(`${epochPath(root, id)}.ended`);
    await files.remove(epochPath(root, id));
  }
}

function epochPath(root: string, id: number): string {
  return `${root}/epochs/${id}`;
}

function describe(root: string, { process, runId, sinceMs }: Owner): ConditionParameters {
  return { location: root, host: process.host, pid: String(process.pid), since: new Date(sinceMs).toISOString(), runId };
}

function formatOwner({ runId, process, sinceMs }: Owner): string {
  const { host, pid, startedMs, startToken } = process;
  return JSON.stringify({ version: epochVersion, runId, host, pid, processStartedMs: startedMs, processStartToken: startToken, sinceMs });
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
  };
}
