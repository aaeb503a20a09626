import { types, type DataType } from "../engine/arrow/types.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { freshId, literal, type Attribute, type Expression } from "../engine/expression/expression.js";
import type { LogicalPlan } from "../engine/plan/logicalPlan.js";
import { sameName } from "../engine/plan/verbs.js";
import { notExpected } from "./arguments.js";
import { call } from "./column.js";
import { literalOf } from "./literal.js";

type Filling = number | string | boolean;
/** What is replaced, and by what; an object has texts only. */
export type Replacements = ReadonlyMap<Filling, Filling | null> | Readonly<Record<string, Filling | null>>;
type Change = (input: LogicalPlan) => LogicalPlan;

/** What `df.na` has: nulls filled, rows with nulls left out, values replaced. NaN counts as null. */
export class NullFunctions<Frame> {
  constructor(
    private readonly output: readonly Attribute[],
    private readonly apply: (change: Change) => Frame,
  ) {}

  /** The value where a column of its type is null: of all columns, of some, or by column. @example df.na.fill({ celsius: 0, sensorId: "none" }) */
  fill(value: Filling | Readonly<Record<string, Filling>>, columns?: readonly string[]): Frame {
    if (typeof value === "object") {
      const values = Object.entries(value);
      for (const [name] of values) this.column(name);
      return this.projected(({ name, type }) => {
        const own = values.find(([other]) => sameName(other, name))?.[1];
        return own === undefined ? null : this.filled(name, type, own);
      });
    }
    const chosen = this.chosen(columns);
    return this.projected(({ name, type }) =>
      chosen.some((each) => sameName(each.name, name)) && takes(type, value) ? this.filled(name, type, value) : null,
    );
  }

  /** Without the rows in which a column is null (`any`), all are (`all`), or fewer than so many are not. @example df.na.drop("any", ["celsius"]) */
  drop(how?: "any" | "all" | number, columns?: readonly string[]): Frame;
  drop(columns: readonly string[]): Frame;
  drop(first: "any" | "all" | number | readonly string[] = "any", second?: readonly string[]): Frame {
    const [how, columns] = typeof first === "object" ? (["any", first] as const) : [first, second];
    const chosen = this.chosen(columns);
    const least = how === "any" ? chosen.length : how === "all" ? 1 : how;
    if (typeof least !== "number" || !Number.isInteger(least)) throw badHow(String(how));
    const present = chosen.map((attribute) => call("case", [isPresent(attribute), literal(1, types.int), literal(0, types.int)]));
    if (present.length === 0) return this.apply((input) => input);
    const count = present.reduce<Expression>((sum, each) => call("+", [sum, each]), literal(0, types.int));
    return this.apply((input) => ({ kind: "filter", condition: call(">=", [count, literal(least, types.int)]), input }));
  }

  /** Values replaced by others, in all columns of their type or in some. @example df.na.replace(new Map([["a", "b"]]), ["sensorId"]) */
  replace(values: Replacements, columns?: readonly string[]): Frame;
  /** In Java's order: a column or several first; `*` is all. */
  replace(columns: string | readonly string[], values: Replacements): Frame;
  replace(first: Replacements | string | readonly string[], second?: Replacements | readonly string[]): Frame {
    const isNamed = isNames(first);
    const [columns, given] = isNamed ? [first, second] : [second, first];
    if (given === undefined || isNames(given) || !(columns === undefined || isNames(columns))) {
      throw notExpected("DataFrameNaFunctions.replace", 2, isNamed ? "a Map, or an object, of replacements" : "a list of names", second);
    }
    const values = replacementsOf(given);
    const chosen = this.chosen(columns === "*" ? undefined : typeof columns === "string" ? [columns] : columns);
    const keys = [...values.keys()];
    return this.projected((attribute) => {
      const { name, type } = attribute;
      if (!chosen.some((each) => sameName(each.name, name)) || !keys.every((key) => takes(type, key))) return null;
      const branches = [...values].flatMap(([from, to]) => [
        call("=", [attribute, castTo(literalOf(from), type)]),
        to === null ? literal(null, type) : castTo(literalOf(to), type),
      ]);
      return call("case", [...branches, attribute]);
    });
  }

  private projected(change: (attribute: Attribute) => Expression | null): Frame {
    const expressions = this.output.map((attribute): Expression => {
      const changed = change(attribute);
      return changed === null ? attribute : { kind: "alias", child: changed, name: attribute.name, id: freshId() };
    });
    return this.apply((input) => ({ kind: "project", expressions, input }));
  }

  private chosen(columns: readonly string[] | undefined): readonly Attribute[] {
    return columns === undefined ? this.output : columns.map((name) => this.column(name));
  }

  /** @throws UNRESOLVED_COLUMN.WITH_SUGGESTION */
  private column(name: string): Attribute {
    const found = this.output.find((attribute) => sameName(attribute.name, name));
    if (found !== undefined) return found;
    throw new StreamingError("UNRESOLVED_COLUMN.WITH_SUGGESTION", {
      objectName: `\`${name}\``,
      proposal: this.output.map((each) => `\`${each.name}\``).join(", "),
    });
  }

  private filled(name: string, type: DataType, value: Filling): Expression {
    const attribute = this.column(name);
    const isFloat = type.kind === "double" || type.kind === "float";
    const wanted = castTo(literalOf(value), type);
    return call("coalesce", [isFloat ? call("nanvl", [attribute, literal(null, type)]) : attribute, wanted]);
  }
}

function isNames(given: unknown): given is string | readonly string[] {
  return typeof given === "string" || Array.isArray(given);
}

function replacementsOf(values: Replacements): ReadonlyMap<Filling, Filling | null> {
  return values instanceof Map ? (values as ReadonlyMap<Filling, Filling | null>) : new Map(Object.entries(values));
}

function castTo(child: Expression, type: DataType): Expression {
  return { kind: "unresolvedCast", child, type, isTry: false };
}

function takes(type: DataType, value: Filling): boolean {
  if (typeof value === "string") return type.kind === "string";
  if (typeof value === "boolean") return type.kind === "boolean";
  return ["byte", "short", "int", "long", "float", "double", "decimal"].includes(type.kind);
}

function isPresent(attribute: Attribute): Expression {
  const present = call("isnotnull", [attribute]);
  const isFloat = attribute.type.kind === "double" || attribute.type.kind === "float";
  return isFloat ? call("and", [present, call("not", [call("isnan", [attribute])])]) : present;
}

function badHow(value: string): StreamingError {
  return new StreamingError("INVALID_OPTION_VALUE", {
    owner: "na.drop",
    option: "how",
    value,
    expected: "any, all, or how many columns must not be null",
  });
}
