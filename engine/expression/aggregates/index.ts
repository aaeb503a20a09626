import type { AggregateFunction } from "./aggregateFunction.js";
import { average, tryAverage } from "./average.js";
import { count, countIf } from "./count.js";
import { max, min } from "./minMax.js";
import { sum, trySum } from "./sum.js";

const entries: readonly AggregateFunction[] = [count, countIf, sum, trySum, average, tryAverage, min, max];

/** Every aggregate function by each of its names, in lower case. */
export const aggregateFunctions: Readonly<Record<string, AggregateFunction>> = Object.fromEntries(
  entries.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [name, entry])),
);
