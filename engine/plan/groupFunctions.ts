import type { GroupFunction } from "../contract/groupFunction.js";
import { assert } from "../errors/assert.js";

/** Makes a function for one run: functions may keep things of their own from batch to batch, which no other run must see. */
export type GroupFunctionMaker = () => GroupFunction;

const makers: GroupFunctionMaker[] = [];

/** Plans are plain data: they name a user's function by the number that it gets here. */
export function registerGroupFunction(maker: GroupFunctionMaker): number {
  return makers.push(maker) - 1;
}

export function makeGroupFunction(id: number): GroupFunction {
  const maker = makers[id];
  assert(maker !== undefined, `no function ${id}`);
  return maker();
}
