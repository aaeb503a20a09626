import type { FileSystem } from "../engine/contract/fileSystem.js";
import type { Runtime } from "../engine/contract/runtime.js";
import { encodeText } from "../engine/contract/logText.js";

/** An owner gives a sign of life this often within the time that its lease holds. */
const signsATimeout = 3;

/** Somebody who watches an owner looks this often within that time. */
const looksATimeout = 6;

const leaseVersion = 1;

/**
 * A sign of life for starts elsewhere, which cannot ask whether the process lives: each commit is one, and while there is nothing to commit, `epochs/N.lease` is
 * written anew. It decides when another start tries to take over, and nothing else: what keeps two owners apart are the logs' own adds, whatever clocks say.
 */
export class Lease {
  private renewedMs: number;
  private renewals = 0;

  /** @param path of the owner's lease */
  constructor(
    private readonly files: FileSystem,
    private readonly path: string,
    private readonly timeoutMs: number,
    private readonly runtime: Runtime,
  ) {
    this.renewedMs = runtime.clock.monotonicMs();
  }

  /** Something was written that shows life as well. */
  shown(): void {
    this.renewedMs = this.runtime.clock.monotonicMs();
  }

  /** How long nothing needs to be written, ms. */
  get dueInMs(): number {
    return Math.max(0, this.renewedMs + this.timeoutMs / signsATimeout - this.runtime.clock.monotonicMs());
  }

  /** Shows life. */
  async renew(): Promise<void> {
    const content = { version: leaseVersion, renewals: ++this.renewals, atMs: this.runtime.clock.nowMs() };
    await this.files.replace(this.path, encodeText(JSON.stringify(content)));
  }
}

/** What somebody who watches an owner sees of it: as long as it changes, the owner lives. */
export interface SignsOfLife {
  /** What was seen, as text. */
  read(): Promise<string>;
  /** Whether the owner has let go. */
  hasEnded(): Promise<boolean>;
}

/**
 * Watches an owner until it shows life or its lease has run out. By the watcher's own clock alone: clocks of two hosts are never compared.
 *
 * @returns false when it lives
 */
export async function runsOut(signs: SignsOfLife, timeoutMs: number, { clock }: Runtime): Promise<boolean> {
  const first = await signs.read();
  const untilMs = clock.monotonicMs() + timeoutMs;
  for (;;) {
    await clock.sleep(Math.min(timeoutMs / looksATimeout, Math.max(0, untilMs - clock.monotonicMs())));
    if (await signs.hasEnded()) return true;
    if ((await signs.read()) !== first) return false;
    if (clock.monotonicMs() >= untilMs) return true;
  }
}
