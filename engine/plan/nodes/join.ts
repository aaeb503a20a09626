import { unreachable } from "../../errors/assert.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import type { JoinType } from "../joinType.js";
import { sqlText } from "../sqlText.js";
import { operatorText, type Columns, type Input, type NodeFacts, type Origin } from "./facts.js";
import { refusalOfJoin } from "./joinOfStreams.js";

/** Pairs of rows for which the condition is true; outer joins keep the rows without a partner too. */
export interface Join<Plan> {
  readonly kind: "join";
  readonly joinType: JoinType;
  readonly condition: Expression | null;
  /** `using(…)`: resolved into `condition` and a Project by the analyzer. */
  readonly using: readonly string[] | null;
  readonly left: Plan;
  readonly right: Plan;
  readonly operatorId?: string;
  /** Its operator's id where the query says it (`.id(…)`). */
  readonly ownId?: string;
  /** Of a mark join: the column that says whether there is a partner. */
  readonly mark?: Attribute;
}

interface Sides {
  readonly left: boolean;
  readonly right: boolean;
}

/** The sides whose columns come out as they went in, never null for want of a partner: rows of the others must still be there to find none. */
const keptSides: Readonly<Record<JoinType, Sides>> = {
  inner: { left: true, right: true },
  cross: { left: true, right: true },
  left: { left: true, right: false },
  right: { left: false, right: true },
  full: { left: false, right: false },
  leftSemi: { left: true, right: false },
  leftAnti: { left: true, right: false },
  mark: { left: true, right: false },
  single: { left: true, right: false },
};

export const join: NodeFacts<Join<Input>> = {
  kind: "join",
  children: ({ left, right }) => [left, right],
  withChildren: (node, [left, right]) => ({ ...node, left: left!, right: right! }),
  expressions: ({ condition }) => (condition === null ? [] : [condition]),
  withExpressions: (node, [condition]) => ({ ...node, condition: condition ?? null }),
  defined: ({ mark }) => (mark === undefined ? [] : [mark]),
  withDefined: (node, [mark]) => (mark === undefined ? node : { ...node, mark }),
  output: (node, [lefts, rights]) => joinOutput(node, lefts!, rights!),
  onlyExpressions: false,
  origins: ({ joinType }, [lefts, rights]) => {
    const { left, right } = keptSides[joinType];
    return [left ? columnsOf(lefts!) : nothing, right ? columnsOf(rights!) : nothing];
  },
  conditionsHoldIn: "one",
  letsFilterPass: (_, columns) => columns.size > 0,
  narrow: (node) => node,
  operatorKind: (_, streams) => (ofStreams(streams) ? "join" : null),
  keepsState: (_, streams) => ofStreams(streams),
  emitsChanges: () => false,
  refusal: refusalOfJoin,
  explain: (node) => `Join ${node.joinType}${node.condition === null ? "" : ` ${sqlText(node.condition)}`}${operatorText(node)}`,
};

function ofStreams(streams: readonly boolean[]): boolean {
  return streams.every((streaming) => streaming);
}

function columnsOf(columns: Columns): Origin {
  const ids = new Set(columns.map(({ id }) => id));
  return (column) => (ids.has(column.id) ? column : null);
}

function nothing(): null {
  return null;
}

function nullable(columns: Columns): Columns {
  return columns.map((a) => (a.nullable ? a : { ...a, nullable: true }));
}

/** The columns of a join. */
export function joinOutput({ joinType, mark }: Pick<Join<Input>, "joinType" | "mark">, lefts: Columns, rights: Columns): Columns {
  switch (joinType) {
    case "mark":
      return [...lefts, mark!];
    case "left":
    case "single":
      return [...lefts, ...nullable(rights)];
    case "right":
      return [...nullable(lefts), ...rights];
    case "full":
      return [...nullable(lefts), ...nullable(rights)];
    case "leftSemi":
    case "leftAnti":
      return lefts;
    case "inner":
    case "cross":
      return [...lefts, ...rights];
    default:
      return unreachable(joinType);
  }
}
