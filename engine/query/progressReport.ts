import type { BatchResult } from "../physical/execution/execution.js";
import type { QueryOutput } from "./definition.js";
import type { PlannedBatch } from "./batchRun.js";
import type { OpenQuery } from "./openQuery.js";
import type { PhaseTimer } from "./phaseTimer.js";
import type { StateGrowth } from "./stateGrowth.js";
import { eventTimeProgress, isoMs, rate, stateOperatorProgress, type SideOutputProgress, type StreamingQueryProgress } from "./progress.js";

/** The progress of a batch that has just been committed. */
export function progressOf(
  query: OpenQuery,
  planned: PlannedBatch,
  result: BatchResult,
  timer: PhaseTimer,
  triggerMs: number,
  growth: StateGrowth,
): StreamingQueryProgress {
  const main = query.outputs[0]!;
  const durationMs = timer.durations();
  const batchDuration = durationMs.triggerExecution!;
  const numInputRows = result.inputRows.reduce((sum, rows) => sum + rows, 0);
  const intervalMs = query.trigger.kind === "processingTime" ? Math.max(query.trigger.intervalMs, batchDuration) : batchDuration;
  const watermarkMs = query.watermarks.length > 0 ? planned.entry.batchWatermarkMs : null;
  return {
    id: query.checkpoint.queryId,
    runId: query.checkpoint.runId,
    name: query.name,
    timestamp: isoMs(triggerMs),
    batchId: planned.batchId,
    batchDuration,
    numInputRows,
    inputRowsPerSecond: rate(numInputRows, intervalMs),
    processedRowsPerSecond: rate(numInputRows, timer.elapsedMs()),
    durationMs,
    eventTime: eventTimeProgress(result.eventTime.values(), watermarkMs),
    stateOperators: query.execution.stateful.map((operator) => {
      const metrics = operator.metrics();
      return stateOperatorProgress(metrics, durationMs, growth.rateOf(operator.operatorId, metrics, planned.entry.batchTimestampMs));
    }),
    sources: query.sources.map((source, i) => ({
      description: source.description,
      startOffset: planned.start[i]!,
      endOffset: planned.entry.offsets[i]!,
      latestOffset: planned.entry.offsets[i]!,
      numInputRows: result.inputRows[i]!,
      inputRowsPerSecond: rate(result.inputRows[i]!, intervalMs),
      processedRowsPerSecond: rate(result.inputRows[i]!, timer.elapsedMs()),
      metrics: { ...source.metrics(planned.entry.offsets[i]!), ...countsOf(result, i) },
    })),
    sink: { description: main.sink.description, numOutputRows: result.outputRows[main.id] ?? 0, metrics: {} },
    observedMetrics: {},
    ...(query.outputs.length > 1 && { sideOutputs: query.outputs.slice(1).map((output) => sideOutputProgress(output, result)) }),
    ...lateProgress(query.outputs, result),
  };
}

/** What was lost is told once: where late rows go to an output, its sample has them. */
function lateProgress(outputs: readonly QueryOutput[], { lateSamples }: BatchResult): Pick<StreamingQueryProgress, "lateSamples"> {
  if (lateSamples.length === 0 || outputs.some(({ id }) => id === "late")) return {};
  return {
    lateSamples: lateSamples.map(({ operatorId, watermarkMs, rows }) => ({
      operatorId,
      watermark: watermarkMs === null ? null : isoMs(watermarkMs),
      rows,
    })),
  };
}

function sideOutputProgress({ id, sink }: QueryOutput, { outputRows, samples }: BatchResult): SideOutputProgress {
  return { id, description: sink.description, numOutputRows: outputRows[id] ?? 0, sample: samples[id] ?? [] };
}

/** What was counted of a source beside the rows that Spark counts. */
function countsOf({ inputRows, rowsRead, malformedRows, malformedSamples }: BatchResult, source: number): Record<string, string> {
  const counts: Record<string, string> = {};
  if (rowsRead[source] !== inputRows[source]) counts.rowsRead = String(rowsRead[source]);
  if (malformedRows[source] !== null) counts.malformedRows = String(malformedRows[source]);
  if (malformedSamples[source]!.length > 0) counts.malformedSample = JSON.stringify(malformedSamples[source]);
  return counts;
}
