import { shownValue } from "../errors/shownValue.js";
import { typeName } from "../arrow/types.js";
import type { ChunkSizes } from "../contract/chunkSizes.js";
import { StreamingError } from "../errors/streamingError.js";
import { explainPlan } from "../plan/explain.js";
import type { AnalyzedPlan, OptimizedPlan } from "../plan/logicalPlan.js";
import { outputOf } from "../plan/outputOf.js";
import { sizesOf, sizeText } from "../plan/sizes.js";
import { generatedCode } from "./generatedCode.js";
import type { PlanRoot } from "./plan.js";
import { numberedPlan, planTree } from "./planText.js";

/** What `explain` shows; Spark's modes. */
export type ExplainMode = "simple" | "extended" | "codegen" | "cost" | "formatted";

/** What there is to explain. */
export interface ExplainedPlan {
  readonly analyzed: AnalyzedPlan;
  readonly optimized: OptimizedPlan;
  /** The operators; a message where there are none. */
  readonly physical: readonly PlanRoot[] | string;
  readonly chunks: ChunkSizes;
}

const texts: { readonly [M in ExplainMode]: (plan: ExplainedPlan) => string } = {
  simple: physicalSection,
  extended: (plan) =>
    [
      section("Analyzed Logical Plan", `${columnsText(plan.analyzed)}\n${explainPlan(plan.analyzed)}`),
      section("Optimized Logical Plan", explainPlan(plan.optimized)),
      physicalSection(plan),
    ].join("\n\n"),
  codegen: ({ physical, chunks }) => (typeof physical === "string" ? physical : generatedCode(physical, chunks)),
  cost: (plan) => {
    const sizes = sizesOf(plan.optimized);
    const withSizes = explainPlan(plan.optimized, (node) => `, Statistics(sizeInBytes=${sizeText(sizes.get(node)!)})`);
    return [section("Optimized Logical Plan", withSizes), physicalSection(plan)].join("\n\n");
  },
  formatted: ({ physical }) => section("Physical Plan", typeof physical === "string" ? physical : numberedPlan(physical)),
};

/**
 * The mode that is meant: its name, in any case, or true for `extended`.
 *
 * @throws INVALID_OPTION_VALUE naming the modes that there are
 */
export function explainMode(given: unknown): ExplainMode {
  if (typeof given === "boolean") return given ? "extended" : "simple";
  const name = shownValue(given).toLowerCase();
  if (Object.hasOwn(texts, name)) return name as ExplainMode;
  const expected = `one of ${Object.keys(texts).join(", ")}`;
  throw new StreamingError("INVALID_OPTION_VALUE", { owner: "explain", option: "mode", value: shownValue(given), expected });
}

/** The text of a plan. */
export function explainText(plan: ExplainedPlan, mode: ExplainMode): string {
  return texts[mode](plan);
}

function physicalSection({ physical }: ExplainedPlan): string {
  return section("Physical Plan", typeof physical === "string" ? physical : planTree(physical));
}

function section(title: string, text: string): string {
  return `== ${title} ==\n${text}`;
}

/** `id: bigint, k: string`: the first line of an analyzed plan. */
function columnsText(plan: AnalyzedPlan): string {
  return outputOf(plan)
    .map(({ name, type }) => `${name}: ${typeName(type)}`)
    .join(", ");
}
