import { types, type DataType } from "../../arrow/types.js";
import { StreamingError } from "../../errors/streamingError.js";
import { conjunctionOf, isNotNull, logical } from "../../expression/conjuncts.js";
import { freshId, type AggregateCall, type Alias, type Attribute, type Expression } from "../../expression/expression.js";
import { resolveFunction } from "../../expression/resolve.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import { resolveCast } from "../../expression/types/coerce.js";
import { typeOf } from "../../expression/types/typeOf.js";
import { attributeOf } from "../attributeOf.js";
import { isExtreme, type Extreme, type WithExtremes } from "./extremes.js";

/** Aggregates over rows that are taken back, in terms of sums that a row taken back is subtracted from. */
export interface Retracted {
  /** What is folded: aliases over sums. */
  readonly sums: readonly Alias[];
  /** Of each aggregate what it is of the sums, under its own name and id. */
  readonly results: readonly Alias[];
  /** The id of the sum that counts the rows of a group. */
  readonly live: number;
}

/** Whether a row can be subtracted from an aggregate, or the aggregate is the value of a first row; else the rows must be kept. */
export function isRetractable(call: AggregateCall): boolean {
  if (isExtreme(call)) return true;
  if (call.name === "avg") return call.type.kind === "decimal" || call.type.kind === "double";
  return ["count", "count_if", "sum"].includes(call.name);
}

/**
 * Rewrites the aggregates of a group by columns that say 1 of a row that is so, −1 of one that is not so any more.
 */
export function retracted(
  aggregates: readonly Alias[],
  change: Attribute,
  extremes: WithExtremes | null,
  context: AnalysisContext,
): Retracted {
  const writer = new SumWriter(change, extremes?.isRow ?? null, context);
  const live = writer.count([], null);
  const results = aggregates.map((alias): Alias => {
    const call = alias.child as AggregateCall;
    const extreme = extremes?.extremes.get(alias.id);
    return { ...alias, child: extreme === undefined ? writer.result(call) : writer.extreme(extreme, call.type) };
  });
  return { sums: writer.sums, results, live: live.id };
}

class SumWriter {
  readonly sums: Alias[] = [];

  constructor(
    private readonly change: Attribute,
    /** Whether a row is one of the aggregation's; null where all are. */
    private readonly isRow: Attribute | null,
    private readonly context: AnalysisContext,
  ) {}

  /** The value of the first row of a group: what came in last, as long as one is in. */
  extreme({ tag, carried }: Extreme, type: DataType): Expression {
    const comes = logical("and", [tag, this.#call(">", [this.change, integer(0)])]);
    const value = this.#folded("last", carried, comes);
    return this.#whenAny(this.#folded("sum", this.change, tag), value, type);
  }

  result(call: AggregateCall): Expression {
    const { name, args, filter, type } = call;
    switch (name) {
      case "count":
        return this.#orZero(this.count(args, filter));
      case "count_if":
        return this.#orZero(this.#sum(this.#call("if", [args[0]!, this.change, integer(0)]), filter));
      case "sum":
        return this.#whenAny(this.count(args, filter), this.#sum(this.#signed(args[0]!), filter), type);
      case "avg":
        return this.#mean(call);
      default:
        throw new StreamingError("INTERNAL_ERROR", { message: `no row can be subtracted from ${name}` });
    }
  }

  /** How many rows have all of these. */
  count(args: readonly Expression[], filter: Expression | null): Attribute {
    const present = conjunctionOf(args.filter((arg) => arg.kind !== "literal" || arg.value === null).map(isNotNull));
    return this.#sum(present === null ? this.change : this.#call("if", [present, this.change, integer(0)]), filter);
  }

  #mean({ args, filter, type }: AggregateCall): Expression {
    const [arg] = args;
    const count = this.count(args, filter);
    if (type.kind === "decimal") {
      const sum = this.#sum(this.#signed(arg!), filter);
      const divided = this.#call("/", [sum, resolveCast(count, decimalOfCount, false, this.context)]);
      return this.#whenAny(count, resolveCast(divided, type, false, this.context), type);
    }
    const sum = this.#sum(this.#signed(resolveCast(arg!, types.double, false, this.context)), filter);
    return this.#whenAny(count, this.#call("/", [sum, resolveCast(count, types.double, false, this.context)]), type);
  }

  #signed(arg: Expression): Expression {
    return this.#call("if", [this.#call(">", [this.change, integer(0)]), arg, this.#call("negative", [arg])]);
  }

  #sum(of: Expression, filter: Expression | null): Attribute {
    const own = [this.isRow, filter].filter((term) => term !== null);
    return this.#folded("sum", of, conjunctionOf(own));
  }

  #folded(name: "sum" | "last", of: Expression, filter: Expression | null): Attribute {
    const call = resolveFunction({ name, args: [of], distinct: false, filter }, this.context);
    const alias: Alias = { kind: "alias", child: call, name: `_${name}`, id: freshId() };
    this.sums.push(alias);
    return attributeOf(alias);
  }

  #orZero(count: Attribute): Expression {
    return this.#call("coalesce", [count, { kind: "literal", value: 0n, type: types.long }]);
  }

  /** Null where there are no values. */
  #whenAny(count: Attribute, value: Expression, type: DataType): Expression {
    const some = this.#call(">", [count, { kind: "literal", value: 0n, type: types.long }]);
    const result = this.#call("if", [some, value, { kind: "literal", value: null, type }]);
    return typeOf(result).kind === type.kind ? result : resolveCast(result, type, false, this.context);
  }

  #call(name: string, args: readonly Expression[]): Expression {
    return resolveFunction({ name, args, distinct: false, filter: null }, this.context);
  }
}

const decimalOfCount: DataType = { kind: "decimal", precision: 20, scale: 0 };

function integer(value: number): Expression {
  return { kind: "literal", value, type: types.int };
}
