import type { StateOperatorMetrics } from "../physical/operator.js";

const hourMs = 3_600_000;
/** So long a run must last before it says how fast its state grows. */
const observedMs = 60_000;

/** How fast the state of an operator grows that nothing bounds. */
export interface GrowthRate {
  readonly rowsPerHour: number;
  readonly bytesPerHour: number;
}

interface Observation {
  readonly timeMs: number;
  readonly rows: number;
  readonly bytes: number;
}

/** Watches the state of operators that nothing bounds, from the first batch of a run on. */
export class StateGrowth {
  readonly #first = new Map<string, Observation>();
  /** How many rows an operator had when somebody was told. */
  readonly #told = new Map<string, number>();

  /** @param unbounded the ids of the operators */
  constructor(
    private readonly unbounded: readonly string[],
    private readonly warn: (message: string) => void,
  ) {}

  /** How fast an operator grows, behind a batch; null for one that is bounded, and while there is nothing to compare with. Warns when its rows have doubled since it did. */
  rateOf(operatorId: string, metrics: StateOperatorMetrics, nowMs: number): GrowthRate | null {
    if (!this.unbounded.includes(operatorId)) return null;
    const now: Observation = { timeMs: nowMs, rows: metrics.numRowsTotal, bytes: metrics.memoryUsedBytes };
    const first = this.#first.get(operatorId);
    if (first === undefined) this.#first.set(operatorId, now);
    if (first === undefined || nowMs - first.timeMs < observedMs) return null;
    const hours = (nowMs - first.timeMs) / hourMs;
    const rowsPerHour = Math.round((now.rows - first.rows) / hours);
    const bytesPerHour = Math.round((now.bytes - first.bytes) / hours);
    this.#tell(operatorId, now, { rowsPerHour, bytesPerHour });
    return { rowsPerHour, bytesPerHour };
  }

  #tell(operatorId: string, { rows, bytes }: Observation, { rowsPerHour, bytesPerHour }: GrowthRate): void {
    if (rowsPerHour <= 0 || rows < 2 * (this.#told.get(operatorId) ?? 0)) return;
    this.#told.set(operatorId, rows);
    this.warn(
      `the state of ${operatorId}, which nothing bounds, has ${rows} rows (${bytes} bytes) and grows by ${rowsPerHour} rows (${bytesPerHour} bytes) an hour`,
    );
  }
}
