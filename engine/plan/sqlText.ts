import { sqlTypeName, type DataType } from "../arrow/types.js";
import type { Expression, Lambda, Subquery, UnresolvedCast, UnresolvedExtract, UnresolvedFunction } from "../expression/expression.js";
import { typeOf } from "../expression/types/typeOf.js";
import { expressionChildren, foldExpression } from "../expression/traverse.js";
import { callText, type CallLike, type CallTexts } from "./callText.js";
import { literalText } from "../expression/literalText.js";
import { outerNamesOf } from "./subqueryNames.js";
import { windowText } from "./windowText.js";

const castNames = new Set([
  "boolean",
  "tinyint",
  "smallint",
  "int",
  "bigint",
  "float",
  "double",
  "decimal",
  "string",
  "binary",
  "date",
  "timestamp",
]);

/** What is known of the names in an expression that is not resolved, and of its parts. */
export interface TextContext {
  /** The session's time zone. */
  readonly zone: string;
  /** How a name is written. */
  nameOf(parts: readonly string[]): string;
  /** How a parameter of a lambda is written. */
  parameterText(name: string): string;
  /** A part, resolved; null when it cannot be told. */
  resolved(e: Expression): Expression | null;
  /** The same in the body of a lambda, which is argument `index` of the call. */
  inLambda(lambda: Lambda, index: number, call: UnresolvedFunction): TextContext;
}

/** Kinds of expressions that are resolved. */
export const resolvedKinds: ReadonlySet<string> = new Set([
  "literal",
  "attribute",
  "call",
  "cast",
  "aggregateCall",
  "windowCall",
  "subquery",
]);

/** Names as they were written, types of what is resolved. */
const asWritten: TextContext = {
  zone: "UTC",
  nameOf: (parts) => parts.join("."),
  parameterText: (name) => name,
  resolved: (e) => (resolvedKinds.has(e.kind) ? e : null),
  inLambda: () => asWritten,
};

/**
 * The SQL text of an expression, as Spark names columns after it and prints it in errors: `count(1)`, `(a + 1)`, `CASE WHEN … END`. Strings stand
 * without quotes.
 */
export function sqlText(whole: Expression, context: TextContext = asWritten): string {
  const known = new Map<Expression, string>();
  // What stands behind OVER in a call that is not analysed is no child of it.
  const text = (part: Expression): string => known.get(part) ?? sqlText(part, context);
  const texts = {
    text,
    typeOf: (part: Expression): DataType | null => {
      const resolved = context.resolved(part);
      return resolved === null ? null : typeOf(resolved);
    },
  };
  return foldExpression<string>(whole, (e) => shortened(textOf(e, texts, context)), { known, parts: partsButLambdas });
}

/** The names in a lambda mean what its call says: its text is made there. */
function partsButLambdas(e: Expression): readonly Expression[] {
  return expressionChildren(e).filter(({ kind }) => kind !== "lambda");
}

/** Longer than any text that is of use; what is cut ends in dots. */
const longestText = 1 << 20;

function shortened(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText / 2)}...` : text;
}

/** The text of an expression over the texts of its parts. */
function textOf(e: Expression, texts: CallTexts, context: TextContext): string {
  const { text } = texts;
  switch (e.kind) {
    case "literal":
      return literalText(e.value, e.type, context.zone);
    case "attribute":
      return e.name;
    case "lambdaVariable":
      return context.parameterText(e.name);
    case "unresolvedAttribute":
      return context.nameOf(e.parts);
    case "unresolvedStar":
      return [...e.target, "*"].join(".");
    case "alias":
      return `${text(e.child)} AS ${e.name}`;
    case "multiAlias":
      return `${text(e.child)} AS (${e.names.join(", ")})`;
    case "sortOrder":
      return `${text(e.child)} ${e.descending ? "DESC" : "ASC"} NULLS ${e.nullsFirst ? "FIRST" : "LAST"}`;
    case "unresolvedCast":
      return writtenCastText(e, text(e.child), context);
    case "cast":
      return castText(text(e.child), e.type, e.evalMode === "try");
    case "unresolvedExtract":
      return extractText(e, texts);
    case "outerReference":
      return sqlText(e.child, context);
    case "updateFields":
      return `update_fields(${[text(e.child), ...e.updates.map(({ value }) => (value === null ? "dropfield()" : `WithField(${text(value)})`))].join(", ")})`;
    case "namedArgument":
      return `${e.name} => ${text(e.value)}`;
    case "unresolvedParameter":
      return typeof e.name === "number" ? "?" : `:${e.name}`;
    case "unresolvedSubquery":
    case "subquery":
      return subqueryText(e, text);
    case "windowCall":
      return `${callText(e, texts)} OVER ${windowText({ base: null, ...e }, e.name, e.args, text)}`;
    case "unresolvedFunction":
      return functionText(e, texts, context);
    case "lambda":
      return lambdaText(e, context);
    default:
      return callText(e, texts);
  }
}

function functionText(e: UnresolvedFunction, texts: CallTexts, context: TextContext): string {
  const { text } = texts;
  if (e.shownAs !== undefined) return text(e.shownAs);
  // A function that is a cast is no cast that somebody wrote.
  if (e.args.length === 1 && castNames.has(e.name.toLowerCase())) return text(e.args[0]!);
  const inside = (part: Expression): string =>
    part.kind === "lambda" ? lambdaText(part, context.inLambda(part, e.args.indexOf(part), e)) : text(part);
  const call = (shown: CallLike): string => callText(shown, { ...texts, text: inside });
  if (e.over === undefined) return call(e);
  const nullsIgnored = e.ignoreNulls === true && e.name === "nth_value" ? " ignore nulls" : "";
  // With IGNORE NULLS the functions of first and last values show their short names.
  const name = e.ignoreNulls === true ? e.name.replace(/^(first|last)_value$/, "$1") : e.name;
  return `${call({ ...e, name })}${nullsIgnored} OVER ${typeof e.over === "string" ? e.over : windowText(e.over, e.name, e.args, text)}`;
}

function lambdaText(e: Lambda, context: TextContext): string {
  return `lambdafunction(${[sqlText(e.body, context), ...e.parameters.map(({ name }) => context.parameterText(name))].join(", ")})`;
}

function subqueryText({ form, values, query }: Pick<Subquery, "form" | "values" | "query">, text: (child: Expression) => string): string {
  if (form !== "in") return `${form === "exists" ? "exists" : "scalarsubquery"}(${outerNamesOf(query).join(", ")})`;
  const value = values.length === 1 ? text(values[0]!) : `named_struct(${values.map(text).join(", ")})`;
  return `(${value} IN (listquery(${outerNamesOf(query).join(", ")})))`;
}

/** `e.field` of a struct, `e[key]` of a map. */
function extractText({ child, key }: UnresolvedExtract, { text, typeOf: typeOfPart }: CallTexts): string {
  const isName = key.kind === "literal" && typeof key.value === "string";
  return isName && typeOfPart(child)?.kind !== "map" ? `${text(child)}.${key.value}` : `${text(child)}[${text(key)}]`;
}

/** `DATE '…'` shows its value. Casts to types with parts of their own show what they cast, as in Spark. */
function writtenCastText(e: UnresolvedCast, child: string, context: TextContext): string {
  if (e.typedLiteral === true) {
    const value = context.resolved(e);
    return value?.kind === "literal" ? literalText(value.value, value.type, context.zone) : `${sqlTypeName(e.type)} '${child}'`;
  }
  const { kind } = e.type;
  return kind === "array" || kind === "map" || kind === "struct" ? child : castText(child, e.type, e.isTry);
}

function castText(child: string, type: DataType, isTry: boolean): string {
  return `${isTry ? "TRY_CAST" : "CAST"}(${child} AS ${sqlTypeName(type)})`;
}
