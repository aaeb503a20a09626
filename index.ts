/**
 * Tidemark: micro-batch structured streaming for TypeScript. Spark's vocabulary, camelCased.
 */
export {
  Catalog,
  Column,
  Conf,
  DataFrame,
  DataFrameReader,
  DataFrameWriter,
  DataFrameWriterV2,
  DataStreamWriter,
  GroupedData,
  Session,
  StreamingQueryManager,
  TableValuedFunctions,
} from "./dataframe/door.js";
export type { SessionOptions } from "./dataframe/session.js";
export type { ForeachBatch, TransformOptions } from "./dataframe/dataFrame.js";
export type { AnyColumn } from "./dataframe/column.js";
export type { DataStreamReader, KafkaHeaders, KafkaRow } from "./dataframe/reader.js";
export { GroupState, type GroupStateFunction, type GroupStateOptions, type GroupStateTimeout } from "./dataframe/groupState.js";
export {
  StatefulProcessor,
  StatefulProcessorHandle,
  type ListState,
  type MapState,
  type StateOptions,
  type TimerValues,
  type ValueState,
} from "./dataframe/statefulProcessor.js";
export type { CatalogColumn, CatalogDatabase, CatalogFunction, CatalogTable, NewTable } from "./dataframe/catalog.js";
export type { SaveMode, WriteDefinition } from "./dataframe/writeDefinition.js";
export type { ForeachBatchInfo, StreamDefinition } from "./dataframe/streamDefinition.js";
export type { SessionContext } from "./dataframe/sessionContext.js";
export type { ForeachWriter } from "./dataframe/foreach.js";
export type { StandardSchema } from "./dataframe/standardSchema.js";
export { postgresBatches, transactional, type BatchStore, type PostgresClient, type PostgresPool } from "./dataframe/transactional.js";
export { udaf, udf, type UdafParts, type UdfOptions, type UserDefinedFunction } from "./dataframe/userFunctions.js";
export { UdfRegistration } from "./dataframe/udfRegistration.js";
export { Window, WindowSpec } from "./dataframe/window.js";
export { StatFunctions } from "./dataframe/statFunctions.js";
export { NullFunctions } from "./dataframe/nullFunctions.js";
export { ColumnType, TypedSchema, schema, t, type RowOf } from "./dataframe/schema.js";
export * from "./dataframe/functions.js";
export * as functions from "./dataframe/functions.js";
export type { Decimal, LocalDate, LocalDateTime } from "./dataframe/types/values.js";
export type { LooseRow } from "./dataframe/rowTypes/row.js";
export { Timestamp } from "./engine/arrow/rows.js";
export { StreamingError } from "./engine/errors/streamingError.js";
export type { ConditionName } from "./engine/errors/conditions.js";
export type { OutputMode } from "./engine/contract/sink.js";
export type { StateHook, StateRow } from "./engine/contract/stateHook.js";
export type { ExplainMode } from "./engine/physical/explain.js";
export type { StreamingQuery, StreamingQueryListener, StreamingQueryStatus } from "./engine/query/streamingQuery.js";
export type { SinkProgress, SourceProgress, StateOperatorProgress, StreamingQueryProgress } from "./engine/query/progress.js";
export type { EarlyEmission } from "./dataframe/emitEvery.js";
export type { Trigger } from "./engine/query/trigger.js";
