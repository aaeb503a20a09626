/** The format of `test/golden/cases`: what real Spark did. See test/golden/README.md. */
export type GoldenCase = StreamCase | RejectCase | ExpressionCase | SourceCase;

export type GoldenValue = null | boolean | number | bigint | string | readonly GoldenValue[] | { readonly [key: string]: GoldenValue };
export type GoldenRow = { readonly [column: string]: GoldenValue };

interface CaseBase {
  readonly name: string;
  readonly area: string;
  readonly conf?: Readonly<Record<string, string>>;
}

export interface GoldenError {
  readonly class: string;
  readonly condition: string | null;
  readonly message: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface GoldenTable {
  readonly schema: Readonly<Record<string, string>>;
  readonly rows: readonly GoldenRow[];
}

export interface GoldenStream {
  readonly schema: Readonly<Record<string, string>>;
  /** Absent in `reject` cases, which run over one empty batch. */
  readonly batches?: readonly (readonly GoldenRow[] | null)[];
}

export interface GoldenQuery {
  readonly plan?: PlanNode;
  readonly sql?: string;
  readonly pyspark: string;
}

export interface PlanNode {
  readonly op: string;
  readonly input?: PlanNode;
  readonly left?: PlanNode;
  readonly right?: PlanNode;
  readonly [argument: string]: unknown;
}

export interface GoldenBatch {
  readonly batchId: number;
  readonly step?: number;
  readonly noData?: boolean;
  readonly watermarkMs?: number | null;
  readonly numInputRows: number;
  readonly stateOperators?: readonly Readonly<Record<string, string | number>>[];
  readonly rows: readonly GoldenRow[];
}

export interface OutputColumn {
  readonly name: string;
  readonly type: string;
}

export interface StreamCase extends CaseBase {
  readonly kind: "stream";
  readonly driver: "step" | "availableNow" | "once";
  readonly inputs: Readonly<Record<string, GoldenStream>>;
  readonly static?: Readonly<Record<string, GoldenTable>>;
  readonly query: GoldenQuery;
  readonly outputMode: string;
  readonly options?: {
    readonly restartBeforeStep?: readonly number[];
    /** Configuration that is set at the restart before a step, and stays set. */
    readonly confBeforeStep?: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly sleepSecondsBeforeStep?: Readonly<Record<string, number>>;
  };
  readonly outputSchema?: readonly OutputColumn[];
  readonly batches?: readonly GoldenBatch[];
  readonly rowOrder?: "sorted" | "as emitted";
  readonly error?: GoldenError;
}

export interface RejectCase extends CaseBase {
  readonly kind: "reject";
  readonly inputs: Readonly<Record<string, GoldenStream>>;
  readonly static?: Readonly<Record<string, GoldenTable>>;
  readonly query: GoldenQuery;
  readonly outputMode: string;
  readonly sink?: string;
  readonly options?: { readonly trigger?: { readonly processingTime?: string }; readonly queryName?: string };
  readonly accepted: boolean;
  readonly errorPhase?: "build" | "start" | "run";
  readonly error?: GoldenError;
}

export interface ExpressionCase extends CaseBase {
  readonly kind: "expression";
  readonly inputs: { readonly t: GoldenTable };
  readonly expressions: readonly GoldenExpression[];
}

export interface GoldenExpression {
  readonly sql: string;
  /** The name that the column has by itself; in newer cases. */
  readonly name?: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly results?: readonly GoldenValue[];
  readonly errors?: readonly (GoldenError | null)[];
  readonly analysisError?: GoldenError;
}

export interface SourceCase extends CaseBase {
  readonly kind: "source";
  readonly format: string;
  readonly schema: string;
  readonly options: Readonly<Record<string, string>>;
  readonly files: readonly GoldenFile[];
  readonly query: GoldenQuery;
  readonly outputSchema?: readonly OutputColumn[];
  readonly batches?: readonly GoldenBatch[];
  readonly rowOrder?: "sorted" | "as emitted";
  readonly error?: GoldenError;
}

export interface GoldenFile {
  readonly file: string;
  readonly mtime: number;
  readonly text?: string;
  readonly base64?: string;
  readonly gzip?: boolean;
}

/** What came of one case in one way of running it. */
export interface Outcome {
  readonly name: string;
  readonly kind: GoldenCase["kind"];
  /** `plan`, `sql`, `expr`: how the query was given to the engine. */
  readonly via: string;
  readonly status: "passed" | "failed" | "unsupported";
  /** Of an unsupported case: the feature. Of a reject case that passed on the verdict alone: `verdict only`. */
  readonly reason?: string;
  readonly diff?: string;
}
