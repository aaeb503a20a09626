import { arranged } from "./namedArguments.js";
import { sqlTypeName, types, type DataType } from "../arrow/types.js";
import { withListAggregates } from "../expression/aggregates/listAggregates.js";
import { literal, type Expression, type SortOrder } from "../expression/expression.js";
import { csvSchema } from "../expression/functions/csv.js";
import { isInternalName } from "../expression/functions/table.js";
import { jsonSchema } from "../expression/functions/json.js";
import { parseSchemaOrType } from "./ddl.js";
import type { Grammar, TokenStream } from "./tokenStream.js";
import { readOver } from "./over.js";
import { readSortOrder } from "./sortOrder.js";

/** `name([DISTINCT] args) [FILTER (WHERE …)] [OVER (…)]`; the name and a bracket come next. */
export function readFunction(grammar: Grammar): Expression {
  const { tokens } = grammar;
  const start = tokens.peek().start;
  const name = tokens.identifier().toLowerCase();
  tokens.expect("(");
  const distinct = tokens.accept("DISTINCT");
  if (!distinct) tokens.accept("ALL");
  let args = tokens.is(")") ? [] : tokens.commaSeparated(() => argument(grammar, name));
  const ignoreNulls = readIgnoreNulls(tokens);
  tokens.expect(")");
  const withinGroup = tokens.accept("WITHIN", "GROUP", "(") ? readOrder(grammar) : null;
  const filter = readFilter(grammar);
  const ignores = readIgnoreNulls(tokens) || ignoreNulls;
  const over = tokens.is("OVER") ? readOver(grammar) : null;
  if (ignores && over === null) args = [...args, literal(true, types.boolean)];

  // count(*) counts rows; every other star in a call stands for the columns.
  if (name === "count" && !distinct && args.length === 1 && isPlainStar(args[0]!)) args = [literal(1, types.int)];
  return withListAggregates({
    kind: "unresolvedFunction",
    name,
    ...withConstants(name, arranged(name, args, { start, end: tokens.end })),
    distinct,
    filter,
    position: { start, end: tokens.end },
    ...(isInternalName(name) && { isUnknown: true }),
    ...(over !== null && { over, ignoreNulls: ignores }),
    ...(withinGroup !== null && { withinGroup }),
  });
}

function isPlainStar(e: Expression): boolean {
  return e.kind === "unresolvedStar" && e.target.length === 0;
}

function argument(grammar: Grammar, name: string): Expression {
  // `struct(a AS b)` names its fields.
  return name === "struct" ? grammar.namedExpression() : grammar.argument();
}

/** The rest of `WITHIN GROUP (ORDER BY …)`. */
function readOrder(grammar: Grammar): readonly SortOrder[] {
  const { tokens } = grammar;
  tokens.expect("ORDER");
  tokens.expect("BY");
  const order = tokens.commaSeparated(() => readSortOrder(grammar));
  tokens.expect(")");
  return order;
}

function readIgnoreNulls(tokens: TokenStream): boolean {
  if (tokens.accept("IGNORE", "NULLS")) return true;
  tokens.accept("RESPECT", "NULLS");
  return false;
}

function readFilter(grammar: Grammar): Expression | null {
  const { tokens } = grammar;
  if (!tokens.accept("FILTER", "(", "WHERE")) return null;
  const condition = grammar.expression();
  tokens.expect(")");
  return condition;
}

interface CallParts {
  readonly args: readonly Expression[];
  readonly typeArgument?: DataType;
  readonly options?: Readonly<Record<string, string>>;
}

const withSchema = new Set(["from_json", "from_csv", "from_xml"]);
const withOptions = new Set([...withSchema, "to_json", "to_csv", "to_xml", "schema_of_json", "schema_of_csv", "schema_of_xml"]);

/** A schema and options that are given as constants are no expressions from here on. */
function withConstants(name: string, args: readonly Expression[]): CallParts {
  if (!withOptions.has(name)) return { args };
  const options = args.length > 1 ? optionsOf(args.at(-1)!) : null;
  const rest = options === null ? args : args.slice(0, -1);
  const schema = withSchema.has(name) && rest.length === 2 ? schemaIn(rest[1]!) : null;
  if (schema?.kind !== "literal" || typeof schema.value !== "string") return { args: rest, ...(options && { options }) };
  return { args: rest.slice(0, 1), typeArgument: parseSchemaOrType(schema.value), ...(options && { options }) };
}

/** A schema, computed where it is that of a constant record: `from_json(text, schema_of_json('{"a": 1}'))`. */
function schemaIn(e: Expression): Expression {
  if (e.kind !== "unresolvedFunction" || e.args.length !== 1) return e;
  const [record] = e.args;
  if (record?.kind !== "literal" || typeof record.value !== "string") return e;
  if (e.name === "schema_of_json") return literal(sqlTypeName(jsonSchema(record.value, e.options ?? {})), types.string);
  return e.name === "schema_of_csv" ? literal(sqlTypeName(csvSchema(record.value, e.options ?? {})), types.string) : e;
}

/** The options that `map('key', 'value', …)` gives; null when it is something else. */
function optionsOf(e: Expression): Record<string, string> | null {
  if (e.kind !== "unresolvedFunction" || e.name !== "map") return null;
  const words = e.args.map((arg) => (arg.kind === "literal" && typeof arg.value === "string" ? arg.value : null));
  if (words.length % 2 === 1 || words.includes(null)) return null;
  return Object.fromEntries(words.flatMap((word, i) => (i % 2 === 0 ? [[word!, words[i + 1]!]] : [])));
}
