import type { DataType } from "../arrow/types.js";
import type { Expression, SortOrder } from "../expression/expression.js";
import { shownName } from "../expression/userNames.js";
import { callName, defaultLambda, shownArguments } from "./callNames.js";
import { timeArithmeticText } from "./timeArithmeticText.js";

export interface CallLike {
  readonly kind: string;
  readonly name: string;
  readonly args: readonly Expression[];
  readonly distinct?: boolean;
  readonly filter?: Expression | null;
  readonly withinGroup?: readonly SortOrder[];
}

/** What the texts of calls are made of. */
export interface CallTexts {
  readonly text: (part: Expression) => string;
  /** Null when it is not known. */
  readonly typeOf: (part: Expression) => DataType | null;
}

const infix: ReadonlyMap<string, string> = new Map(
  ["+", "-", "*", "/", "%", "div", "=", "<", ">", "<=", ">=", "<=>", "&", "|", "^", "<<", ">>", ">>>", "and", "or"].map((name) => [
    name,
    name === "div" ? name : name.toUpperCase(),
  ]),
);

/** The text of a call: operators between their operands, everything else as a function. */
export function callText(e: CallLike, texts: CallTexts): string {
  const args = e.args.map((arg) => texts.text(arg));
  const operator = infix.get(e.name);
  if (operator !== undefined && args.length === 2) return operatorText(e, operator, args, texts);
  switch (e.name) {
    case "not":
      return `(NOT ${args[0]})`;
    case "-":
      return `(- ${args[0]})`;
    case "negative":
      // As a function it shows its name; what the analyzer made of it is the operator.
      return e.kind === "unresolvedFunction" ? `negative(${args[0]})` : `(- ${args[0]})`;
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
      return `${args[0]} LIKE ${args[1]}${args.length === 3 ? ` ESCAPE '${args[2]}'` : ""}`;
    case "ilike":
      return `ilike(${args[0]}, ${args[1]})`;
    case "case":
      return caseText(args);
    case "if":
      return `(IF(${args.join(", ")}))`;
    case "getField":
      return args.join(".");
    case "getItem":
      return `${args[0]}[${args[1]}]`;
    case "extract":
    case "datepart":
      return `${e.name}(${args[0]} FROM ${args[1]})`;
    case "trim":
    case "ltrim":
    case "rtrim":
      return args.length === 2 ? `TRIM(${trimSides[e.name]} ${args[0]} FROM ${args[1]})` : functionText(e, args, texts);
    default:
      return functionText(e, args, texts);
  }
}

const trimSides: Readonly<Record<string, string>> = { trim: "BOTH", ltrim: "LEADING", rtrim: "TRAILING" };

function operatorText({ name, args: operands }: CallLike, operator: string, args: readonly string[], { typeOf }: CallTexts): string {
  const plain = `(${args[0]} ${operator} ${args[1]})`;
  if (Object.hasOwn(roundings, name)) return comparisonText(name, operands, operator, args, typeOf);
  if (name !== "+" && name !== "-" && name !== "*") return plain;
  const [left, right] = [typeOf(operands[0]!), typeOf(operands[1]!)];
  if (left === null || right === null) return plain;
  // A number times an interval is the interval times the number.
  if (name === "*") return right.kind.startsWith("interval") ? `(${args[1]} * ${args[0]})` : plain;
  return timeArithmeticText(name, { text: args[0]!, type: left }, { text: args[1]!, type: right }) ?? plain;
}

/** How a constant with digits behind the point is rounded where a whole number is compared with it: on the right, on the left. */
const roundings: Readonly<Record<string, readonly [right: "floor" | "ceil", left: "floor" | "ceil"]>> = {
  ">": ["floor", "ceil"],
  ">=": ["ceil", "floor"],
  "<": ["ceil", "floor"],
  "<=": ["floor", "ceil"],
};

const wholeKinds: ReadonlySet<string> = new Set(["byte", "short", "int", "long"]);

/** Spark compares a whole number with the next whole number to a constant with digits behind the point. */
function comparisonText(
  name: string,
  operands: readonly Expression[],
  operator: string,
  args: readonly string[],
  typeOf: CallTexts["typeOf"],
): string {
  const place = operands.findIndex((operand) => operand.kind === "literal" && operand.type.kind === "decimal" && operand.value !== null);
  const constant = operands[place];
  const plain = `(${args[0]} ${operator} ${args[1]})`;
  if (constant?.kind !== "literal" || constant.type.kind !== "decimal" || typeof constant.value !== "bigint") return plain;
  if (!wholeKinds.has(typeOf(operands[1 - place]!)?.kind ?? "")) return plain;
  const unit = 10n ** BigInt(constant.type.scale);
  // What no whole number reaches decides alone.
  const isAbove = constant.value > ((1n << 63n) - 1n) * unit;
  if (isAbove || constant.value < -(1n << 63n) * unit) return String(isAbove === (name.startsWith("<") === (place === 1)));
  const shown = String(rounded(constant.value, unit, roundings[name]![1 - place]!));
  return place === 0 ? `(${shown} ${operator} ${args[1]})` : `(${args[0]} ${operator} ${shown})`;
}

function rounded(unscaled: bigint, unit: bigint, how: "floor" | "ceil"): bigint {
  const truncated = unscaled / unit;
  const rest = unscaled % unit;
  if (how === "floor") return rest < 0n ? truncated - 1n : truncated;
  return rest > 0n ? truncated + 1n : truncated;
}

function functionText(e: CallLike, written: readonly string[], { text, typeOf }: CallTexts): string {
  let name = callName(e.name, written.length);
  let args = [...shownArguments(e.name, written)];
  const lambda = defaultLambda(e.name, written.length);
  if (lambda !== null) args.push(lambda);
  const first = e.args[0] === undefined ? undefined : (needsType.has(e.name) && typeOf(e.args[0])) || undefined;
  if (first?.kind === "binary") {
    if ((e.name === "lpad" || e.name === "rpad") && written.length === 2) args = [...written, "X'00'"];
    const code = e.args[1]?.kind === "literal" ? e.args[1].value : null;
    if (name === "to_char" && (code === "hex" || code === "base64")) [name, args] = [code, written.slice(0, 1)];
  }
  if (name === "to_char" && first !== undefined && timeKinds.has(first.kind)) name = "date_format";
  const filter = e.filter ? ` FILTER (WHERE ${text(e.filter)})` : "";
  const order = e.withinGroup?.map((item) => withinText(e.name, item, text)).join(", ");
  const within = order === undefined ? "" : ` WITHIN GROUP (ORDER BY ${order})`;
  return `${shownName(name)}(${e.distinct ? "DISTINCT " : ""}${args.join(", ")})${within}${filter}`;
}

/** Functions of which the text depends on the type of the first argument. */
const needsType: ReadonlySet<string> = new Set(["lpad", "rpad", "to_char", "to_varchar"]);
const timeKinds: ReadonlySet<string> = new Set(["date", "timestamp", "timestamp_ntz"]);

/** The order of values in a group: of texts as everywhere, of numbers only DESC is shown. */
function withinText(name: string, item: SortOrder, text: (child: Expression) => string): string {
  return name === "listagg" || name === "string_agg" ? text(item) : `${text(item.child)}${item.descending ? " DESC" : ""}`;
}

function caseText(args: readonly string[]): string {
  const parts = ["CASE"];
  for (let i = 0; i + 1 < args.length; i += 2) parts.push(`WHEN ${args[i]} THEN ${args[i + 1]}`);
  if (args.length % 2 === 1) parts.push(`ELSE ${args.at(-1)}`);
  return [...parts, "END"].join(" ");
}
