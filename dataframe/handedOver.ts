/** Rows on their way from who makes them to who takes them, list by list: whoever gives a list waits until the next one is asked for. */
export class HandedOver<T> {
  /** Nobody will take any more. */
  aborted = false;
  private given: readonly T[] | null = null;
  private ended = false;
  private failure: unknown = null;
  private onTaken: (() => void) | null = null;
  private onGiven: (() => void) | null = null;

  /** Gives a list; the promise is kept when the next one is wanted. */
  give(list: readonly T[]): Promise<void> {
    if (this.aborted) return Promise.resolve();
    this.given = list;
    this.onGiven?.();
    return new Promise((resolve) => (this.onTaken = resolve));
  }

  /** Says that there is no more, or why. */
  end(failure: unknown): void {
    this.ended = true;
    this.failure = failure;
    this.onGiven?.();
  }

  /** The next list; null behind the last. @throws what ended it */
  async take(): Promise<readonly T[] | null> {
    this.release();
    if (this.given === null && !this.ended) await new Promise<void>((resolve) => (this.onGiven = resolve));
    const list = this.given;
    this.given = null;
    if (list === null && this.failure !== null) throw this.failure;
    return list;
  }

  /** Lets whoever waits go on. */
  release(): void {
    this.onTaken?.();
    this.onTaken = null;
  }
}
