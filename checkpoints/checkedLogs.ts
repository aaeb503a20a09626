import type { CommitEntry, MetadataLog, OffsetEntry } from "../engine/contract/checkpoint.js";
import { assert } from "../engine/errors/assert.js";
import { offsetSums } from "./checksums.js";
import type { CommitRecord } from "./commitLog.js";
import { commitInvariants, hold, offsetInvariants, type Invariant } from "./invariants.js";
import type { FileMetadataLog } from "./metadataLog.js";
import type { SourceLogs } from "./sourceLogs.js";

/** The two logs of batches, which belong together. */
export interface BatchLogs {
  readonly offsets: FileMetadataLog<OffsetEntry>;
  readonly commits: FileMetadataLog<CommitRecord>;
  /** The oldest batch of which both have their entries; what is older may be purged, or be left of an interrupted purge. */
  oldestBatchId: number;
}

/** The right to write the logs. */
export interface LogOwner {
  /** Asked when somebody else has added an entry. @throws CHECKPOINT_TAKEN_OVER naming who, when that is a new owner */
  confirm(): Promise<void>;
  /** Told of each commit. */
  committed(): void;
}

/** What does not hold may be the work of a successor that this run does not know of: then that is said. */
async function holdAsOwner<Write>(invariants: readonly Invariant<Write>[], write: Write, path: string, owner: LogOwner): Promise<void> {
  try {
    hold(invariants, write, path);
  } catch (error) {
    await owner.confirm();
    throw error;
  }
}

const announced = "a commit says how far back the logs reach before anything is purged";

interface Newest<T> {
  readonly id: number;
  readonly entry: T;
}

async function newestOf<T>(log: FileMetadataLog<T>): Promise<Newest<T> | null> {
  const id = log.latest;
  const entry = id === null ? null : await log.get(id);
  return id === null || entry === null ? null : { id, entry };
}

/** The offset log as a query sees it: nothing is added that the invariants forbid. An entry that is there already is not written again. */
export class CheckedOffsetLog implements MetadataLog<OffsetEntry> {
  constructor(
    private readonly logs: BatchLogs,
    private readonly owner: LogOwner,
  ) {}

  async add(id: number, entry: OffsetEntry): Promise<boolean> {
    const { offsets, commits } = this.logs;
    if (id > (offsets.latest ?? -1)) {
      const write = { id, entry, previous: await newestOf(offsets), latestCommitted: commits.latest };
      await holdAsOwner(offsetInvariants, write, offsets.pathOf(id), this.owner);
    }
    const added = await offsets.add(id, entry);
    if (!added) await this.owner.confirm();
    return added;
  }

  get(id: number): Promise<OffsetEntry | null> {
    return this.logs.offsets.get(id);
  }

  latestId(): Promise<number | null> {
    return this.logs.offsets.latestId();
  }

  purgeBefore(id: number): Promise<void> {
    assert(id <= this.logs.oldestBatchId, announced);
    return this.logs.offsets.purgeBefore(id);
  }
}

/**
 * The commit log as a query sees it: nothing is added that the invariants forbid, and a commit carries what a later start compares the other logs with.
 */
export class CheckedCommitLog implements MetadataLog<CommitEntry> {
  constructor(
    private readonly logs: BatchLogs,
    private readonly sources: SourceLogs,
    private readonly hasStateFile: (name: string) => Promise<boolean>,
    private readonly owner: LogOwner,
  ) {}

  async add(id: number, entry: CommitEntry): Promise<boolean> {
    const { offsets, commits } = this.logs;
    if (id <= (commits.latest ?? -1)) return commits.add(id, entry);
    const [planned, previous] = [await newestOf(offsets), await newestOf(commits)];
    const stateFileIsThere = entry.stateFile === undefined || (await this.hasStateFile(entry.stateFile));
    await holdAsOwner(commitInvariants, { id, entry, planned, previous, stateFileIsThere }, commits.pathOf(id), this.owner);
    const oldestBatchId = Math.max(entry.oldestBatchId ?? 0, this.logs.oldestBatchId);
    const checksums = { offsets: offsetSums(planned!.entry), sources: this.sources.currentSums };
    const added = await commits.add(id, { ...entry, batchId: id, oldestBatchId, checksums });
    if (!added) await this.owner.confirm();
    if (!added) return false;
    this.owner.committed();
    this.logs.oldestBatchId = oldestBatchId;
    return true;
  }

  get(id: number): Promise<CommitEntry | null> {
    return this.logs.commits.get(id);
  }

  latestId(): Promise<number | null> {
    return this.logs.commits.latestId();
  }

  purgeBefore(id: number): Promise<void> {
    assert(id <= this.logs.oldestBatchId, announced);
    return this.logs.commits.purgeBefore(id);
  }
}
