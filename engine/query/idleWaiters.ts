interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** Whether a trigger has begun since it came: only what that trigger finds says that there is nothing left. */
  armed: boolean;
}

/** Those who wait until a query has nothing left to do (`processAllAvailable`). */
export class IdleWaiters {
  private waiters: Waiter[] = [];

  get isEmpty(): boolean {
    return this.waiters.length === 0;
  }

  wait(): Promise<void> {
    return new Promise((resolve, reject) => this.waiters.push({ resolve, reject, armed: false }));
  }

  /** A trigger begins: it looks at the sources after all who wait now have come. */
  triggerBegins(): void {
    for (const waiter of this.waiters) waiter.armed = true;
  }

  /** The trigger found nothing to do. */
  nothingLeft(): void {
    const done = this.waiters.filter(({ armed }) => armed);
    this.waiters = this.waiters.filter(({ armed }) => !armed);
    for (const { resolve } of done) resolve();
  }

  /** The query has ended: well, or with a failure. */
  end(failure: Error | null): void {
    for (const { resolve, reject } of this.waiters.splice(0)) {
      if (failure === null) resolve();
      else reject(failure);
    }
  }
}
