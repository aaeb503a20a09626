import type { SpillFile, SpillPages, SpillSpace } from "../../contract/spill.js";
import { StreamingError } from "../../errors/streamingError.js";

/** What holds less than this part of the budget stays in memory: to write it would not help. */
const smallestPart = 16;

/** How much may be in memory. */
export interface MemoryLimits {
  /** Together, bytes. */
  readonly limitBytes: number;
  /** What one operator holds at most before it writes to disk, bytes. */
  readonly spillBytes: number;
}

/** What one operator says that it holds. */
export interface MemoryShare {
  /** So many bytes now; true when it shall write them to disk. */
  isOver(bytes: number): boolean;
  /** So many bytes now, and they cannot go to disk. @throws MEMORY_BUDGET_EXCEEDED */
  hold(bytes: number): void;
  /** Nothing any more. */
  release(): void;
  /** How many bytes it may hold at most, beside what the others do. */
  readonly most: number;
}

/**
 * The memory of one run of a query, or of one action over bounded tables: what its operators may hold together, and room on disk for what is more. Buffers on their
 * way, code and what a user collects are not counted.
 */
export class QueryMemory {
  readonly #files: SpillFile[] = [];
  readonly #pages: SpillPages[] = [];
  readonly #states = new Map<string, MemoryShare>();
  #usedBytes = 0;
  /** Bytes that went to disk so far. */
  spilledBytes = 0;

  constructor(
    private readonly limits: MemoryLimits,
    private readonly space: SpillSpace,
  ) {}

  /** What holds the state of an operator: the same, whoever asks for it. */
  shareOfState(operatorId: string): MemoryShare {
    let share = this.#states.get(operatorId);
    if (share === undefined) this.#states.set(operatorId, (share = this.share(`The rows of the state of ${operatorId}`)));
    return share;
  }

  /** @param what is held, as a message begins with it */
  share(what: string): MemoryShare {
    const { limitBytes, spillBytes } = this.limits;
    const used = (): number => this.#usedBytes;
    let held = 0;
    const set = (bytes: number): void => {
      this.#usedBytes += bytes - held;
      held = bytes;
    };
    return {
      isOver: (bytes) => {
        set(bytes);
        return bytes > spillBytes || (this.#usedBytes > limitBytes && bytes * smallestPart >= limitBytes);
      },
      release: () => set(0),
      get most() {
        return Math.min(spillBytes, limitBytes - (used() - held));
      },
      hold: (bytes) => {
        set(bytes);
        if (this.#usedBytes <= limitBytes) return;
        throw new StreamingError("MEMORY_BUDGET_EXCEEDED", { what, bytes: sizeText(bytes), limit: sizeText(limitBytes) });
      },
    };
  }

  async open(): Promise<SpillFile> {
    const file = await this.space.open();
    this.#files.push(file);
    return file;
  }

  openPages(): SpillPages {
    const pages = this.space.openPages();
    this.#pages.push(pages);
    return pages;
  }

  /** Gives the room on disk back. */
  async close(): Promise<void> {
    for (const pages of this.#pages.splice(0)) pages.close();
    for (const file of this.#files.splice(0)) await file.close();
  }
}

const noSpace: SpillSpace = {
  open: () => Promise.reject(new Error("no room on disk")),
  openPages: () => {
    throw new Error("no room on disk");
  },
};

/** Of what runs no query: nothing is written to disk. */
export function unlimitedMemory(): QueryMemory {
  return new QueryMemory({ limitBytes: Infinity, spillBytes: Infinity }, noSpace);
}

function sizeText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const unit = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  return `${Number((bytes / 1024 ** unit).toFixed(1))} ${units[unit]!}`;
}
