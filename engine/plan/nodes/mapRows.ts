import type { Attribute, Expression } from "../../expression/expression.js";
import { oneInput, stateless, type Columns, type Input, type NodeFacts, type Origin } from "./facts.js";

/** A user's function of rows, or of whole batches of them: `map`, `flatMap`, `filter` and `mapBatches`. */
export interface MapRows<Plan> {
  readonly kind: "mapRows";
  /** The verb. */
  readonly verb: string;
  /** What the function is called. */
  readonly name: string;
  readonly functionId: number;
  /** The columns of the rows that it sees. */
  readonly columns: readonly Expression[];
  /** The columns that it gives; null when its rows are some of those that it sees. */
  readonly outputs: readonly Attribute[] | null;
  /** Whether rows may be left out before it sees them. */
  readonly deterministic: boolean;
  readonly input: Plan;
}

const itself: Origin = (column) => column;

export const mapRows: NodeFacts<MapRows<Input>> = {
  kind: "mapRows",
  ...oneInput,
  ...stateless,
  expressions: ({ columns }) => columns,
  withExpressions: (node, columns) => ({ ...node, columns }),
  defined: ({ outputs }) => outputs ?? [],
  withDefined: (node, outputs) => (node.outputs === null ? node : { ...node, outputs }),
  output: ({ outputs, columns }): Columns => outputs ?? columns.filter((column) => column.kind === "attribute"),
  onlyExpressions: true,
  origins: ({ outputs }) => [outputs === null ? itself : () => null],
  letsFilterPass: ({ outputs, deterministic }) => outputs === null && deterministic,
  narrow: (node) => node,
  explain: ({ verb, name }) => `MapRows ${verb} ${name}`,
};
