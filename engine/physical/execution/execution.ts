import type { InputPartition, Offset } from "../../contract/source.js";
import type { Answers } from "../answers.js";
import type { EventTimeStats } from "../eventTimeStats.js";
import type { BatchFacts, OperatorWatermarks, StatefulOperator } from "../operator.js";
import type { Receiver } from "./driver.js";

/** What one source gives to a batch: (start, end]. `end` null: nothing yet. */
export interface SourceRange {
  readonly start: Offset | null;
  readonly end: Offset | null;
}

/** A row for a person: the texts of its values, by column. */
export type SampleRow = Readonly<Record<string, string | null>>;

/** Rows that an operator lost because they were late, or had no event time. */
export interface LateSample {
  readonly operatorId: string;
  /** By which they were late, ms; null before there is one. */
  readonly watermarkMs: number | null;
  /** The first of them in the batch: the columns that the query reads of them. */
  readonly rows: readonly SampleRow[];
}

export interface BatchResult {
  /** Per source, as Spark counts them: behind the filters that its decoder took over. */
  readonly inputRows: readonly number[];
  /** Per source: rows decoded, before any filter. */
  readonly rowsRead: readonly number[];
  /** Per source: records that were malformed in the columns that are read; null where none can be, or nothing was read. */
  readonly malformedRows: readonly (number | null)[];
  /** Per source: the beginnings of some of them. */
  readonly malformedSamples: readonly (readonly string[])[];
  /** Of each side output: its first rows. */
  readonly samples: Readonly<Record<string, readonly SampleRow[]>>;
  /** Of the operators that lost rows. */
  readonly lateSamples: readonly LateSample[];
  /** Per `withWatermark`. */
  readonly eventTime: ReadonlyMap<number, EventTimeStats>;
  /** By output id; an output without rows may be missing. */
  readonly outputRows: Readonly<Record<string, number>>;
  /** What asynchronous functions answered, and a replay must read; null when none was asked. */
  readonly answers: Answers | null;
}

/** The tables that joins probe, where they are read anew when their files change. */
export interface RefreshedTables {
  /** What there is to read of each of their scans now: plain data. */
  list(): Promise<readonly (readonly InputPartition[])[]>;
  /** Reads what a list says, which a run may have logged long ago. From the next `begin` on, joins see it. */
  read(list: readonly (readonly InputPartition[])[]): Promise<void>;
}

/** What a batch finds beside its facts and its rows. */
export interface BatchCircumstances {
  /** What asynchronous functions answered when the batch ran before; null when it did not. */
  readonly logged: Answers | null;
  /** Aborted when nobody waits for the batch any longer: it does not wait for a function either. */
  readonly stopped: AbortSignal;
}

/** A physical plan with its operators made: what runs the batches of one run of a query. */
export interface Execution {
  /** The most downstream first, left inputs before right ones: Spark's order. */
  readonly stateful: readonly StatefulOperator[];
  /** The watermarks that reach each stateful operator, by its id, given those of the query. */
  watermarks(query: OperatorWatermarks): Readonly<Record<string, OperatorWatermarks>>;
  /** Null where tables are read once. */
  readonly tables: RefreshedTables | null;
  /** Whether a batch without new data would change or emit anything. */
  needsBatch(facts: BatchFacts): boolean;
  /** Whether anything waits for the watermarks of these facts to come out: then they are worth a batch though no row has moved them. */
  isDue(facts: BatchFacts): boolean;
  /**
   * Runs one batch: reads the ranges, drives the operators, hands what comes out to `receiver`, each batch lent until what that returned is done. Nothing is
   * read or computed meanwhile, so that a slow sink holds operators and input back.
   */
  runBatch(
    context: BatchFacts,
    ranges: readonly SourceRange[],
    receiver: Receiver,
    circumstances: BatchCircumstances,
  ): Promise<BatchResult>;
  /** Looks whether the state fits into the query's memory. @throws MEMORY_BUDGET_EXCEEDED: a batch that runs is not committed then, and nothing is lost */
  checkMemory(): void;
  /** The run ends. */
  close(): Promise<void>;
}
