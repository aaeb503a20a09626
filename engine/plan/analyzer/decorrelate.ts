import { types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { notYetSupported } from "../../errors/streamingError.js";
import { conjunctionOf } from "../../expression/conjuncts.js";
import { freshId, literal, type Alias, type Attribute, type Call, type Expression } from "../../expression/expression.js";
import { rewriteExpression } from "../../expression/traverse.js";
import { nullableOf, typeOf } from "../../expression/types/typeOf.js";
import { attributeOf } from "../attributeOf.js";
import { factsOf, type LogicalPlan, type NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { mapExpressions, withChildren } from "../transform.js";
import { freeAttributes, isCorrelated } from "./freeAttributes.js";
import { reidentify } from "./reidentify.js";

/** A query that reads nothing of the rows around it any more: it gives its columns for every one of their values, which stand in `keys`. */
export interface Decorrelated {
  readonly plan: LogicalPlan;
  /** What it was asked for, in the order of the columns around it. */
  readonly keys: readonly Attribute[];
}

/**
 * Makes a correlated query one that runs once: joined with the distinct values that the rows around it have (the domain), it gives its rows for each of them
 * ("Unnesting Arbitrary Queries", Neumann and Kemper). The join goes down to where nothing below is correlated.
 *
 * @param domain the distinct values: its output is `outer`
 */
export function decorrelate(query: LogicalPlan, outer: readonly Attribute[], domain: LogicalPlan): Decorrelated {
  return new Decorrelation(outer, domain).of(query);
}

class Decorrelation {
  constructor(
    private readonly outer: readonly Attribute[],
    private readonly domain: LogicalPlan,
  ) {}

  of(plan: LogicalPlan): Decorrelated {
    if (!this.reads(plan)) return this.crossed(plan);
    switch (plan.kind) {
      case "subqueryAlias":
        return this.of(plan.input);
      case "project":
        return this.project(plan);
      case "aggregate":
        return plan.grouping.length === 0 ? this.wholeAggregate(plan) : this.aggregate(plan);
      case "join":
        return this.join(plan);
      case "setOperation":
        return this.setOperation(plan);
      case "deduplicate": {
        const { plan: input, keys } = this.of(plan.input);
        return { plan: { ...plan, keys: [...plan.keys!, ...keys], input }, keys };
      }
      case "limit":
        return this.limit(plan);
      case "offset":
        return this.numbered(plan.input, (row) => compared(">", row, plan.count));
      case "expand":
        return this.expand(plan);
      case "window": {
        const { plan: input, keys } = this.of(plan.input);
        const calls = plan.calls.map((call): Alias => ({ ...call, child: this.partitioned(this.over(call.child, keys), keys) }));
        return { plan: { ...plan, calls, input }, keys };
      }
      case "filter":
      case "sort":
      case "generate":
      case "repartition":
      case "sample":
      case "timeWindow": {
        const { plan: input, keys } = this.of(plan.input);
        return { plan: mapExpressions(withChildren(plan, [input]), (e) => this.over(e, keys)), keys };
      }
      default:
        throw notYetSupported(`a correlated subquery over ${factsOf(plan).explain(plan)}`);
    }
  }

  private reads(plan: LogicalPlan): boolean {
    const ids = new Set(this.outer.map(({ id }) => id));
    return isCorrelated(plan) && freeAttributes(plan).some(({ id }) => ids.has(id));
  }

  private freshDomain(): Decorrelated {
    const plan = reidentify(this.domain);
    return { plan, keys: outputOf(plan) };
  }

  private crossed(plan: LogicalPlan): Decorrelated {
    const { plan: right, keys } = this.freshDomain();
    return { plan: { kind: "join", joinType: "cross", condition: null, using: null, left: plan, right }, keys };
  }

  /** An expression with the columns of the rows around it replaced by the keys. */
  private over(e: Expression, keys: readonly Attribute[]): Expression {
    const places = new Map(this.outer.map(({ id }, i) => [id, keys[i]!]));
    return rewriteExpression(e, (part) => (part.kind === "attribute" ? (places.get(part.id) ?? part) : part));
  }

  /** A named item: a column from around it keeps its id, which is what is read above. */
  private overNamed(e: Expression, keys: readonly Attribute[]): Expression {
    const rewritten = this.over(e, keys);
    if (e.kind !== "attribute" || rewritten === e) return rewritten;
    return { kind: "alias", child: rewritten, name: e.name, id: e.id };
  }

  private project(plan: NodeOf<"project">): Decorrelated {
    const { plan: input, keys } = this.of(plan.input);
    return { plan: { ...plan, expressions: [...plan.expressions.map((e) => this.overNamed(e, keys)), ...keys], input }, keys };
  }

  private aggregate(plan: NodeOf<"aggregate">): Decorrelated {
    const { plan: input, keys } = this.of(plan.input);
    const grouping = [...plan.grouping.map((e) => this.overNamed(e, keys)), ...keys];
    return { plan: { ...plan, grouping, aggregates: [...plan.aggregates.map((e) => this.overNamed(e, keys)), ...keys], input }, keys };
  }

  /** An aggregation without keys has a row for values without rows too. */
  private wholeAggregate(plan: NodeOf<"aggregate">): Decorrelated {
    const { plan: input, keys: inner } = this.of(plan.input);
    const calls = plan.aggregates.map((e) => ({ wanted: e as Alias, fresh: { ...(this.over(e, inner) as Alias), id: freshId() } }));
    const grouped: LogicalPlan = { ...plan, grouping: inner, aggregates: [...calls.map(({ fresh }) => fresh), ...inner], input };
    const { plan: left, keys } = this.freshDomain();
    const joined: LogicalPlan = { kind: "join", joinType: "left", condition: sameKeys(keys, inner), using: null, left, right: grouped };
    const expressions = calls.map(({ wanted, fresh }): Alias => ({
      kind: "alias",
      child: orEmpty(fresh),
      name: wanted.name,
      id: wanted.id,
    }));
    return { plan: { kind: "project", expressions: [...expressions, ...keys], input: joined }, keys };
  }

  private join(plan: NodeOf<"join">): Decorrelated {
    const { joinType } = plan;
    const [readsLeft, readsRight] = [this.reads(plan.left), this.reads(plan.right)];
    const eitherSide = joinType === "inner" || joinType === "cross";
    if (!readsRight && joinType !== "right" && joinType !== "full") return this.oneSide(plan, "left");
    if (!readsLeft && (eitherSide || joinType === "right")) return this.oneSide(plan, "right");
    const left = this.of(plan.left);
    const right = this.of(plan.right);
    if (joinType === "full") throw notYetSupported("a correlated subquery below a full outer join");
    const { keys } = joinType === "right" ? right : left;
    const joined = this.conditions(plan, keys);
    const same = sameKeys(left.keys, right.keys);
    const condition = joined.condition === null ? same : conjunctionOf([joined.condition, same])!;
    return {
      plan: { ...joined, joinType: joinType === "cross" ? "inner" : joinType, condition, left: left.plan, right: right.plan },
      keys,
    };
  }

  private oneSide(plan: NodeOf<"join">, side: "left" | "right"): Decorrelated {
    const { plan: input, keys } = this.of(plan[side]);
    return { plan: { ...this.conditions(plan, keys), [side]: input }, keys };
  }

  private conditions(plan: NodeOf<"join">, keys: readonly Attribute[]): NodeOf<"join"> {
    return { ...plan, condition: plan.condition && this.over(plan.condition, keys) };
  }

  private setOperation(plan: NodeOf<"setOperation">): Decorrelated {
    const inputs = plan.inputs.map((input): LogicalPlan => {
      const { plan: over, keys } = this.of(input);
      return { kind: "project", expressions: [...outputOf(input), ...keys], input: over };
    });
    const keys = this.outer.map((attribute): Attribute => ({ ...attribute, id: freshId() }));
    return { plan: { ...plan, inputs, output: [...plan.output!, ...keys] }, keys };
  }

  private expand(plan: NodeOf<"expand">): Decorrelated {
    const { plan: input, keys } = this.of(plan.input);
    const projections = plan.projections.map((list) => [...list.map((e) => this.over(e, keys)), ...keys]);
    const own = keys.map((key): Attribute => ({ ...key, id: freshId() }));
    return { plan: { ...plan, projections, output: [...plan.output, ...own], input }, keys: own };
  }

  private limit(plan: NodeOf<"limit">): Decorrelated {
    const { input } = plan;
    if (input.kind !== "offset") return this.numbered(input, (row) => compared("<=", row, plan.count));
    const { count } = input;
    return this.numbered(input.input, (row) => conjunctionOf([compared(">", row, count), compared("<=", row, count + plan.count)])!);
  }

  /** The first rows, or all but them, for each of the values. */
  private numbered(input: LogicalPlan, keep: (row: Attribute) => Expression): Decorrelated {
    const { plan: rows, keys } = this.of(input.kind === "sort" ? input.input : input);
    const order = input.kind === "sort" ? input.order.map((item) => ({ ...item, child: this.over(item.child, keys) })) : [];
    const call: Expression = {
      kind: "windowCall",
      name: "row_number",
      args: [],
      filter: null,
      ignoreNulls: false,
      partition: keys,
      order,
      frame: { unit: "rows", start: { kind: "unboundedPreceding" }, end: { kind: "currentRow" } },
      type: types.int,
      nullable: false,
      evalMode: "ansi",
    };
    const alias: Alias = { kind: "alias", child: call, name: "row_number", id: freshId() };
    const windowed: LogicalPlan = { kind: "window", calls: [alias], input: rows };
    const kept: LogicalPlan = { kind: "filter", condition: keep(attributeOf(alias)), input: windowed };
    return { plan: { kind: "project", expressions: outputOf(rows), input: kept }, keys };
  }

  private partitioned(e: Expression, keys: readonly Attribute[]): Expression {
    return e.kind === "windowCall" ? { ...e, partition: [...e.partition, ...keys] } : e;
  }
}

function compared(name: string, row: Attribute, count: number): Call {
  return { kind: "call", name, args: [row, literal(count, types.int)], type: types.boolean, nullable: false, evalMode: "ansi" };
}

/** That two lists of columns have the same values, nulls among them. */
export function sameKeys(left: readonly Expression[], right: readonly Expression[]): Expression {
  return conjunctionOf(
    left.map((key, i): Call => ({
      kind: "call",
      name: "<=>",
      args: [key, right[i]!],
      type: types.boolean,
      nullable: false,
      evalMode: "ansi",
    })),
  )!;
}

/** What aggregate functions give of no rows, where it is not null. */
const ofNothing: Readonly<Record<string, Value>> = {
  count: 0n,
  count_if: 0n,
  regr_count: 0n,
  approx_count_distinct: 0n,
  collect_list: [],
  collect_set: [],
};

/** The column of an aggregate as it is for rows without a group. */
export function orEmpty(call: Alias): Expression {
  const column = { ...attributeOf(call), nullable: true };
  const { child } = call;
  if (child.kind !== "aggregateCall" || !Object.hasOwn(ofNothing, child.name)) return column;
  const empty = literal(ofNothing[child.name]!, typeOf(child));
  return { kind: "call", name: "coalesce", args: [column, empty], type: typeOf(child), nullable: nullableOf(empty), evalMode: "ansi" };
}
