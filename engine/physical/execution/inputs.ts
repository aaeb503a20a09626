import type { Schema } from "../../arrow/types.js";
import type { Runtime } from "../../contract/runtime.js";
import type { Scan, ScanRequest, Source } from "../../contract/source.js";
import { compileProjection } from "../../expression/compile.js";
import type { Projection } from "../../expression/compile.js";
import { decoderTakes } from "../../kernel/decoder.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { conjunctionOf } from "../../expression/conjuncts.js";
import type { QueryMemory } from "../spill/queryMemory.js";
import type { ScanNode } from "../stateless/scan.js";

/** What an execution reads from. */
export interface ExecutionInputs {
  /** In the order of the plan's streaming scans. */
  readonly sources: readonly Source[];
  /** Opens a bounded table by its number. */
  readonly openTable: (table: number) => Promise<Source>;
  readonly runtime: Runtime;
  /** What the operators may hold. Whoever made it closes it. */
  readonly memory: QueryMemory;
  /** IANA name of the session time zone: of texts that name none. */
  readonly zone: string;
  /** Whether whoever asked for the rows of a bounded plan wants no more of them: asked between two batches. Not there: never. */
  readonly isCancelled?: () => boolean;
  /** Called between two batches of a stream's input, however long a query's batch takes. */
  readonly keepLease?: () => Promise<unknown>;
}

/** A scan that is ready to read: what the source and the decoder do, and the filter that is left to us. */
export interface BoundScan {
  readonly scan: Scan;
  readonly request: ScanRequest;
  /** Filters that neither took over; null when none is left. */
  readonly residual: Projection | null;
}

/** Agrees with the source on columns and filters. */
export function bindScan(node: ScanNode, source: Source): BoundScan {
  const request: ScanRequest = { schema: node.schema, filters: node.filters.map(({ pushed }) => pushed) };
  const scan = source.scan(request);
  const left = scan.residual.filter((filter) => scan.decode === null || !decoderTakes(scan.decode, filter));
  const conditions = node.filters.filter(({ pushed }) => left.includes(pushed)).map(({ condition }) => condition);
  const filter = conjunctionOf(conditions);
  const outputSchema: Schema = schemaOf(node.output);
  return {
    scan,
    request,
    residual: filter === null ? null : compileProjection({ input: node.output, filter, outputs: node.output, outputSchema }),
  };
}
