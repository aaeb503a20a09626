import { onTestFinished } from "vitest";
import type { StatefulOperator } from "../../../engine/physical/operator.js";
import { ColdState } from "../../../engine/physical/spill/coldState.js";
import { shedsState, type SheddingOperator } from "../../../engine/physical/spill/sheddingOperator.js";
import { QueryMemory } from "../../../engine/physical/spill/queryMemory.js";
import { temporarySpace } from "../../../runtime/spillSpace.js";
import { handling } from "../../runtime/testRuntime.js";

/** An operator as a stream has it: what it can shed lies on disk beyond the bytes that were drawn for this run. */
export function asInStream(make: () => SheddingOperator): StatefulOperator {
  const { spillBytes, stateRows } = handling().chunks;
  const operator = make();
  if (!shedsState(operator) || spillBytes === Infinity) return operator;
  const memory = new QueryMemory({ limitBytes: Infinity, spillBytes }, temporarySpace);
  onTestFinished(() => memory.close());
  return new ColdState(operator, make, memory, stateRows);
}
