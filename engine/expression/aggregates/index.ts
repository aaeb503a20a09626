import type { AggregateFunction } from "./aggregateFunction.js";
import { approxCountDistinct } from "./approxCountDistinct.js";
import { average, tryAverage } from "./average.js";
import { bitAnd, bitOr, bitXor } from "./bits.js";
import { bitmapAggregates } from "./bitmaps.js";
import { boolAnd, boolOr } from "./booleans.js";
import { collectList, collectSet, collectUnion } from "./collect.js";
import { count, countIf } from "./count.js";
import { covariances } from "./covariance.js";
import { maxBy, minBy } from "./extremumBy.js";
import { max, min } from "./minMax.js";
import { moments } from "./moments.js";
import { anyValue, first, last } from "./positional.js";
import { sum, trySum } from "./sum.js";
import { findUserAggregate } from "./userAggregates.js";

const entries: readonly AggregateFunction[] = [
  count,
  countIf,
  approxCountDistinct,
  sum,
  trySum,
  average,
  tryAverage,
  min,
  max,
  minBy,
  maxBy,
  boolAnd,
  boolOr,
  bitAnd,
  bitOr,
  bitXor,
  first,
  last,
  anyValue,
  collectList,
  collectSet,
  collectUnion,
  ...bitmapAggregates,
  ...moments,
  ...covariances,
];

/** The aggregate function of that name (lower case); or a user's. */
export function findAggregate(name: string): AggregateFunction | undefined {
  return Object.hasOwn(aggregateFunctions, name) ? aggregateFunctions[name] : findUserAggregate(name);
}

/** Every aggregate function by each of its names, in lower case. */
export const aggregateFunctions: Readonly<Record<string, AggregateFunction>> = Object.fromEntries(
  entries.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [name, entry])),
);
