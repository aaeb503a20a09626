import { StreamingError } from "../errors/streamingError.js";
import type { Value } from "../arrow/value.js";

/** What asynchronous functions gave in a batch, by operator, in the order of the rows. */
export type Answers = Readonly<Record<string, readonly Value[]>>;

/** Those of one operator. */
export interface OperatorAnswers {
  /** Whether the batch ran before, and its answers are known. */
  readonly isReplay: boolean;
  /** The next answers of a batch that ran before. @throws CHECKPOINT_INCONSISTENT when there are fewer */
  next(count: number): readonly Value[];
  /** All that are left of them. */
  rest(): readonly Value[];
  /** Notes what was answered, in order. */
  keep(values: readonly Value[]): void;
}

/**
 * What a batch learnt from outside: a streaming query writes it down before any output is committed, and a batch that runs again reads it instead of asking.
 *
 * Operators are told apart by their place in the plan and the function's name, so that they find theirs after a restart.
 */
export class AnswerBook {
  readonly #pages: Page[] = [];
  #logged: Answers | null = null;
  /** A table is read once, and nothing of it is written down. */
  #records = false;

  /** The answers of the next operator of the plan that asks. */
  open(name: string): OperatorAnswers {
    const page = new Page(
      `${this.#pages.length} ${name}`,
      () => this.#logged,
      () => this.#records,
    );
    this.#pages.push(page);
    return page;
  }

  /** A batch begins; `logged` is what it was answered when it ran before, null when it did not get so far. */
  begin(logged: Answers | null): void {
    [this.#logged, this.#records] = [logged, true];
    for (const page of this.#pages) page.begin();
  }

  /** What was answered in this batch; null when nobody asked. */
  taken(): Answers | null {
    if (this.#logged !== null) return null;
    const asked = this.#pages.filter(({ kept }) => kept.length > 0);
    return asked.length === 0 ? null : Object.fromEntries(asked.map(({ key, kept }) => [key, kept]));
  }
}

class Page implements OperatorAnswers {
  kept: Value[] = [];
  #read = 0;

  constructor(
    readonly key: string,
    private readonly logged: () => Answers | null,
    private readonly records: () => boolean,
  ) {}

  begin(): void {
    [this.kept, this.#read] = [[], 0];
  }

  get isReplay(): boolean {
    return this.logged() !== null;
  }

  next(count: number): readonly Value[] {
    const known = this.#known();
    if (this.#read + count > known.length) {
      const problem = `the answers of the function ${this.key} are for ${known.length} rows, and there are more`;
      throw new StreamingError("CHECKPOINT_INCONSISTENT", { location: "answers", problem });
    }
    return known.slice(this.#read, (this.#read += count));
  }

  rest(): readonly Value[] {
    const known = this.#known();
    const left = known.slice(this.#read);
    this.#read = known.length;
    return left;
  }

  keep(values: readonly Value[]): void {
    if (!this.records()) return;
    for (const value of values) this.kept.push(value);
  }

  #known(): readonly Value[] {
    return this.logged()?.[this.key] ?? [];
  }
}
