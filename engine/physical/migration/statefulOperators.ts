import { emptyBatch } from "../../arrow/columns.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { assert } from "../../errors/assert.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { AnswerBook } from "../answers.js";
import type { StatefulOperator } from "../operator.js";
import { unlimitedMemory } from "../spill/queryMemory.js";
import { factsOf, isLeaf, nodesOf, operatorFactsOf, type OperatorNode, type PlanRoot } from "../plan.js";

/** The stateful operators of a plan, for whoever asks what state they keep: they never see a row, and no table is read for them. */
export function statefulOperators(roots: readonly PlanRoot[], chunks: ChunkSizes): StatefulOperator[] {
  const answers = new AnswerBook();
  const stateful = nodesOf(roots).filter((node): node is OperatorNode => !isLeaf(node) && factsOf(node).operatorId(node) !== null);
  return stateful.map((node) => {
    const operator = operatorFactsOf(node).make(node, {
      chunks,
      memory: unlimitedMemory(),
      tableOf: (input) => emptyBatch(schemaOf(input.output)),
      answersOf: (name) => answers.open(name),
      currentFacts: () => {
        throw new Error("no batch runs");
      },
    });
    assert("schemas" in operator, "what has an operator's id keeps state");
    return operator as StatefulOperator;
  });
}
