import { StreamingError } from "../../errors/streamingError.js";
import { types } from "../../arrow/types.js";
import { editDistance } from "../../errors/nearest.js";
import type { Attribute, Expression, LambdaVariable, QueryPlan } from "../../expression/expression.js";
import { resolveFunction } from "../../expression/resolve.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import type { LogicalPlan } from "../logicalPlan.js";
import { fieldOf } from "./extract.js";
import type { WindowCollector } from "./timeWindow.js";

const suggestions = 5;

/** Functions that may be written without parentheses. */
const bareFunctions = new Set([
  "current_date",
  "current_timestamp",
  "current_time",
  "current_user",
  "session_user",
  "user",
  "current_path",
]);

/** Whether the name, which is that of no column, calls a function without parentheses. */
export function isBareFunction(parts: readonly string[]): boolean {
  return parts.length === 1 && bareFunctions.has(parts[0]!.toLowerCase());
}

/** The context in which a query of SQL is analysed: what is around it. A plan of DataFrame verbs has nothing around it. */
export interface QueryContext extends AnalysisContext {
  /** Of a subquery: what its names may mean outside of it. */
  readonly outer?: Scope;
  /** Resolves a query inside an expression of that scope. */
  readonly subquery?: (query: QueryPlan, around: Scope) => LogicalPlan;
}

interface Names {
  /** Takes the windows that expressions call for; null where a window has no place. */
  readonly windows: WindowCollector | null;
  readonly parameters: readonly LambdaVariable[];
  /** Names that stand for expressions where no column has them. */
  readonly aliases: Aliases;
  /** Names that stand for expressions whatever the columns are called: those of a select list, in ORDER BY and HAVING. */
  readonly preferred: Aliases;
}

/** Names of a select list, in lower case; null: several columns have the name. */
export type Aliases = ReadonlyMap<string, Expression | null>;

const noNames: Aliases = new Map();

/** Where names are looked up: the columns of the inputs, the parameters of lambdas, and (in a select list) the aliases before. */
export class Scope {
  private readonly names: Names;

  constructor(
    readonly attributes: readonly Attribute[],
    readonly context: QueryContext,
    windows: WindowCollector | null = null,
    names: Omit<Names, "windows"> = { parameters: [], aliases: noNames, preferred: noNames },
  ) {
    this.names = { ...names, windows };
  }

  get windows(): WindowCollector | null {
    return this.names.windows;
  }

  /** This scope inside a lambda. */
  withParameters(parameters: readonly LambdaVariable[]): Scope {
    return this.with({ parameters: [...parameters, ...this.names.parameters] });
  }

  /** This scope with names that stand for expressions where no column has them. */
  withAliases(aliases: Aliases): Scope {
    return this.with({ aliases });
  }

  /** This scope with names that stand for expressions before any column. */
  withPreferred(preferred: Aliases): Scope {
    return this.with({ preferred });
  }

  /** This scope inside an aggregate function, which sees the columns of its rows first. */
  inAggregate(): Scope {
    return this.names.preferred.size === 0
      ? this
      : this.with({ preferred: noNames, aliases: new Map([...this.names.aliases, ...this.names.preferred]) });
  }

  /** This scope where no window has a place. */
  withoutWindows(): Scope {
    return new Scope(this.attributes, this.context, null, this.names);
  }

  /** Whether the name is that of an expression before it in the select list. */
  isAlias(parts: readonly string[]): boolean {
    const name = parts[0]!.toLowerCase();
    const { parameters, preferred, aliases } = this.names;
    return aliases.has(name) && !preferred.has(name) && this.plain(name).length === 0 && !parameters.some((p) => same(p.name, name));
  }

  private with(names: Partial<Names>): Scope {
    return new Scope(this.attributes, this.context, this.names.windows, { ...this.names, ...names });
  }

  /**
   * What `a.b.c` means: a lambda parameter, a column (with its qualifier), a field of one, or (`current_date`) a function without parentheses. Columns come
   * first, as in Spark.
   *
   * @throws UNRESOLVED_COLUMN.*, AMBIGUOUS_REFERENCE, FIELD_NOT_FOUND …
   */
  resolve(parts: readonly string[]): Expression {
    return this.find(parts) ?? this.bareFunction(parts) ?? this.groupingId(parts) ?? this.unresolved(parts);
  }

  /** The same, functions aside; null when the name is unknown. */
  find(parts: readonly string[]): Expression | null {
    const { parameters, preferred, aliases } = this.names;
    const parameter = parameters.find((p) => same(p.name, parts[0]!));
    if (parameter) return this.fields(parameter, parts.slice(1));
    const named = preferred.get(parts[0]!.toLowerCase());
    if (named && parts.length === 1) return named;
    for (let qualifiers = Math.min(parts.length - 1, 3); qualifiers > 0; qualifiers--) {
      const found = this.qualified(parts.slice(0, qualifiers)).filter((a) => same(a.name, parts[qualifiers]!));
      if (found.length > 0) return this.fields(this.column(found, parts.slice(0, qualifiers + 1)), parts.slice(qualifiers + 1));
    }
    const plain = this.plain(parts[0]!);
    if (plain.length > 0) return this.fields(this.column(plain, parts.slice(0, 1)), parts.slice(1));
    if (named === null) throw this.ambiguous(parts.slice(0, 1));
    const alias = aliases.get(parts[0]!.toLowerCase());
    if (alias === null) throw new StreamingError("AMBIGUOUS_LATERAL_COLUMN_ALIAS", { name: quoted(parts.slice(0, 1)) });
    const aliased = named ?? alias ?? this.windows?.named(parts[0]!);
    if (aliased) return this.fields(aliased, parts.slice(1));
    return this.context.outer?.find(parts) ?? null;
  }

  /** The columns that a name without a qualifier may mean: hidden ones only where no other has it. */
  private plain(name: string): readonly Attribute[] {
    const named = this.attributes.filter((a) => a.hidden !== "key" && same(a.name, name));
    const shown = named.filter((a) => a.hidden === undefined);
    return shown.length > 0 ? shown : named;
  }

  /** The columns that `t.*` stands for; all of them without a qualifier. */
  qualified(path: readonly string[]): readonly Attribute[] {
    const { length } = path;
    return this.attributes.filter(({ qualifier }) => path.every((part, i) => same(qualifier[qualifier.length - length + i], part)));
  }

  private only(candidates: readonly Attribute[], parts: readonly string[]): Attribute {
    const first = candidates[0]!;
    if (candidates.every((a) => a.id === first.id)) return first;
    const names = candidates.map((a) => quoted([...a.qualifier, a.name])).toSorted();
    throw new StreamingError("AMBIGUOUS_REFERENCE", { name: quoted(parts), referenceNames: `[${names.join(", ")}]` });
  }

  /** A column is called as it was asked for: `SELECT ID` of `id` gives `ID`. */
  private column(candidates: readonly Attribute[], parts: readonly string[]): Attribute {
    const { hidden, ...found } = this.only(candidates, parts);
    const name = parts.at(-1)!;
    return hidden === undefined && found.name === name ? this.only(candidates, parts) : { ...found, name };
  }

  private ambiguous(parts: readonly string[]): StreamingError {
    return new StreamingError("AMBIGUOUS_REFERENCE", { name: quoted(parts), referenceNames: `[${quoted(parts)}, ${quoted(parts)}]` });
  }

  private fields(from: Expression, names: readonly string[]): Expression {
    return names.reduce((e, name) => fieldOf(e, name, this.context), from);
  }

  private bareFunction(parts: readonly string[]): Expression | null {
    const name = parts[0]!.toLowerCase();
    if (!isBareFunction(parts)) return null;
    return resolveFunction({ name, args: [], distinct: false, filter: null }, this.context);
  }

  /** Hive's name of grouping_id(). */
  private groupingId(parts: readonly string[]): Expression | null {
    if (parts.length !== 1 || parts[0]!.toLowerCase() !== "grouping__id") return null;
    return { kind: "call", name: "grouping_id", args: [], type: types.long, nullable: false, evalMode: "ansi" };
  }

  private unresolved(parts: readonly string[]): never {
    const objectName = quoted(parts);
    const proposal = this.candidates(parts);
    if (proposal.length === 0) throw new StreamingError("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", { objectName });
    throw new StreamingError("UNRESOLVED_COLUMN.WITH_SUGGESTION", { objectName, proposal: proposal.join(", ") });
  }

  /** The names nearest to what was asked for; with qualifiers only where they differ. */
  private candidates(parts: readonly string[]): string[] {
    const qualifiers = new Set(this.attributes.map((a) => a.qualifier.join(".")));
    const bare = qualifiers.size <= 1 && parts.length === 1;
    const paths = this.attributes.map((a) => (bare ? [a.name] : [...a.qualifier, a.name]));
    const wanted = parts.join(".");
    const ranked = paths.map((path) => ({ text: quoted(path), distance: editDistance(wanted, path.join(".")) }));
    return ranked
      .toSorted((a, b) => a.distance - b.distance || (a.text < b.text ? -1 : 1))
      .slice(0, suggestions)
      .map(({ text }) => text);
  }
}

/** Names are matched without regard to case, as Spark's default has it. */
function same(a: string | undefined, b: string): boolean {
  return a !== undefined && a.toLowerCase() === b.toLowerCase();
}

/** A path with each part in back quotes, as error parameters have it. */
export function quoted(parts: readonly string[]): string {
  return parts.map((part) => `\`${part.replaceAll("`", "``")}\``).join(".");
}
