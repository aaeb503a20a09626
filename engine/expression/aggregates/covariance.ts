import { types } from "../../arrow/types.js";
import type { AggregateFunction } from "./aggregateFunction.js";
import { doubleInput } from "./inputs.js";
import { StatisticAccumulator, type StatisticSpec } from "./statistics.js";

type PairLane = "n" | "meanX" | "meanY" | "co" | "m2X" | "m2Y";
type Lanes = Readonly<Record<PairLane, string>>;
type Values = Readonly<Record<PairLane, number>>;

/** Welford's update for two variables. */
function step({ n, meanX, meanY, co, m2X, m2Y }: Lanes, spread: boolean): string {
  return `${n} += 1; const deltaX = x - ${meanX}, deltaY = y - ${meanY};
    ${meanX} += deltaX / ${n}; ${meanY} += deltaY / ${n};
    ${co} += deltaX * (y - ${meanY});
    ${spread ? `${m2X} += deltaX * (x - ${meanX}); ${m2Y} += deltaY * (y - ${meanY});` : ""}`;
}

function combine(lanes: Lanes, spread: boolean): string {
  return `const n1 = ${lanes.n}, total = n1 + n, deltaX = meanX - ${lanes.meanX}, deltaY = meanY - ${lanes.meanY};
    ${lanes.co} += co + deltaX * (deltaY / total) * n1 * n;
    ${spread ? `${lanes.m2X} += m2X + deltaX * (deltaX / total) * n1 * n; ${lanes.m2Y} += m2Y + deltaY * (deltaY / total) * n1 * n;` : ""}
    ${lanes.meanX} += (deltaX / total) * n; ${lanes.meanY} += (deltaY / total) * n; ${lanes.n} = total;`;
}

function ofPairs(name: string, doc: string, spread: boolean, result: (values: Values) => number | null): AggregateFunction {
  const lanes: readonly PairLane[] = spread ? ["n", "meanX", "meanY", "co", "m2X", "m2Y"] : ["n", "meanX", "meanY", "co"];
  const spec: StatisticSpec<PairLane> = {
    lanes,
    step: (places) => step(places, spread),
    combine: (places) => combine(places, spread),
    result,
  };
  return {
    name,
    aliases: [],
    doc,
    minArgs: 2,
    maxArgs: 2,
    inputs: [doubleInput],
    constantArgs: [],
    orderDependent: false,
    resultType: () => types.double,
    nullable: () => true,
    accumulator: () => new StatisticAccumulator(spec),
  };
}

/** Null where a variable does not vary: Spark divides by zero there, which gives null in this function whatever the mode. */
function correlation({ n, co, m2X, m2Y }: Values): number | null {
  const spread = Math.sqrt(m2X * m2Y);
  return n === 1 || spread === 0 ? null : co / spread;
}

export const covariances: readonly AggregateFunction[] = [
  ofPairs("covar_pop", "The population covariance of two columns.", false, ({ n, co }) => co / n),
  ofPairs("covar_samp", "The sample covariance of two columns; null for fewer than two pairs.", false, ({ n, co }) =>
    n === 1 ? null : co / (n - 1),
  ),
  ofPairs(
    "corr",
    "Pearson's correlation of two columns; null for fewer than two pairs, or where one of the columns does not vary.",
    true,
    correlation,
  ),
  // Of regressions the first argument is the dependent variable, which the lanes call x.
  ofPairs("regr_sxx", "The sum of squares of x around its mean, over the pairs (y, x).", true, ({ m2Y }) => m2Y),
  ofPairs("regr_syy", "The sum of squares of y around its mean, over the pairs (y, x).", true, ({ m2X }) => m2X),
  ofPairs("regr_sxy", "The sum of products of y and x around their means.", false, ({ co }) => co),
  ofPairs("regr_slope", "The slope of the line of least squares through the pairs (y, x); null where x does not vary.", true, slope),
  ofPairs("regr_intercept", "Where the line of least squares through the pairs (y, x) meets x = 0.", true, (values) => {
    const steepness = slope(values);
    return steepness === null ? null : values.meanX - steepness * values.meanY;
  }),
  ofPairs(
    "regr_r2",
    "The square of the correlation of the pairs (y, x); null where x does not vary, 1 where only y does not.",
    true,
    ({ co, m2X, m2Y }) => {
      if (m2Y === 0) return null;
      return m2X === 0 ? 1 : (co * co) / m2X / m2Y;
    },
  ),
];

function slope({ co, m2Y }: Values): number | null {
  return m2Y === 0 ? null : co / m2Y;
}
