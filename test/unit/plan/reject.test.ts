import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { batchFromRows } from "../../../engine/arrow/columns.js";
import { field, types, type Schema } from "../../../engine/arrow/types.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { freshId, type Attribute } from "../../../engine/expression/expression.js";
import { checkStreaming, parseOutputMode } from "../../../engine/plan/analyzer/streaming.js";
import type { LogicalPlan } from "../../../engine/plan/logicalPlan.js";
import { parseDataType } from "../../../engine/sql/ddl.js";
import { parseInterval } from "../../../engine/sql/parser.js";
import { legacyCondition } from "../../golden/legacyConditions.js";
import { buildPlan, type PlanJson } from "../../golden/plan.js";

interface Case {
  readonly name: string;
  readonly kind: string;
  readonly inputs: Readonly<Record<string, { readonly schema: Readonly<Record<string, string>> }>>;
  readonly static?: Readonly<Record<string, { readonly schema: Readonly<Record<string, string>> }>>;
  readonly query: { readonly plan?: PlanJson };
  readonly outputMode: string;
  readonly sink?: string;
  readonly accepted?: boolean;
  readonly errorPhase?: string;
  readonly options?: { readonly trigger?: { readonly processingTime?: string } };
  readonly conf?: { readonly trigger?: { readonly processingTime?: string } };
  readonly batches?: readonly { readonly rows: readonly unknown[] }[];
  readonly error?: { readonly condition: string | null; readonly message: string; readonly parameters?: Readonly<Record<string, string>> };
}

const folder = fileURLToPath(new URL("../../golden/cases/", import.meta.url));
const cases = readdirSync(folder)
  .filter((file) => !file.startsWith("_"))
  .map((file) => JSON.parse(readFileSync(folder + file, "utf8")) as Case);

function schemaOf(columns: Readonly<Record<string, string>>): Schema {
  return types.struct(Object.entries(columns).map(([name, type]) => field(name, parseDataType(type))));
}

function attributesOf(schema: Schema): Attribute[] {
  return schema.fields.map(({ name, type, nullable }) => ({ kind: "attribute", id: freshId(), name, type, nullable, qualifier: [] }));
}

function tablesOf(golden: Case): Record<string, LogicalPlan> {
  const tables: Record<string, LogicalPlan> = {};
  let table = 0;
  for (const [name, { schema }] of Object.entries(golden.inputs)) {
    tables[name] = { kind: "read", streaming: true, table: table++, description: name, output: attributesOf(schemaOf(schema)) };
  }
  for (const [name, { schema }] of Object.entries(golden.static ?? {})) {
    const parsed = schemaOf(schema);
    tables[name] = { kind: "localRelation", batch: batchFromRows(parsed, []), output: attributesOf(parsed) };
  }
  return tables;
}

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

const withPlan = cases.filter((golden) => golden.query?.plan !== undefined);

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
