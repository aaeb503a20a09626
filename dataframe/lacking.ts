import { StreamingError } from "../engine/errors/streamingError.js";
import { sinkFormats, sourceFormats } from "./formats.js";

/** Spark's methods that a class does not have, and what to do instead. They are not in the types: who sees a message of theirs writes JavaScript, or ports. */
export type Lacking = Readonly<Record<string, string>>;

const oneProcess = "Leave it out: there is one process, and each query reads its input once.";
const writeAndRead = "Write it with df.write.parquet(path) and read that.";
const inMemory = "Use await df.collect() and JavaScript, or await df.toArrow().";
const noGlobalViews = "Views belong to a session: use createOrReplaceTempView.";
const otherFormats = `The formats that are read are ${sourceFormats.names.join(", ")}; those that are written ${sinkFormats.names.join(", ")}.`;
const userState = "Use groupBy(…).flatMapGroupsWithState, mapGroupsWithState or transformWithState.";

export const lackingOfFrame: Lacking = {
  rdd: "Use the verbs of the DataFrame, or await df.collect().",
  storageLevel: oneProcess,
  sqlCtx: "It is df.session.",
  plot: inMemory,
  executionInfo: "A streaming query has lastProgress and recentProgress.",
  toPandas: inMemory,
  pandasApi: inMemory,
  checkpoint: writeAndRead,
  localCheckpoint: writeAndRead,
  registerTempTable: "Use createOrReplaceTempView.",
  createGlobalTempView: noGlobalViews,
  createOrReplaceGlobalTempView: noGlobalViews,
  mergeInto: "Join the table with what changes it, and write what comes out anew.",
  groupby: "It is groupBy.",
  mapInPandas: "Use mapBatches.",
  mapInArrow: "Use mapBatches.",
  mapPartitions: "Use mapBatches, or map.",
  mapGroups: userState,
  groupByKey: `Use groupBy. ${userState}`,
  joinWith: "Use join.",
  nearestByJoin: "Use join.",
  asTable: "Pass the DataFrame itself.",
  zip: "Join on a key.",
  repartitionById: "Leave it out: rows come in one partition.",
  observe: "Aggregate, or look at the progress of the query.",
  inputFiles: 'Use await df.select("_metadata.file_path").distinct().collect().',
  sameSemantics: "Compare explain(true).",
  semanticHash: "Compare explain(true).",
  metadataColumn: 'The columns of a file\'s facts are in col("_metadata").',
  withMetadata: "Columns have no metadata.",
};

export const lackingOfColumn: Lacking = {
  astype: "It is cast.",
  endswith: "It is endsWith.",
  startswith: "It is startsWith.",
  isNotIn: "Use isin(…).not().",
};

export const lackingOfGroups: Lacking = {
  apply: userState,
  applyInPandas: userState,
  applyInArrow: userState,
  applyInPandasWithState: userState,
  transformWithStateInPandas: userState,
  cogroup: "Use join.",
};

export const lackingOfReader: Lacking = {
  jdbc: otherFormats,
  orc: otherFormats,
  xml: otherFormats,
  avro: otherFormats,
  textFile: "Use text.",
  changes: "Tables have no feed of changes: read the folder as a stream.",
  name: "The name is the query's: writeStream.queryName.",
};

export const lackingOfWriter: Lacking = {
  bucketBy: "Use partitionBy.",
  sortBy: "Use orderBy before write.",
  clusterBy: "Use partitionBy.",
  jdbc: otherFormats,
  orc: otherFormats,
  xml: otherFormats,
};

export const lackingOfStreamWriter: Lacking = {
  clusterBy: "Use partitionBy.",
};

export const lackingOfSession: Lacking = {
  builder: "Use Session.create({ conf }).",
  newSession: "Use Session.create().",
  getActiveSession: "Pass the session on.",
  active: "Pass the session on.",
  udtf: "Use explode, or foreachBatch.",
  dataSource: otherFormats,
  sparkContext: "There is one process and no cluster.",
  client: "There is one process and no cluster.",
  profile: "Use Node's profiler: node --cpu-prof.",
  addArtifact: "Import what the job needs.",
  addArtifacts: "Import what the job needs.",
  copyFromLocalToFs: "Copy it.",
  addTag: "Give queries names.",
  removeTag: "Give queries names.",
  getTags: "Give queries names.",
  clearTags: "Give queries names.",
  interruptAll: "Use session.stop().",
  interruptTag: "Use query.stop().",
  interruptOperation: "Use query.stop().",
  registerProgressHandler: "Use session.streams.addListener.",
  removeProgressHandler: "Use session.streams.removeListener.",
  clearProgressHandlers: "Use session.streams.removeListener.",
};

export const lackingOfCatalog: Lacking = {
  analyzeTable: "Nothing is kept of tables but their columns.",
  createDatabase: 'Use await session.sql("CREATE DATABASE d").',
  createExternalTable: "Use createTable with a path.",
  dropDatabase: 'Use await session.sql("DROP DATABASE d").',
  dropGlobalTempView: "Views belong to a session: use dropTempView.",
  dropTable: 'Use await session.sql("DROP TABLE t").',
  dropView: 'Use await session.sql("DROP VIEW v").',
  getCreateTableString: "Use getTable and listColumns.",
  listPartitions: "Tables are not cut into partitions yet.",
  listViews: "Use listTables, and tableType.",
  recoverPartitions: "Every query looks at the files anew.",
  registerFunction: "Use session.udf.register.",
  truncateTable: 'Use await session.sql("TRUNCATE TABLE t").',
};

export const lackingOfTableFunctions: Lacking = {
  collations: "Texts are compared by their bytes.",
  pythonWorkerLogs: "There are no workers.",
  sqlKeywords: "They are in Spark's documentation.",
  variantExplode: "There are no variants.",
  variantExplodeOuter: "There are no variants.",
};

export const lackingOfTableWriter: Lacking = { clusterBy: "Use partitionedBy." };

export const lackingOfConf: Lacking = { getAll: "It is toRecord()." };

/** Spark's names that are properties there: who reads one is told at once. */
const properties = new Set(["rdd", "na", "storageLevel", "sqlCtx", "plot", "executionInfo", "builder"]);
const sessionProperties = new Set(["catalog", "udtf", "dataSource", "sparkContext", "client", "version", "profile", "emptyDataFrame"]);

/** Puts them where Spark has them; what is built goes before what is said to be lacking. */
export function tellOfLacking(name: string, prototype: object, lacking: Lacking): void {
  for (const [method, instead] of Object.entries(lacking)) {
    if (method in prototype) continue;
    const refuse = (): never => {
      throw new StreamingError("ATTRIBUTE_NOT_SUPPORTED", { attribute: `${name}.${method}`, instead });
    };
    const isProperty = properties.has(method) || (name === "Session" && sessionProperties.has(method));
    Object.defineProperty(prototype, method, { configurable: true, ...(isProperty ? { get: refuse } : { value: refuse, writable: true }) });
  }
}
