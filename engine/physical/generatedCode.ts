import { unlimitedMemory } from "./spill/queryMemory.js";
import { batchFromRows } from "../arrow/columns.js";
import type { Batch } from "../arrow/batch.js";
import type { DataType } from "../arrow/types.js";
import type { Value } from "../arrow/value.js";
import { functionText, observeCompilation, type GeneratedFunction } from "../codegen/compileFunction.js";
import type { ChunkSizes } from "../contract/chunkSizes.js";
import { unreachable } from "../errors/assert.js";
import { StreamingError } from "../errors/streamingError.js";
import { findUserAggregate } from "../expression/aggregates/userAggregates.js";
import type { Expression } from "../expression/expression.js";
import { isUserCall } from "../expression/functions/userFunctions.js";
import { someExpression } from "../expression/traverse.js";
import { schemaOf } from "../plan/logicalPlan.js";
import { AnswerBook } from "./answers.js";
import type { NodeBase } from "./nodeFacts.js";
import type { BatchFacts, Emission, Pause } from "./operator.js";
import { factsOf, isLeaf, nodesOf, operatorFactsOf, streamInputsOf, type OperatorNode, type PlanRoot } from "./plan.js";

const facts: BatchFacts = { batchId: 0, batchTimeMs: 0, conf: {}, outputMode: "append", noData: false, watermarks: {} };

/**
 * The loops of every operator, as text. They are made when the first batch comes, for the encodings that it has: so each operator is given two rows in the plainest
 * encodings, and the text is what it compiles for that. Other encodings (the dictionaries of a Parquet file) get loops of the same form.
 */
export function generatedCode(roots: readonly PlanRoot[], chunks: ChunkSizes): string {
  const nodes = nodesOf(roots).filter((node): node is OperatorNode => !isLeaf(node) && node.kind !== "port" && !callsUsers(node));
  const withCode = nodes.map((node) => ({ node, compiled: compiledFor(node, chunks) })).filter(({ compiled }) => compiled.length > 0);
  const sections = withCode.map(({ node, compiled }, i) => {
    const title = `== ${i + 1} / ${withCode.length}: ${factsOf(node).explain(node)} ==`;
    return [title, "", "Generated code:", ...compiled.map(functionText)].join("\n");
  });
  return [`Found ${withCode.length} operators with generated code.`, ...sections].join("\n\n");
}

/** A user's function is called for the rows of a query, and at no other time. */
function callsUsers(node: OperatorNode): boolean {
  if (node.kind === "groupState" || node.kind === "mapRows") return true;
  if (node.kind === "aggregate") return node.spec.aggregates.some(({ call }) => findUserAggregate(call.name) !== undefined);
  return factsOf(node)
    .expressions(node)
    .some((e) => someExpression(e, isUserExpression));
}

function isUserExpression(e: Expression): boolean {
  return e.kind === "call" && isUserCall(e);
}

/** What an operator compiles for rows of each of its inputs. */
function compiledFor(node: OperatorNode, chunks: ChunkSizes): readonly GeneratedFunction[] {
  return observeCompilation(() => {
    const operator = operatorFactsOf(node).make(node, {
      chunks,
      memory: unlimitedMemory(),
      tableOf: sampleOf,
      currentFacts: () => facts,
      answersOf: (name) => new AnswerBook().open(name),
    });
    operator.begin(facts);
    streamInputsOf(node).forEach((from, input) => {
      pull(() => operator.process(sampleOf(from), input));
    });
    pull(() => operator.finish());
  });
}

/** The sample is no row of the user's: what an expression says against it is not said. The loop is there by then. */
function pull(work: () => Iterable<Emission | Pause>): void {
  try {
    const emissions = work()[Symbol.iterator]();
    while (emissions.next().done !== true);
  } catch (error) {
    if (!(error instanceof StreamingError)) throw error;
  }
}

/** A row of values, and one of nulls where there may be any: a column without nulls has another loop. */
function sampleOf({ output }: NodeBase): Batch {
  const values = output.map(({ type }) => sampleValue(type));
  const nulls = output.map(({ nullable }, i) => (nullable ? null : values[i]!));
  return batchFromRows(schemaOf(output), [values, nulls]);
}

function sampleValue(type: DataType): Value {
  switch (type.kind) {
    case "null":
      return null;
    case "boolean":
      return true;
    case "byte":
    case "short":
    case "int":
    case "float":
    case "double":
    case "date":
    case "interval_yearmonth":
      return 1;
    case "long":
    case "timestamp":
    case "timestamp_ntz":
    case "interval_daytime":
    case "decimal":
      return 1n;
    case "string":
      return "1";
    case "binary":
      return new Uint8Array([1]);
    case "interval":
      return { months: 0, days: 1, microseconds: 0n };
    case "array":
      return [sampleValue(type.element)];
    case "map":
      return { keys: [sampleValue(type.key)], values: [sampleValue(type.value)] };
    case "struct":
      return type.fields.map((f) => sampleValue(f.type));
    default:
      return unreachable(type);
  }
}
