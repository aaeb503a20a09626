import type { AggregateFunction } from "./aggregateFunction.js";
import { booleanInput } from "./inputs.js";
import { max, min } from "./minMax.js";

/** False is smaller than true, so "all" is the smallest and "any" the largest. */
export const boolAnd: AggregateFunction = {
  ...min,
  name: "bool_and",
  aliases: ["every"],
  doc: "Whether all values that are present are true; null when none is.",
  inputs: [booleanInput],
};

export const boolOr: AggregateFunction = {
  ...max,
  name: "bool_or",
  aliases: ["some", "any"],
  doc: "Whether one of the values that are present is true; null when none is.",
  inputs: [booleanInput],
};
