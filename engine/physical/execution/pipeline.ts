import { assert } from "../../errors/assert.js";
import type { Batch } from "../../arrow/batch.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import type { OperatorParts } from "../nodeFacts.js";
import { AnswerBook } from "../answers.js";
import { mainPort, type BatchFacts, type Operator, type StatefulOperator } from "../operator.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { descend } from "../../plan/descend.js";
import { isLeaf, operatorFactsOf, streamInputsOf, type LeafNode, type OperatorNode, type PhysicalNode, type PlanRoot } from "../plan.js";
import type { QueryMemory } from "../spill/queryMemory.js";
import { ColdState } from "../spill/coldState.js";
import { shedsState, type SheddingOperator } from "../spill/sheddingOperator.js";
import { isKeyed, SpillByKey, type KeyedOperator } from "../spill/spillByKey.js";
import { WatermarkOperator } from "../stateless/watermark.js";
import { fragmentsByLeaf, fragmentsOf } from "../fragments.js";
import type { Ports, Route, WiredOperator } from "./driver.js";
import { LateWatch } from "./lateWatch.js";

/** Where rows enter a pipeline: what reads, and where its rows go. */
export interface Leaf {
  readonly node: LeafNode;
  /** Its place among the leaves. */
  readonly index: number;
  /** The fragment of the plan that it is read in. */
  readonly fragment: number;
  readonly ports: Ports;
}

/** The operators of a plan, wired to each other. Rows enter at the leaves, in their order, and come out under the id of an output. */
export interface Pipeline {
  readonly leaves: readonly Leaf[];
  /** Each after those that feed it. */
  readonly operators: readonly WiredOperator[];
  readonly stateful: readonly StatefulOperator[];
  readonly watermarks: readonly WatermarkOperator[];
  /** Of the operators that lose late rows. */
  readonly late: readonly LateWatch[];
  /** What its operators are answered from outside. */
  readonly answers: AnswerBook;
  /** Starts a batch in all of them, upstream first. */
  begin(context: BatchFacts): void;
}

/** The rows of the tables that joins probe, by the node that gives them, read before the pipeline is built. */
export type Tables = ReadonlyMap<PhysicalNode, Batch>;

/** Makes the operator of a node. */
export type OperatorMaker = (node: OperatorNode, parts: OperatorParts<PhysicalNode>) => Operator;

export const makeOperator: OperatorMaker = (node, parts) => operatorFactsOf(node).make(node, parts);

/** The same for a stream: what its state takes beyond memory goes to disk, of operators that can do without it for a time. */
export const makeStreamOperator: OperatorMaker = (node, parts) => {
  const make = (): Operator => makeOperator(node, parts);
  const operator = make();
  return shedsState(operator) ? new ColdState(operator, () => make() as SheddingOperator, parts.memory, parts.chunks.stateRows) : operator;
};

/** The same for a plan that runs once: what the groups of an operator take beyond memory goes to disk. */
export const makeBoundedOperator: OperatorMaker = (node, parts) => {
  const make = (): Operator => makeOperator(node, parts);
  const operator = make();
  if (!isKeyed(operator)) return operator;
  return new SpillByKey(operator, () => make() as KeyedOperator, parts.memory, parts.chunks.emittedRows);
};

/** Makes the operators of a plan. */
export function buildPipeline(
  roots: readonly PlanRoot[],
  tables: Tables,
  chunks: ChunkSizes,
  memory: QueryMemory,
  make: OperatorMaker = makeOperator,
): Pipeline {
  let current: BatchFacts | null = null;
  const answers = new AnswerBook();
  const parts: OperatorParts<PhysicalNode> = {
    chunks,
    memory,
    tableOf: (input) => tables.get(input)!,
    currentFacts: () => current!,
    answersOf: (name) => answers.open(name),
  };
  const builder = new PipelineBuilder((node) => make(node, parts), fragmentsByLeaf(fragmentsOf(roots)));
  for (const { outputId, node } of roots) builder.connect(node, { kind: "output", output: outputId });
  const operators = builder.operators.map(({ operator }) => operator);
  const watches = builder.operators.flatMap(({ late }) => late ?? []);
  return {
    leaves: builder.leaves,
    answers,
    operators: builder.operators,
    stateful: operators.filter(isStateful),
    late: watches,
    watermarks: operators.filter((operator) => operator instanceof WatermarkOperator),
    begin(context) {
      current = context;
      for (const operator of operators) operator.begin(context);
      for (const watch of watches) watch.begin(context);
    },
  };
}

function isStateful(operator: Operator): operator is StatefulOperator {
  return "operatorId" in operator;
}

/** Null where no row is late. */
function watchOf(node: OperatorNode, operator: StatefulOperator): LateWatch | null {
  const facts = operatorFactsOf(node);
  const inputs = streamInputsOf(node).map(({ output }, input) => {
    const told = [...output.keys()].filter((column) => output[column]!.name !== "");
    return { judge: facts.lateJudge?.(node, input) ?? null, told, schema: schemaOf(told.map((column) => output[column]!)) };
  });
  return inputs.every(({ judge }) => judge === null) ? null : new LateWatch(operator, inputs);
}

/** The ports of what gives a node's rows, while those who take them are still being found. */
type OpenPorts = Route[][];

/** Who takes a node's rows. */
interface Connection {
  readonly from: PhysicalNode;
  readonly route: Route;
}

/** Upstream first, so that the operators and leaves are listed in the order in which they run. */
class PipelineBuilder {
  readonly leaves: Leaf[] = [];
  readonly operators: WiredOperator[] = [];
  readonly #built = new Map<PhysicalNode, OpenPorts>();

  constructor(
    private readonly make: (node: OperatorNode) => Operator,
    private readonly fragments: ReadonlyMap<PhysicalNode, number>,
  ) {}

  /** Lets `route` take a node's rows, behind those that take them already. */
  connect(root: PhysicalNode, route: Route): void {
    descend<Connection, void>({ from: root, route }, (connection) => this.#connected(connection));
  }

  /** Yields the connections of the node's own inputs before it is in the list of operators. */
  *#connected({ from, route }: Connection): Generator<Connection, void, void> {
    let [node, port] = [from, mainPort];
    while (node.kind === "port") [node, port] = [node.input, node.port];
    const known = this.#built.get(node);
    const ports: OpenPorts = known ?? [];
    this.#built.set(node, ports);
    if (known === undefined && isLeaf(node)) {
      const fragment = this.fragments.get(node);
      assert(fragment !== undefined, "every leaf is in a fragment");
      this.leaves.push({ node, index: this.leaves.length, fragment, ports });
    } else if (known === undefined && !isLeaf(node)) {
      const operator = this.make(node);
      const wired: WiredOperator = { operator, ports, late: isStateful(operator) ? watchOf(node, operator) : null };
      for (const [input, below] of streamInputsOf(node).entries()) yield { from: below, route: { kind: "operator", to: wired, input } };
      this.operators.push(wired);
    }
    (ports[port] ??= []).push(route);
  }
}
