import type { Schema } from "../../arrow/types.js";
import type { Attribute, Expression } from "../expression.js";

/** What to compute of each row that passes. */
export interface ProjectionSpec {
  readonly input: readonly Attribute[];
  /** Only rows for which it is true go on. */
  readonly filter: Expression | null;
  readonly outputs: readonly Expression[];
  readonly outputSchema: Schema;
}
