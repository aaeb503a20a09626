import { displayPath } from "../../connectors/files/uri.js";
import type { BytesReader, ColumnsReader, PartitionReader } from "../../engine/contract/source.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/** Which failures of a file end no query. */
export interface Tolerance {
  readonly ignoresCorrupt: boolean;
  readonly ignoresMissing: boolean;
}

/**
 * Opens a file; where the options say so, one that cannot be read is left out with a warning, and of one that is damaged the rows before the damage
 * count, as in Spark.
 */
export async function openTolerantly(
  path: string,
  open: () => Promise<PartitionReader>,
  isColumns: boolean,
  tolerance: Tolerance,
  warn: (message: string) => void,
): Promise<PartitionReader> {
  if (!tolerance.ignoresCorrupt && !tolerance.ignoresMissing) return open();
  const guard = async <T>(read: () => Promise<T>, end: T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (!tolerates(error, tolerance)) throw error;
      warn(`${displayPath(path)} is left out from here on: ${(error as Error).message}`);
      return end;
    }
  };
  const reader = await guard<PartitionReader | null>(open, null);
  if (reader === null) return isColumns ? noRows : noBytes;
  return reader.kind === "columns" ? guardedColumns(reader, guard) : new WholeLines(reader, guard);
}

function tolerates(error: unknown, { ignoresCorrupt, ignoresMissing }: Tolerance): boolean {
  if (!(error instanceof StreamingError)) return false;
  if (error.condition === "FAILED_READ_FILE.FILE_NOT_EXIST") return ignoresMissing;
  return ignoresCorrupt && error.condition.startsWith("FAILED_READ_FILE.");
}

type Guard = <T>(read: () => Promise<T>, end: T) => Promise<T>;

const noRows: ColumnsReader = { kind: "columns", next: async () => null, close: async () => {} };
const noBytes: BytesReader = { kind: "bytes", read: async () => 0, close: async () => {} };

function guardedColumns(reader: ColumnsReader, guard: Guard): ColumnsReader {
  let isOver = false;
  return {
    kind: "columns",
    async next() {
      if (isOver) return null;
      const batch = await guard(() => reader.next(), null);
      isOver = batch === null;
      return batch;
    },
    close: () => reader.close(),
  };
}

const chunkBytes = 256 * 1024;
const lineFeed = 10;
const carriageReturn = 13;

/** Gives whole lines as long as it can: the line in which the damage begins is then no row with half its bytes. */
class WholeLines implements BytesReader {
  readonly kind = "bytes";
  private held = new Uint8Array(chunkBytes);
  private length = 0;
  /** How much of what is held may be given. */
  private ready = 0;
  private isOver = false;

  constructor(
    private readonly reader: BytesReader,
    private readonly guard: Guard,
  ) {}

  async read(into: Uint8Array): Promise<number> {
    while (this.ready === 0 && !this.isOver) await this.fill();
    const length = Math.min(this.ready, into.length);
    into.set(this.held.subarray(0, length));
    this.held.copyWithin(0, length, this.length);
    this.length -= length;
    this.ready -= length;
    return length;
  }

  close(): Promise<void> {
    return this.reader.close();
  }

  private async fill(): Promise<void> {
    if (this.length === this.held.length) {
      const larger = new Uint8Array(this.held.length * 2);
      larger.set(this.held);
      this.held = larger;
    }
    const got = await this.guard(() => this.reader.read(this.held.subarray(this.length)), -1);
    // At a true end the last line needs no separator; at damage it is not whole.
    if (got <= 0) {
      this.isOver = true;
      this.ready = got === 0 ? this.length : 0;
      return;
    }
    this.length += got;
    let end = this.length;
    while (end > 0 && this.held[end - 1] !== lineFeed && this.held[end - 1] !== carriageReturn) end--;
    this.ready = end;
  }
}
