import type { Attribute, Expression } from "../../expression/expression.js";
import { addedColumns, oneInput, stateless, type Input, type NodeFacts } from "./facts.js";
import { listText } from "./text.js";

/** Values of which each counts once, and the column that says of which row. */
export interface DistinctValues {
  readonly values: readonly Expression[];
  /** Only rows for which it is true count; null: all. */
  readonly filter: Expression | null;
  readonly mark: Attribute;
}

/**
 * Rows of a query in output mode `changes`, each with marks: whether it is the first with its values of its group, or takes back the last one. So an aggregate over
 * distinct values is one over the rows that are marked.
 */
export interface DistinctMarks<Plan> {
  readonly kind: "distinctMarks";
  readonly operatorId: string;
  readonly grouping: readonly Expression[];
  readonly sets: readonly DistinctValues[];
  /** The column that says 1 or −1; null where every row is new. */
  readonly taken: Attribute | null;
  readonly input: Plan;
}

export const distinctMarks: NodeFacts<DistinctMarks<Input>> = {
  kind: "distinctMarks",
  ...oneInput,
  ...stateless,
  ...addedColumns<DistinctMarks<Input>>(
    ({ sets }) => sets.map(({ mark }) => mark),
    (node, marks) => ({ ...node, sets: node.sets.map((set, i) => ({ ...set, mark: marks[i]! })) }),
  ),
  letsFilterPass: () => false,
  expressions: ({ grouping, sets }) => [...grouping, ...sets.flatMap(ofSet)],
  withExpressions: (node, expressions) => {
    const rest = expressions.slice(node.grouping.length);
    const sets = node.sets.map((set) => {
      const own = rest.splice(0, ofSet(set).length);
      return { ...set, values: own.slice(0, set.values.length), filter: set.filter === null ? null : own.at(-1)! };
    });
    return { ...node, grouping: expressions.slice(0, node.grouping.length), sets };
  },
  operatorKind: () => "distinct",
  keepsState: () => true,
  explain: ({ grouping, sets, operatorId }) =>
    `DistinctMarks ${listText(grouping)} ${sets.map(({ values }) => listText(values)).join(", ")} (${operatorId})`,
};

function ofSet({ values, filter }: DistinctValues): readonly Expression[] {
  return filter === null ? values : [...values, filter];
}
