import { sqlTypeName, type DataType } from "../arrow/types.js";
import type { Value } from "../arrow/value.js";
import { dayTimeIntervalText, yearMonthIntervalText } from "../arrow/valueText.js";
import type { Expression, SortOrder, Subquery } from "../expression/expression.js";
import { shownName } from "../expression/userNames.js";
import { foldExpression } from "../expression/traverse.js";
import { valueText } from "../values/valueText.js";
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

/** Arguments that Spark shows although nobody wrote them: by the name and the number of those that were. */
const shownDefaults: Readonly<Record<string, string>> = {
  "mask/1": "X, x, n, NULL",
  "mask/2": "x, n, NULL",
  "mask/3": "n, NULL",
  "mask/4": "NULL",
  "regexp_extract/2": "1",
  "regexp_extract_all/2": "1",
  "regexp_instr/2": "0",
  "regexp_replace/3": "1",
  "lpad/2": " ",
  "rpad/2": " ",
  "substr/2": "2147483647",
  "substring/2": "2147483647",
  "sort_array/1": "true",
  "split/2": "-1",
  "replace/2": "",
  "locate/2": "1",
  "unix_timestamp/1": "yyyy-MM-dd HH:mm:ss",
  "to_unix_timestamp/1": "yyyy-MM-dd HH:mm:ss",
  "from_unixtime/1": "yyyy-MM-dd HH:mm:ss",
  "months_between/2": "true",
};

/** How a name that is still unresolved is written; default: its parts as they are. */
export type NameText = (parts: readonly string[]) => string;

const infix: Readonly<Record<string, string>> = Object.fromEntries(
  ["+", "-", "*", "/", "%", "div", "=", "<", ">", "<=", ">=", "<=>", "&", "|", "^", "and", "or"].map((name) => [
    name,
    name === "div" ? name : name.toUpperCase(),
  ]),
);

const shifts: Readonly<Record<string, string>> = { shiftleft: "<<", shiftright: ">>", shiftrightunsigned: ">>>" };

/**
 * The SQL text of an expression, as Spark names columns after it and prints it in errors: `count(1)`, `(a + 1)`, `CASE WHEN … END`. Strings stand
 * without quotes.
 */
export function sqlText(whole: Expression, nameOf: NameText = (parts) => parts.join(".")): string {
  const known = new Map<Expression, string>();
  // What stands behind OVER in a call that is not analysed is no child of it.
  const text = (part: Expression): string => known.get(part) ?? sqlText(part, nameOf);
  return foldExpression<string>(whole, (e) => shortened(textOf(e, text, nameOf)), { known });
}

/** Longer than any text that is of use; what is cut ends in dots. */
const longestText = 1 << 20;

function shortened(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText / 2)}...` : text;
}

/** The text of an expression over the texts of its parts. */
function textOf(e: Expression, text: (part: Expression) => string, nameOf: NameText): string {
  switch (e.kind) {
    case "literal":
      return literalText(e.value, e.type);
    case "attribute":
    case "lambdaVariable":
      return e.name;
    case "unresolvedAttribute":
      return nameOf(e.parts);
    case "unresolvedStar":
      return [...e.target, "*"].join(".");
    case "alias":
      return `${text(e.child)} AS ${e.name}`;
    case "multiAlias":
      return `${text(e.child)} AS (${e.names.join(", ")})`;
    case "sortOrder":
      return `${text(e.child)} ${e.descending ? "DESC" : "ASC"} NULLS ${e.nullsFirst ? "FIRST" : "LAST"}`;
    case "unresolvedCast":
      return e.typedLiteral === true ? `${sqlTypeName(e.type)} '${text(e.child)}'` : castText(text(e.child), e.type, e.isTry);
    case "cast":
      return castText(text(e.child), e.type, e.evalMode === "try");
    case "unresolvedExtract":
      return e.key.kind === "literal" && typeof e.key.value === "string"
        ? `${text(e.child)}.${e.key.value}`
        : `${text(e.child)}[${text(e.key)}]`;
    case "namedArgument":
      return `${e.name} => ${text(e.value)}`;
    case "unresolvedParameter":
      return typeof e.name === "number" ? "?" : `:${e.name}`;
    case "unresolvedSubquery":
    case "subquery":
      return subqueryText(e, text);
    case "windowCall":
      return `${callText(e, text)} OVER ${windowText({ base: null, ...e }, e.name, e.args, text)}`;
    case "unresolvedFunction":
      if (e.shownAs !== undefined) return text(e.shownAs);
      // A function that is a cast is no cast that somebody wrote.
      if (e.args.length === 1 && castNames.has(e.name.toLowerCase())) return text(e.args[0]!);
      if (e.over === undefined) return callText(e, text);
      return `${callText(e, text)} OVER ${typeof e.over === "string" ? e.over : windowText(e.over, e.name, e.args, text)}`;
    case "lambda":
      return `lambdafunction(${[e.body, ...e.parameters].map(text).join(", ")})`;
    default:
      return callText(e, text);
  }
}

function subqueryText({ form, values, query }: Pick<Subquery, "form" | "values" | "query">, text: (child: Expression) => string): string {
  if (form !== "in") return `${form === "exists" ? "exists" : "scalarsubquery"}(${outerNamesOf(query).join(", ")})`;
  const value = values.length === 1 ? text(values[0]!) : `named_struct(${values.map(text).join(", ")})`;
  return `(${value} IN (listquery(${outerNamesOf(query).join(", ")})))`;
}

interface CallLike {
  readonly name: string;
  readonly args: readonly Expression[];
  readonly distinct?: boolean;
  readonly filter?: Expression | null;
  readonly withinGroup?: readonly SortOrder[];
}

function callText(e: CallLike, text: (child: Expression) => string): string {
  const args = e.args.map(text);
  const operator = infix[e.name] ?? shifts[e.name];
  if (operator !== undefined && args.length === 2) return `(${args[0]} ${operator} ${args[1]})`;
  switch (e.name) {
    case "not":
      return `(NOT ${args[0]})`;
    case "negative":
      return `(- ${args[0]})`;
    case "positive":
      return `(+ ${args[0]})`;
    case "~":
      return `~${args[0]}`;
    case "isnull":
      return `(${args[0]} IS NULL)`;
    case "isnotnull":
      return `(${args[0]} IS NOT NULL)`;
    case "in":
      return `(${args[0]} IN (${args.slice(1).join(", ")}))`;
    case "like":
    case "ilike":
      return `${args[0]} ${e.name.toUpperCase()} ${args[1]}${args.length === 3 ? ` ESCAPE '${args[2]}'` : ""}`;
    case "rlike":
      return `RLIKE(${args.join(", ")})`;
    case "case":
      return caseText(args);
    case "if":
      return `(IF(${args.join(", ")}))`;
    case "getField":
      return args.join(".");
    case "getItem":
      return `${args[0]}[${args[1]}]`;
    case "extract":
      return `extract(${args[0]} FROM ${args[1]})`;
    case "ltrim":
    case "rtrim":
      return args.length === 2
        ? `TRIM(${e.name === "ltrim" ? "LEADING" : "TRAILING"} ${args[0]} FROM ${args[1]})`
        : `${e.name}(${args[0]})`;
    default: {
      const shown = shownDefaults[`${e.name}/${args.length}`];
      if (shown !== undefined) args.push(shown);
      const filter = e.filter ? ` FILTER (WHERE ${text(e.filter)})` : "";
      const within =
        e.withinGroup === undefined
          ? ""
          : ` WITHIN GROUP (ORDER BY ${e.withinGroup.map((item) => withinText(e.name, item, text)).join(", ")})`;
      return `${shownName(e.name)}(${e.distinct ? "DISTINCT " : ""}${args.join(", ")})${within}${filter}`;
    }
  }
}

/** The order of values in a group: of texts as everywhere, of numbers only DESC is shown. */
function withinText(name: string, item: SortOrder, text: (child: Expression) => string): string {
  return name === "listagg" ? text(item) : `${text(item.child)}${item.descending ? " DESC" : ""}`;
}

function caseText(args: readonly string[]): string {
  const parts = ["CASE"];
  for (let i = 0; i + 1 < args.length; i += 2) parts.push(`WHEN ${args[i]} THEN ${args[i + 1]}`);
  if (args.length % 2 === 1) parts.push(`ELSE ${args.at(-1)}`);
  return [...parts, "END"].join(" ");
}

function castText(child: string, type: DataType, isTry: boolean): string {
  return `${isTry ? "TRY_CAST" : "CAST"}(${child} AS ${sqlTypeName(type)})`;
}

function literalText(value: Value, type: DataType): string {
  if (value === null) return "NULL";
  switch (type.kind) {
    case "decimal":
    case "double":
    case "float":
      return valueText(value, type, "UTC");
    case "date":
    case "timestamp":
    case "timestamp_ntz":
      return `${sqlTypeName(type)} '${valueText(value, type, "UTC")}'`;
    case "binary":
      return `X'${Array.from(value as Uint8Array, (b) => b.toString(16).padStart(2, "0").toUpperCase()).join("")}'`;
    case "interval_daytime":
      return dayTimeIntervalText(value as bigint, type.units);
    case "interval_yearmonth":
      return yearMonthIntervalText(value as number, type.units);
    default:
      return typeof value === "object"
        ? JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part))
        : String(value);
  }
}
