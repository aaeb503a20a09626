import { batchFromRows } from "../../engine/arrow/columns.js";
import { types, type Field } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { AnalyzedPlan } from "../../engine/plan/logicalPlan.js";
import { localPlan } from "../localPlan.js";
import type { SessionContext } from "../sessionContext.js";

/** Rows in memory as a plan: what a command gives. */
export function rowsAsPlan(session: SessionContext, fields: readonly Field[], values: readonly (readonly Value[])[]): AnalyzedPlan {
  return localPlan(batchFromRows(types.struct(fields), values), session.analysisContext);
}

/** A column of texts that are always there. */
export function text(name: string): Field {
  return { name, type: types.string, nullable: false };
}
