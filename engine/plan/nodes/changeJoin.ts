import type { Attribute, Expression } from "../../expression/expression.js";
import type { JoinType } from "../joinType.js";
import { sqlText } from "../sqlText.js";
import { stateless, type Input, type NodeFacts } from "./facts.js";
import { joinOutput } from "./join.js";

/** What joins two streams whose rows may be taken back. */
export type ChangeJoinType = Exclude<JoinType, "cross" | "mark" | "single">;

/** A join of two streams of a query in output mode `changes`: what a row that comes or goes makes of the result is told at once. */
export interface ChangeJoin<Plan> {
  readonly kind: "changeJoin";
  readonly operatorId: string;
  readonly joinType: ChangeJoinType;
  readonly condition: Expression | null;
  /** Of each input the column that says 1 or −1; null where every row is new. */
  readonly taken: readonly [Attribute | null, Attribute | null];
  /** The same of what comes out. */
  readonly change: Attribute;
  readonly left: Plan;
  readonly right: Plan;
}

export const changeJoin: NodeFacts<ChangeJoin<Input>> = {
  kind: "changeJoin",
  children: ({ left, right }) => [left, right],
  withChildren: (node, [left, right]) => ({ ...node, left: left!, right: right! }),
  expressions: ({ condition }) => (condition === null ? [] : [condition]),
  withExpressions: (node, [condition]) => ({ ...node, condition: condition ?? null }),
  defined: ({ change }) => [change],
  withDefined: (node, [change]) => ({ ...node, change: change! }),
  output: ({ joinType, taken, change }, [lefts, rights]) => {
    const [left, right] = [lefts!.filter(({ id }) => id !== taken[0]?.id), rights!.filter(({ id }) => id !== taken[1]?.id)];
    return [...joinOutput({ joinType }, left, right), change];
  },
  onlyExpressions: false,
  origins: () => [() => null, () => null],
  conditionsHoldIn: "one",
  letsFilterPass: () => false,
  narrow: (node) => node,
  ...stateless,
  operatorKind: () => "join",
  keepsState: () => true,
  emitsChanges: () => true,
  explain: ({ joinType, condition, operatorId }) =>
    `ChangeJoin ${joinType}${condition === null ? "" : ` ${sqlText(condition)}`} (${operatorId})`,
};
