import { sqlTypeName, types } from "../../arrow/types.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { Expression } from "../expression.js";
import { describe, describeCall } from "../types/describe.js";
import { typeOf } from "../types/typeOf.js";
import { castArgs, requireKinds, type Resolving } from "./entry.js";

/** The text that the only argument of a function must be: a constant, and not null. @throws DATATYPE_MISMATCH.NON_FOLDABLE_INPUT, DATATYPE_MISMATCH.UNEXPECTED_NULL */
export function constantText(args: readonly Expression[], resolving: Resolving, parameter: string): string {
  requireKinds(args, ["string"], '"STRING"', resolving);
  const sqlExpr = `"${describeCall(resolving.name, args)}"`;
  const given = resolving.fold(castArgs(args, [types.string], resolving)[0]!);
  if (given.kind !== "literal") {
    throw new StreamingError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", {
      sqlExpr,
      inputName: `\`${parameter}\``,
      inputType: `"${sqlTypeName(typeOf(args[0]!))}"`,
      inputExpr: `"${describe(args[0]!)}"`,
    });
  }
  if (given.value === null) throw new StreamingError("DATATYPE_MISMATCH.UNEXPECTED_NULL", { sqlExpr, exprName: `\`${parameter}\`` });
  return given.value as string;
}
