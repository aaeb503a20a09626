import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { batchFromRows } from "../../../engine/arrow/columns.js";
import { field, types, type Schema } from "../../../engine/arrow/types.js";
import { freshId, type Attribute } from "../../../engine/expression/expression.js";
import type { LogicalPlan } from "../../../engine/plan/logicalPlan.js";
import { parseDataType } from "../../../engine/sql/ddl.js";
import type { PlanNode } from "../../golden/runner/case.js";

/** What the tests of plans read of a golden case. */
export interface Case {
  readonly name: string;
  readonly kind: string;
  readonly inputs: Readonly<Record<string, { readonly schema: Readonly<Record<string, string>> }>>;
  readonly static?: Readonly<Record<string, { readonly schema: Readonly<Record<string, string>> }>>;
  readonly query: { readonly plan?: PlanNode; readonly pyspark: string };
  readonly outputSchema?: readonly { readonly name: string; readonly type: string }[];
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
/** All of them. */
export const goldenCases = readdirSync(folder)
  .filter((file) => !file.startsWith("_"))
  .map((file) => JSON.parse(readFileSync(folder + file, "utf8")) as Case);

function schemaOf(columns: Readonly<Record<string, string>>): Schema {
  return types.struct(Object.entries(columns).map(([name, type]) => field(name, parseDataType(type))));
}

function attributesOf(schema: Schema): Attribute[] {
  return schema.fields.map(({ name, type, nullable }) => ({ kind: "attribute", id: freshId(), name, type, nullable, qualifier: [] }));
}

/** The streams and tables of a case, without rows. */
export function tablesOf(golden: Case): Record<string, LogicalPlan> {
  const tables: Record<string, LogicalPlan> = {};
  let table = 0;
  for (const [name, { schema }] of Object.entries(golden.inputs)) {
    tables[name] = {
      kind: "read",
      streaming: true,
      table: table++,
      description: name,
      output: attributesOf(schemaOf(schema)),
      metadata: [],
    };
  }
  for (const [name, { schema }] of Object.entries(golden.static ?? {})) {
    const parsed = schemaOf(schema);
    tables[name] = { kind: "localRelation", batch: batchFromRows(parsed, []), output: attributesOf(parsed) };
  }
  return tables;
}
