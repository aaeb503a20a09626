import type { CommitEntry, OffsetEntry } from "../engine/contract/checkpoint.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { parseStateFileName } from "./state/stateFileName.js";

/*
 * What must hold whenever something is written to a log, in production too: a checkpoint that was changed while its query ran, or a mistake of ours, ends the
 * query before it is made worse. Each has a name, which the condition says.
 */

/** Something that must hold before a write of some kind. */
export interface Invariant<Write> {
  readonly name: string;
  /** What is wrong; null when it holds. */
  problem(write: Write): string | null;
}

/** An entry of the offset log that is about to be written. */
export interface OffsetWrite {
  readonly id: number;
  readonly entry: OffsetEntry;
  /** The newest entry that is there. */
  readonly previous: { readonly id: number; readonly entry: OffsetEntry } | null;
  readonly latestCommitted: number | null;
}

export const offsetInvariants: readonly Invariant<OffsetWrite>[] = [
  {
    name: "OFFSETS_FOLLOW",
    problem: ({ id, previous }) => {
      const next = previous === null ? 0 : previous.id + 1;
      return id === next ? null : `entry ${id} does not follow the newest one, entry ${next} would`;
    },
  },
  {
    name: "BATCH_BEFORE_IS_COMMITTED",
    problem: ({ id, latestCommitted }) =>
      (latestCommitted ?? -1) === id - 1 ? null : `batch ${id - 1} is not the last that was committed`,
  },
  {
    name: "WATERMARK_MOVES_FORWARD",
    problem: ({ entry, previous }) => {
      const before = previous?.entry.batchWatermarkMs ?? 0;
      return entry.batchWatermarkMs >= before ? null : `the watermark went back from ${before} to ${entry.batchWatermarkMs}`;
    },
  },
  {
    name: "SOURCES_STAY",
    problem: ({ entry, previous }) => {
      if (previous === null) return null;
      const { offsets } = previous.entry;
      if (offsets.length !== entry.offsets.length) return `it has ${entry.offsets.length} source(s), the entry before ${offsets.length}`;
      const lost = offsets.findIndex((offset, i) => offset !== null && entry.offsets[i] === null);
      return lost < 0 ? null : `source ${lost} has lost its offset`;
    },
  },
];

/** An entry of the commit log that is about to be written. */
export interface CommitWrite {
  readonly id: number;
  readonly entry: CommitEntry;
  /** The newest entry of the offset log. */
  readonly planned: { readonly id: number; readonly entry: OffsetEntry } | null;
  /** The newest entry of the commit log. */
  readonly previous: { readonly id: number; readonly entry: CommitEntry } | null;
  /** Whether the state file that the entry names is on disk; true when it names none. */
  readonly stateFileIsThere: boolean;
}

export const commitInvariants: readonly Invariant<CommitWrite>[] = [
  {
    name: "COMMITS_FOLLOW",
    problem: ({ id, previous }) => {
      const next = previous === null ? 0 : previous.id + 1;
      return id === next ? null : `entry ${id} does not follow the newest one, entry ${next} would`;
    },
  },
  {
    name: "COMMITTED_BATCH_IS_PLANNED",
    problem: ({ id, planned }) => (planned?.id === id ? null : `the last batch that was planned is ${planned?.id ?? "none"}`),
  },
  {
    name: "WATERMARK_MOVES_FORWARD",
    problem: ({ entry, planned, previous }) => {
      const before = Math.max(planned?.entry.batchWatermarkMs ?? 0, previous?.entry.nextBatchWatermarkMs ?? 0);
      return entry.nextBatchWatermarkMs >= before ? null : `the watermark went back from ${before} to ${entry.nextBatchWatermarkMs}`;
    },
  },
  {
    name: "STATE_FILE_IS_OF_THE_BATCH",
    problem: ({ id, entry }) =>
      entry.stateFile === undefined || parseStateFileName(entry.stateFile)?.version === id + 1
        ? null
        : `${entry.stateFile} is not the state behind batch ${id}`,
  },
  {
    name: "STATE_FILE_IS_THERE",
    problem: ({ entry, stateFileIsThere }) => (stateFileIsThere ? null : `${entry.stateFile ?? "no state file"} is not there`),
  },
  {
    name: "STATE_GOES_ON",
    problem: ({ entry, previous }) =>
      previous?.entry.stateFile !== undefined && entry.stateFile === undefined && entry.stateSchema === previous.entry.stateSchema
        ? "the batch before had state, this one has none"
        : null,
  },
];

/** An entry of a source's log that is about to be written. */
export interface SourceWrite {
  readonly id: number;
  /** The newest entry, compact or not. */
  readonly latest: number | null;
}

export const sourceInvariants: readonly Invariant<SourceWrite>[] = [
  {
    name: "SOURCE_ENTRIES_FOLLOW",
    problem: ({ id, latest }) => {
      const next = latest === null ? 0 : latest + 1;
      return id === next ? null : `entry ${id} does not follow the newest one, entry ${next} would`;
    },
  },
];

/**
 * Checks what must hold before `path` is written.
 * @throws CHECKPOINT_INVARIANT_VIOLATED; nothing is written then
 */
export function hold<Write>(invariants: readonly Invariant<Write>[], write: Write, path: string): void {
  for (const invariant of invariants) {
    const problem = invariant.problem(write);
    if (problem !== null) throw new StreamingError("CHECKPOINT_INVARIANT_VIOLATED", { path, invariant: invariant.name, problem });
  }
}
