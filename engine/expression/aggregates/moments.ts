import { types } from "../../arrow/types.js";
import type { AggregateFunction } from "./aggregateFunction.js";
import { doubleInput } from "./inputs.js";
import { StatisticAccumulator, type StatisticSpec } from "./statistics.js";

type MomentLane = "n" | "mean" | "m2" | "m3" | "m4";
type Lanes = Readonly<Record<MomentLane, string>>;
type Values = Readonly<Record<MomentLane, number>>;

/** Welford's update of the central moments up to `order`, after Meng (2015): the form that Spark uses. */
function step({ n, mean, m2, m3, m4 }: Lanes, order: 2 | 3 | 4): string {
  const lines = [
    `${n} += 1; const delta = x - ${mean}, deltaN = delta / ${n};`,
    `${mean} += deltaN; ${m2} += delta * (delta - deltaN);`,
    order < 3 ? "" : `${m3} += delta * (delta * delta - deltaN * deltaN) - 3 * deltaN * ${m2};`,
    order < 4
      ? ""
      : `${m4} += delta * (delta * delta * delta - deltaN * deltaN * deltaN) - 4 * deltaN * ${m3} - 6 * deltaN * deltaN * ${m2};`,
  ];
  return lines.join("\n    ");
}

function combine(lanes: Lanes, order: 2 | 3 | 4): string {
  const n1 = "n1";
  const fourth = `${lanes.m4} += m4 + deltaN * deltaN * deltaN * delta * n1 * n * (n1 * n1 - n1 * n + n * n)
      + 6 * deltaN * deltaN * (n1 * n1 * m2 + n * n * ${lanes.m2}) + 4 * deltaN * (n1 * m3 - n * ${lanes.m3});`;
  const third = `${lanes.m3} += m3 + deltaN * deltaN * delta * n1 * n * (n1 - n) + 3 * deltaN * (n1 * m2 - n * ${lanes.m2});`;
  return `const ${n1} = ${lanes.n}, delta = mean - ${lanes.mean}, deltaN = delta / (n1 + n);
    ${order < 4 ? "" : fourth}
    ${order < 3 ? "" : third}
    ${lanes.m2} += m2 + delta * deltaN * n1 * n;
    ${lanes.mean} += deltaN * n;
    ${lanes.n} += n;`;
}

function specOf(order: 2 | 3 | 4, result: (values: Values) => number | null): StatisticSpec<MomentLane> {
  const all: readonly MomentLane[] = ["n", "mean", "m2", "m3", "m4"];
  return { lanes: all.slice(0, order + 1), step: (lanes) => step(lanes, order), combine: (lanes) => combine(lanes, order), result };
}

function moment(
  name: string,
  aliases: readonly string[],
  doc: string,
  order: 2 | 3 | 4,
  result: (values: Values) => number | null,
): AggregateFunction {
  return {
    name,
    aliases,
    doc,
    minArgs: 1,
    maxArgs: 1,
    inputs: [doubleInput],
    constantArgs: [],
    orderDependent: false,
    resultType: () => types.double,
    nullable: () => true,
    accumulator: () => new StatisticAccumulator(specOf(order, result)),
  };
}

const sampleVariance = ({ n, m2 }: Values): number | null => (n === 1 ? null : m2 / (n - 1));

function rootOf(x: number | null): number | null {
  return x === null ? null : Math.sqrt(x);
}

export const moments: readonly AggregateFunction[] = [
  moment("stddev_samp", ["stddev", "std"], "The sample standard deviation; null for fewer than two values.", 2, (v) =>
    rootOf(sampleVariance(v)),
  ),
  moment("stddev_pop", [], "The population standard deviation.", 2, ({ n, m2 }) => Math.sqrt(m2 / n)),
  moment("var_samp", ["variance"], "The sample variance; null for fewer than two values.", 2, sampleVariance),
  moment("var_pop", [], "The population variance.", 2, ({ n, m2 }) => m2 / n),
  moment("skewness", [], "The skewness; null when all values are equal.", 3, ({ n, m2, m3 }) =>
    m2 === 0 ? null : (Math.sqrt(n) * m3) / Math.sqrt(m2 * m2 * m2),
  ),
  moment("kurtosis", [], "The excess kurtosis; null when all values are equal.", 4, ({ n, m2, m4 }) =>
    m2 === 0 ? null : (n * m4) / (m2 * m2) - 3,
  ),
];
