import type { BatchFunction } from "../contract/userFunction.js";
import { assert } from "../errors/assert.js";

const functions: BatchFunction[] = [];

/** Plans are plain data: they name a user's function of batches by the number that it gets here. */
export function registerBatchFunction(made: BatchFunction): number {
  return functions.push(made) - 1;
}

export function batchFunction(id: number): BatchFunction {
  const made = functions[id];
  assert(made !== undefined, `no function ${id}`);
  return made;
}
