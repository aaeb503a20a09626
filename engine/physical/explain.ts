import type { Attribute, Expression } from "../expression/expression.js";
import { sqlText } from "../plan/sqlText.js";
import { inputsOf, type PhysicalNode } from "./plan.js";

type LineOf = { readonly [K in PhysicalNode["kind"]]: (node: Extract<PhysicalNode, { readonly kind: K }>) => string };

/** The line of each operator. An operator without one does not compile. */
const lines: LineOf = {
  scan: ({ description, source, output, filters }) => {
    const pushed = filters.length === 0 ? "" : `, pushed filters ${texts(filters.map(({ condition }) => condition))}`;
    return `${source === null ? "Scan" : "MicroBatchScan"} ${description} ${names(output)}${pushed}`;
  },
  local: ({ output, batch }) => `LocalTableScan ${names(output)}, ${batch.length} rows`,
  project: ({ filter, expressions }) => `Project ${texts(expressions)}${filter === null ? "" : `, filter ${sqlText(filter)}`}`,
  decodeJson: ({ column, input }) => `DecodeJson ${input.output[column]!.name}`,
  encodeJson: ({ encoded, output }) => `EncodeJson ${names(encoded.map(({ column }) => output[column]!))}`,
  union: () => "Union",
  watermark: ({ column, delayMs, input }) => `EventTimeWatermark ${input.output[column]!.name}, ${delayMs} ms`,
  timeWindow: ({ timeColumn, durationUs, slideUs, startUs, input }) =>
    `TimeWindow ${input.output[timeColumn]!.name}, duration ${durationUs} µs, slide ${slideUs} µs, start ${startUs} µs`,
  staticJoin: ({ spec, stream, table }) => {
    const keys = spec.keys.map((key) => {
      const [left, right] = [stream.output[key.streamColumn]!.name, table.output[key.tableColumn]!.name];
      return `${left} ${key.nullSafe ? "<=>" : "="} ${right}`;
    });
    return `HashJoin ${spec.joinType} [${keys.join(", ")}]${spec.condition === null ? "" : `, condition ${sqlText(spec.condition)}`}`;
  },
  aggregate: ({ spec }) => {
    const calls = texts(spec.aggregates.map(({ call }) => call));
    return `HashAggregate (${spec.operatorId}, ${spec.outputMode}) keys ${names(spec.grouping)}, functions ${calls}, ${spec.partitions} partitions`;
  },
  deduplicate: ({ spec }) => `Deduplicate (${spec.operatorId}) keys ${names(spec.keyAttributes)}${spec.expires ? ", expires" : ""}`,
  sort: ({ keys, input }) => {
    const orders = keys.map(({ column, descending, nullsFirst }) => {
      return `${input.output[column]!.name} ${descending ? "DESC" : "ASC"} NULLS ${nullsFirst ? "FIRST" : "LAST"}`;
    });
    return `Sort [${orders.join(", ")}]`;
  },
  limit: ({ count }) => `Limit ${count}`,
};

/** The operators that run, the last first: what `explain()` prints under `== Physical Plan ==`. */
export function explainPhysical(root: PhysicalNode): string {
  const text: string[] = [];
  const waiting = [{ node: root, first: "", rest: "" }];
  for (let branch = waiting.pop(); branch !== undefined; branch = waiting.pop()) {
    const { node, first, rest } = branch;
    // The line of a kind takes the nodes of that kind: it is the same name.
    text.push(first + (lines[node.kind] as (node: PhysicalNode) => string)(node));
    const inputs = inputsOf(node);
    for (let i = inputs.length - 1; i >= 0; i--) {
      waiting.push({ node: inputs[i]!, first: `${rest}+- `, rest: `${rest}${i === inputs.length - 1 ? "   " : "|  "}` });
    }
  }
  return text.join("\n");
}

function texts(expressions: readonly Expression[]): string {
  return `[${expressions.map((e) => sqlText(e)).join(", ")}]`;
}

function names(columns: readonly Attribute[]): string {
  return `[${columns.map(({ name }) => name).join(", ")}]`;
}
