import type { Clock } from "../../engine/contract/clock.js";

/** How often a person is told again that the brokers cannot be reached. */
const sayAgainMs = 10_000;

/** Keeps count of what cannot be reached, and says so: at once, every ten seconds, and when it is over. */
export class OutageReport {
  /** Attempts that failed since the client was made. */
  failedAttempts = 0;
  private current: { readonly sinceMs: number; saidMs: number; attempts: number } | null = null;

  constructor(
    private readonly brokers: string,
    private readonly clock: Clock,
    private readonly say: (message: string) => void,
  ) {}

  /** An attempt has failed, and another one follows within `limitMs` of the first. */
  failed(reason: string, limitMs: number): void {
    const nowMs = this.clock.monotonicMs();
    this.failedAttempts++;
    if (this.current === null) {
      this.current = { sinceMs: nowMs, saidMs: nowMs, attempts: 1 };
      const which = this.failedAttempts === 1 ? "" : ` (${this.failedAttempts} failed attempts in this run)`;
      this.say(`Cannot reach the Kafka brokers ${this.brokers} (${reason}), trying again for ${seconds(limitMs)}${which}.`);
      return;
    }
    const { current } = this;
    current.attempts++;
    if (nowMs - current.saidMs < sayAgainMs) return;
    current.saidMs = nowMs;
    this.say(`Still cannot reach the Kafka brokers ${this.brokers}: ${current.attempts} attempts in ${seconds(nowMs - current.sinceMs)}.`);
  }

  succeeded(): void {
    if (this.current === null) return;
    const { attempts, sinceMs } = this.current;
    this.current = null;
    this.say(
      `The Kafka brokers ${this.brokers} answer again, after ${attempts} failed attempts in ${seconds(this.clock.monotonicMs() - sinceMs)}.`,
    );
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
