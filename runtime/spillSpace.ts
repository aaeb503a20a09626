import { randomUUID } from "node:crypto";
import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { open, unlink, type FileHandle } from "node:fs/promises";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { assert } from "../engine/errors/assert.js";
import { thrownText } from "../engine/errors/shownValue.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { SpillFile, SpillPages, SpillSpace } from "../engine/contract/spill.js";

/** The folder of temporary files (`TMPDIR`). A file has no name from the moment that it is open, so that nothing is left of it however the process ends. */
export const temporarySpace: SpillSpace = {
  async open() {
    const path = newPath();
    const handle = await open(path, "wx+", 0o600).catch(refused);
    // Where an open file cannot lose its name it does so when it is closed.
    const isGone = await unlink(path).then(
      () => true,
      () => false,
    );
    return new TemporaryFile(handle, isGone ? null : path);
  },
  openPages() {
    const path = newPath();
    const file = orRefused(() => openSync(path, "wx+", 0o600));
    return new TemporaryPages(file, unlinked(path) ? null : path);
  },
};

function newPath(): string {
  return join(tmpdir(), `tidemark-${randomUUID()}.spill`);
}

/** Whether the file has no name any more. */
function unlinked(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

function orRefused<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return refused(error);
  }
}

/** @throws SPILL_FAILED */
function refused(error: unknown): never {
  throw new StreamingError("SPILL_FAILED", { folder: tmpdir(), reason: thrownText(error) }, { cause: error });
}

class TemporaryFile implements SpillFile {
  #size = 0;
  #isOpen = true;

  constructor(
    private readonly handle: FileHandle,
    private readonly path: string | null,
  ) {}

  async append(parts: readonly Uint8Array[]): Promise<number> {
    const at = this.#size;
    const whole = Buffer.concat(parts);
    for (let done = 0; done < whole.length;) done += (await this.handle.write(whole, done, whole.length - done, at + done)).bytesWritten;
    this.#size += whole.length;
    return at;
  }

  async read(at: number, into: Uint8Array): Promise<void> {
    for (let done = 0; done < into.length;) {
      const { bytesRead } = await this.handle.read(into, done, into.length - done, at + done);
      assert(bytesRead > 0, "a spilled file holds what was written to it");
      done += bytesRead;
    }
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.handle.close();
    if (this.path !== null) await unlink(this.path).catch(() => {});
  }
}

class TemporaryPages implements SpillPages {
  #isOpen = true;

  constructor(
    private readonly file: number,
    private readonly path: string | null,
  ) {}

  write(at: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) done += orRefused(() => writeSync(this.file, bytes, done, bytes.length - done, at + done));
  }

  read(at: number, into: Uint8Array): void {
    for (let done = 0; done < into.length;) {
      const count = readSync(this.file, into, done, into.length - done, at + done);
      assert(count > 0, "a spilled file holds what was written to it");
      done += count;
    }
  }

  truncate(at: number): void {
    orRefused(() => ftruncateSync(this.file, at));
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.file);
    if (this.path !== null) unlinked(this.path);
  }
}

/** What the process may use of this machine's memory, bytes: all of it, or what its container has. */
export function availableMemoryBytes(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
