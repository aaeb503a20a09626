import { describe, expect, it } from "vitest";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { checkStreaming, parseOutputMode } from "../../../engine/plan/analyzer/streaming.js";
import { parseInterval } from "../../../engine/sql/parser.js";
import { legacyCondition } from "../../golden/legacyConditions.js";
import { buildPlan } from "../../golden/plan.js";
import { goldenCases, tablesOf, type Case } from "./cases.js";

interface Verdict {
  readonly condition: string;
  readonly parameters: Readonly<Record<string, string>>;
}

function verdict(golden: Case): Verdict {
  try {
    const plan = buildPlan(golden.query.plan!, tablesOf(golden));
    const trigger = golden.conf?.trigger?.processingTime ?? golden.options?.trigger?.processingTime;
    if (trigger !== undefined && parseInterval(trigger).microseconds < 0n) {
      throw new StreamingError("NEGATIVE_TRIGGER_INTERVAL", { interval: trigger });
    }
    checkStreaming(plan, parseOutputMode(golden.outputMode), { sinkName: golden.sink ?? "memory" });
  } catch (error) {
    if (error instanceof StreamingError) return { condition: error.condition, parameters: error.parameters };
    throw error;
  }
  return { condition: "accepted", parameters: {} };
}

/** Functions that are not built yet decide nothing about the checker. */
const pending = (condition: string): boolean => condition === "NOT_YET_SUPPORTED";

function expected(error: NonNullable<Case["error"]>): string | null {
  const proper = error.condition !== null && !error.condition.startsWith("_LEGACY");
  return proper ? error.condition : legacyCondition(error.message);
}

const withPlan = goldenCases.filter((golden) => golden.query?.plan !== undefined);

describe("what Spark refuses of streams", () => {
  const rejects = withPlan.filter((golden) => golden.kind === "reject");

  it.each(rejects.filter((golden) => golden.accepted === true))("$name is accepted", (golden) => {
    expect(verdict(golden)).toEqual({ condition: "accepted", parameters: {} });
  });

  it.each(rejects.filter((golden) => golden.accepted === false && golden.errorPhase !== "run"))("$name is refused", (golden) => {
    const { condition, parameters } = verdict(golden);
    if (pending(condition)) return;
    const error = golden.error!;
    expect(condition).toBe(expected(error));
    if (error.condition?.startsWith("_LEGACY") === false) expect(parameters).toMatchObject(error.parameters ?? {});
  });

  it("needs few functions that are not built", () => {
    expect(rejects.filter((golden) => pending(verdict(golden).condition)).length).toBeLessThan(4);
  });
});

describe("the streaming cases", () => {
  const streams = withPlan.filter((golden) => golden.kind === "stream");

  it.each(streams.filter((golden) => golden.error === undefined))("$name is accepted", (golden) => {
    const { condition } = verdict(golden);
    if (!pending(condition)) expect(condition).toBe("accepted");
  });

  it.each(streams.filter((golden) => golden.error !== undefined && (golden.batches ?? []).length === 0))(
    "$name is refused at start",
    (golden) => {
      const { condition } = verdict(golden);
      const wanted = expected(golden.error!);
      // Errors of evaluation come with the rows.
      if (!pending(condition) && wanted !== null && wanted !== "ARITHMETIC_OVERFLOW") expect(condition).toBe(wanted);
    },
  );
});
