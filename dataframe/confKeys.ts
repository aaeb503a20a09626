import type { OptionSpec } from "../engine/contract/options.js";
import { keyGroupCount } from "../engine/contract/state.js";
import { s3Conf } from "../runtime/s3/configuration.js";

/** What operators may hold in memory. */
export const memoryBudgetKey = "spark.tidemark.stateMemoryBudget";

/** A key of the session configuration that means something here. Defaults are Spark's unless the doc says otherwise. */
export interface ConfKey extends OptionSpec {
  /** The largest value of an integer, and why. */
  readonly most?: { readonly value: number; readonly reason: string };
}

const keys = [
  {
    name: "spark.sql.warehouse.dir",
    doc: "The folder of the tables that CREATE TABLE makes, one folder each.",
    kind: "text",
    default: "spark-warehouse",
  },
  {
    name: "spark.sql.storeAssignmentPolicy",
    doc: "What INSERT may write to a column of another type: ANSI (nothing that a reader would take for a mistake), STRICT (only what loses nothing), LEGACY (whatever a cast takes).",
    kind: ["ANSI", "STRICT", "LEGACY"],
    default: "ANSI",
  },
  {
    name: "spark.sql.session.timeZone",
    doc: "The time zone of dates, of timestamps as text, and of date functions: an IANA name. (Spark: the machine's; here UTC, so that a job means the same everywhere.)",
    kind: "text",
    default: "UTC",
  },
  {
    name: "spark.sql.ansi.enabled",
    doc: "Overflow, division by zero and casts that do not fit are errors; false gives null or wraps around, as Spark did before.",
    kind: "boolean",
    default: "true",
  },
  {
    name: "spark.sql.mapKeyDedupPolicy",
    doc: "What a function does that would make a map with a key twice: EXCEPTION (DUPLICATED_MAP_KEY), or LAST_WIN (the last value stays).",
    kind: ["EXCEPTION", "LAST_WIN"],
    default: "EXCEPTION",
  },
  {
    name: "spark.sql.decimalOperations.allowPrecisionLoss",
    doc: "Whether arithmetic on decimals whose exact results need more than 38 digits gives up fraction digits; false keeps these, and what does not fit overflows.",
    kind: "boolean",
    default: "true",
  },
  {
    name: "spark.sql.analyzer.lowerEmptyGroupingSetToGlobalAggregate.enabled",
    doc: "GROUP BY GROUPING SETS (()) gives a row where there are no rows, as an aggregation without GROUP BY does; false gives none, as Spark did before.",
    kind: "boolean",
    default: "true",
  },
  {
    name: "spark.sql.shuffle.partitions",
    doc: "State partitions of a stateful operator, 1 to 256. Fixed by the first start of a query. (Spark: 200; here 4, whatever the machine.)",
    kind: "integer",
    default: "4",
    most: {
      value: keyGroupCount,
      reason: "keys fall into that many groups, and a state partition holds at least one",
    },
  },
  {
    name: "spark.sql.sources.default",
    doc: "The format of `load` and `save` when none is named.",
    kind: "text",
    default: "parquet",
  },
  {
    name: "spark.sql.files.ignoreCorruptFiles",
    doc: "Leave damaged input files out, but for the rows before the damage, with a warning; the source's option `ignoreCorruptFiles` goes first.",
    kind: "boolean",
    default: "false",
  },
  {
    name: "spark.sql.parquet.mergeSchema",
    doc: "Merge the schemas of all Parquet files where one is inferred; the source's option `mergeSchema` goes first.",
    kind: "boolean",
    default: "false",
  },
  {
    name: "spark.sql.files.ignoreMissingFiles",
    doc: "Leave out input files that go while they are to be read, with a warning; the source's option `ignoreMissingFiles` goes first.",
    kind: "boolean",
    default: "false",
  },
  {
    name: "spark.sql.streaming.checkpointLocation",
    doc: "The folder under which a query without a checkpointLocation of its own keeps its checkpoint, by query name.",
    kind: "text",
  },
  {
    name: "spark.tidemark.checkpoint.takeOver",
    doc: "Take a checkpoint over from an owner on another host of whom nobody can tell whether it still lives.",
    kind: "boolean",
    default: "false",
  },
  {
    name: "spark.tidemark.checkpoint.leaseTimeout",
    doc: "How long an owner gives no sign of life (a commit, or a renewal of its lease at each third of this time) until a start on another host, which cannot ask it, takes its checkpoint over. Longer than one call of foreachBatch and one commit to a sink may take. 0: never, only by takeOver.",
    kind: "duration",
    default: "60s",
  },
  {
    name: memoryBudgetKey,
    doc: "What the operators of one query, or of one action over tables, may hold in memory together: state, rows to be sorted, tables that are joined. Sorts and groups of a bounded query and a stream's groups by key (in every mode), by window (append and update mode; hopping ones where they are not folded from slices) and by session (append mode, with a watermark) and its keys of deduplications go to disk (TMPDIR) beyond it; what cannot is refused (MEMORY_BUDGET_EXCEEDED) before memory is gone. Default: three quarters of the machine's memory, or of the container's.",
    kind: "bytes",
  },
  {
    name: "spark.sql.streaming.join.stateFormatVersion",
    doc: "Spark's format of the state of joins. The state here has one format; 1 is refused for outer joins, as in Spark.",
    kind: ["1", "2", "3", "4"],
    default: "2",
  },
  {
    name: "spark.sql.streaming.noDataMicroBatches.enabled",
    doc: "After a batch that moved the watermark, run one without data, so that windows that closed come out at once.",
    kind: "boolean",
    default: "true",
  },
  {
    name: "spark.sql.streaming.multipleWatermarkPolicy",
    doc: "The watermark of a query with several: the smallest (min), which waits for the slowest input, or the largest (max).",
    kind: ["min", "max"],
    default: "min",
  },
  {
    name: "spark.sql.streaming.minBatchesToRetain",
    doc: "How many batches stay in the checkpoint, so that a query can go back to them.",
    kind: "integer",
    default: "100",
  },
  {
    name: "spark.sql.streaming.numRecentProgressUpdates",
    doc: "How many progress reports `recentProgress` keeps.",
    kind: "integer",
    default: "100",
  },
  {
    name: "spark.sql.streaming.pollingDelay",
    doc: "How long a query without a trigger interval waits before it asks its sources again.",
    kind: "duration",
    default: "10ms",
  },
  {
    name: "spark.sql.streaming.noDataProgressEventInterval",
    doc: "The least time between two reports that a query is idle.",
    kind: "duration",
    default: "10000ms",
  },
  {
    name: "spark.sql.streaming.stateStore.minDeltasForSnapshot",
    doc: "A snapshot of the state is written after this many deltas.",
    kind: "integer",
    default: "10",
  },
  ...s3Conf,
] as const satisfies readonly ConfKey[];

/** Every key that means something, by its full name. */
export const confKeys: readonly ConfKey[] = keys;

/** Of a key of one bucket (`spark.hadoop.fs.s3a.bucket.NAME.endpoint`), the key that it is of all of them; null of others. */
export function keyOfAllBuckets(name: string): string | null {
  const rest = /^spark\.hadoop\.fs\.s3a\.bucket\.[^.]+\.(.+)$/i.exec(name)?.[1]?.toLowerCase();
  if (rest === undefined) return null;
  const endings = s3Conf.map((key) => key.name).filter((key) => `.${rest}`.endsWith(key.slice("spark.hadoop.fs.s3a".length)));
  return endings.toSorted((a, b) => b.length - a.length)[0] ?? null;
}

/** The names of these keys, for editors. */
export type ConfName = (typeof keys)[number]["name"];

/** Keys of Spark's that are known and mean nothing here: whole families by prefix, single keys in full. */
export const idleConfKeys: readonly string[] = [
  "spark.app.",
  "spark.blockManager.",
  "spark.broadcast.",
  "spark.cleaner.",
  "spark.cores.max",
  "spark.databricks.",
  "spark.default.parallelism",
  "spark.deploy.",
  "spark.driver.",
  "spark.dynamicAllocation.",
  "spark.eventLog.",
  "spark.executor.",
  "spark.executorEnv.",
  "spark.extraListeners",
  "spark.files.",
  "spark.hadoop.",
  "spark.history.",
  "spark.io.",
  "spark.jars",
  "spark.kryo",
  "spark.kubernetes.",
  "spark.local.dir",
  "spark.locality.",
  "spark.log.",
  "spark.master",
  "spark.memory.",
  "spark.metrics.",
  "spark.network.",
  "spark.port.",
  "spark.pyspark.",
  "spark.python.",
  "spark.rdd.",
  "spark.redaction.",
  "spark.rpc.",
  "spark.scheduler.",
  "spark.serializer",
  "spark.shuffle.",
  "spark.speculation",
  "spark.sql.adaptive.",
  "spark.sql.autoBroadcastJoinThreshold",
  "spark.sql.broadcastTimeout",
  "spark.sql.catalog.",
  "spark.sql.catalogImplementation",
  "spark.sql.cbo.",
  "spark.sql.codegen.",
  "spark.sql.datetime.java8API.enabled",
  "spark.sql.debug.",
  "spark.sql.execution.",
  "spark.sql.extensions",
  "spark.sql.files.",
  "spark.sql.hive.",
  "spark.sql.inMemoryColumnarStorage.",
  "spark.sql.join.",
  "spark.sql.legacy.createHiveTableByDefault",
  "spark.sql.maxPlanStringLength",
  "spark.sql.optimizer.",
  "spark.sql.orc.",
  "spark.sql.parquet.",
  "spark.sql.repl.",
  "spark.sql.sessionWindow.",
  "spark.sql.statistics.",
  "spark.sql.streaming.aggregation.stateFormatVersion",
  "spark.sql.streaming.continuous.",
  "spark.sql.streaming.fileSource.",
  "spark.sql.streaming.fileSink.",
  "spark.sql.streaming.flatMapGroupsWithState.",
  "spark.sql.streaming.forceDeleteTempCheckpointLocation",
  "spark.sql.streaming.kafka.",
  "spark.sql.streaming.metricsEnabled",
  "spark.sql.streaming.sessionWindow.",
  "spark.sql.streaming.stateStore.",
  "spark.sql.streaming.stopActiveRunOnRestart",
  "spark.sql.streaming.stopTimeout",
  "spark.sql.streaming.streamingQueryListeners",
  "spark.sql.streaming.ui.",
  "spark.sql.ui.",
  "spark.stage.",
  "spark.storage.",
  "spark.submit.",
  "spark.task.",
  "spark.ui.",
  "spark.yarn.",
];

/** Spark's ways of before: each changes answers, and none is built. */
export const legacyKeys = "spark.sql.legacy.";

/** Keys that change answers in Spark, and the one value of each that is built. Another value is refused: ignoring it would give wrong answers. */
export const fixedConfKeys: Readonly<Record<string, string>> = {
  "spark.sql.caseSensitive": "false",
  "spark.sql.ansi.doubleQuotedIdentifiers": "false",
  "spark.sql.ansi.enforceReservedKeywords": "false",
  "spark.sql.ansi.relationPrecedence": "false",
  "spark.sql.charAsVarchar": "false",
  "spark.sql.crossJoin.enabled": "true",
  "spark.sql.defaultCatalog": "spark_catalog",
  "spark.sql.groupByAliases": "true",
  "spark.sql.groupByOrdinal": "true",
  "spark.sql.jsonGenerator.ignoreNullFields": "true",
  "spark.sql.legacy.timeParserPolicy": "EXCEPTION",
  "spark.sql.orderByOrdinal": "true",
  "spark.sql.parser.escapedStringLiterals": "false",
  "spark.sql.parser.quotedRegexColumnNames": "false",
  "spark.sql.sources.partitionOverwriteMode": "STATIC",
  "spark.sql.session.collation.default": "UTF8_BINARY",
  "spark.sql.streaming.schemaInference": "false",
  "spark.sql.streaming.statefulOperator.allowMultiple": "true",
  "spark.sql.streaming.unsupportedOperationCheck": "true",
  "spark.sql.timestampType": "TIMESTAMP_LTZ",
  "spark.sql.variable.substitute": "true",
};
