/**
 * Which files were taken, as far back as matters: Spark's `SeenFilesMap`. A file older than `maxAgeMs` behind the newest one seen is never new, so those
 * need not be remembered.
 */
export class SeenFiles {
  private readonly modifiedMs = new Map<string, number>();
  private newestMs = 0;
  private purgedMs = 0;

  constructor(
    private readonly maxAgeMs: number,
    private readonly fileNameOnly: boolean,
  ) {}

  add(path: string, modifiedMs: number): void {
    this.modifiedMs.set(this.keyOf(path), modifiedMs);
    this.newestMs = Math.max(this.newestMs, modifiedMs);
  }

  /** Whether the file was taken. Not so for one that is only too old. */
  has(path: string): boolean {
    return this.modifiedMs.has(this.keyOf(path));
  }

  isNew(path: string, modifiedMs: number): boolean {
    return modifiedMs >= this.purgedMs && !this.modifiedMs.has(this.keyOf(path));
  }

  /** Forgets what is too old to count as new. */
  purge(): void {
    const oldestMs = this.newestMs - this.maxAgeMs;
    if (oldestMs <= this.purgedMs) return;
    this.purgedMs = oldestMs;
    for (const [key, modifiedMs] of this.modifiedMs) if (modifiedMs < oldestMs) this.modifiedMs.delete(key);
  }

  private keyOf(path: string): string {
    return this.fileNameOnly ? path.slice(path.lastIndexOf("/") + 1) : path;
  }
}
