import { memory } from "../../memory.js";
import { describe, expect, it } from "vitest";
import { sinkFormats } from "../../../dataframe/formats.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { checkSinkTakes, checkOptimized, checkStreaming, parseOutputMode } from "../../../engine/plan/analyzer/streaming.js";
import { optimize } from "../../../engine/plan/optimizer/optimize.js";
import { parseInterval } from "../../../engine/values/interval.js";
import { legacyCondition } from "../../golden/legacyConditions.js";
import { buildPlan } from "./build.js";
import { goldenCases, tablesOf, type Case } from "./cases.js";

interface Verdict {
  readonly condition: string;
  readonly parameters: Readonly<Record<string, string>>;
}

async function verdict(golden: Case): Promise<Verdict> {
  try {
    const plan = buildPlan(golden.query.plan!, tablesOf(golden), golden.query.pyspark);
    const trigger = golden.conf?.trigger?.processingTime ?? golden.options?.trigger?.processingTime;
    if (trigger !== undefined && parseInterval(trigger).microseconds < 0n) {
      throw new StreamingError("NEGATIVE_TRIGGER_INTERVAL", { interval: trigger });
    }
    const outputMode = parseOutputMode(golden.outputMode);
    const sinkName = golden.sink ?? "memory";
    checkSinkTakes(sinkName, (await sinkFormats.load(sinkName, { memoryTables: memory })).capabilities, outputMode);
    checkStreaming(plan, outputMode);
    checkOptimized(optimize(plan));
  } catch (error) {
    if (error instanceof StreamingError) return { condition: error.condition, parameters: error.parameters };
    throw error;
  }
  return { condition: "accepted", parameters: {} };
}

/** Spark's condition; for a legacy template ours, by the text. */
function wantedOf(error: NonNullable<Case["error"]>): string | null {
  return isProper(error.condition) ? error.condition : legacyCondition(error.message);
}

function isProper(condition: string | null): boolean {
  return condition !== null && !condition.startsWith("_LEGACY");
}

/** The parameters that Spark gave a proper condition. */
function properParameters({ kind, error }: Case): Readonly<Record<string, string>> {
  return kind === "reject" && error && isProper(error.condition) ? (error.parameters ?? {}) : {};
}

const judged = await Promise.all(
  goldenCases
    .filter((golden) => golden.query?.plan !== undefined && (golden.kind === "reject" || golden.kind === "stream"))
    .map(async (golden) => ({
      name: golden.name,
      golden,
      ...(await verdict(golden)),
      wanted: golden.error ? wantedOf(golden.error) : "accepted",
    })),
);

const built = judged.filter(({ condition }) => condition !== "NOT_YET_SUPPORTED");

/** Refused when the query is built or started; a stream that died before its first batch was refused, unless a row was to blame. */
const refused = built.filter(({ golden, wanted }) => {
  if (golden.kind === "reject") return golden.accepted === false && golden.errorPhase !== "run";
  return golden.error !== undefined && (golden.batches ?? []).length === 0 && wanted !== null && wanted !== "ARITHMETIC_OVERFLOW";
});

const accepted = built.filter(({ golden }) => (golden.kind === "reject" ? golden.accepted === true : golden.error === undefined));

describe("what Spark refuses of streams", () => {
  it.each(accepted)("$name is accepted", ({ condition, parameters }) => {
    expect({ condition, parameters }).toEqual({ condition: "accepted", parameters: {} });
  });

  it.each(refused)("$name is refused", ({ golden, condition, wanted, parameters }) => {
    expect(condition).toBe(wanted);
    expect(parameters).toMatchObject(properParameters(golden));
  });

  it("depends on few functions that are not built", () => {
    expect(accepted.length + refused.length).toBeGreaterThan(270);
    expect(judged.filter(({ golden, condition }) => golden.kind === "reject" && condition === "NOT_YET_SUPPORTED").length).toBeLessThan(5);
  });
});
