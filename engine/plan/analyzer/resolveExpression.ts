import { findEntry } from "../../expression/functions/table.js";
import { atPlace } from "../../errors/textPlace.js";
import { StreamingError, notYetSupported } from "../../errors/streamingError.js";
import { types } from "../../arrow/types.js";
import { literal, type Expression, type UnresolvedFunction, type TextPosition } from "../../expression/expression.js";
import { isDeterministic } from "../../expression/determinism.js";
import { isAggregateName, isGeneratorName, resolveFunction } from "../../expression/resolve.js";
import { resolveCast } from "../../expression/types/coerce.js";
import { resolvedKinds, sqlText, type TextContext } from "../sqlText.js";
import { expressionChildren, foldExpression, mapChildren, someExpression } from "../../expression/traverse.js";
import { checkAggregateFilter } from "./aggregateFilter.js";
import { extract } from "./extract.js";
import { typedParameters } from "./lambdas.js";
import { expandArguments, starMisused } from "./star.js";
import { resolveSubquery } from "./subqueries.js";
import { isWindowFunctionName, resolveWindowCall } from "./windowCalls.js";
import { isBareFunction, type Scope } from "./scope.js";
import { callName } from "../callNames.js";
import { typedLiteral } from "./typedLiteral.js";
import { resolveUpdateFields } from "./updateFields.js";
import { shownName } from "../../expression/userNames.js";

/**
 * The expression with every name, function and cast resolved.
 *
 * @throws what Spark's analyzer throws for what it cannot resolve
 */
export function resolveExpression(whole: Expression, scope: Scope, memory = new Map<Expression, Expression>()): Expression {
  // A random call that stands in several places is resolved for each of them: each draws its own.
  const known = {
    get: (e: Expression): Expression | undefined => memory.get(e),
    set: (e: Expression, resolved: Expression): unknown => isDeterministic(resolved) && memory.set(e, resolved),
  };
  const parts = (e: Expression): readonly Expression[] => {
    if (e.kind === "unresolvedFunction" && e.over === undefined) atPlace(e.position, () => refuseCall(e, scope));
    return partsFirst(e);
  };
  const resolve = (e: Expression, results: readonly Expression[]): Expression =>
    atPlace(placeOf(e), () => resolveOver(e, scope, resolvedParts(e, results, scope)));
  return foldExpression<Expression>(whole, resolve, { known, parts });
}

/** Where in its text it stands; what a program made stands in none. */
function placeOf(e: Expression): TextPosition | undefined {
  return "position" in e ? e.position : undefined;
}

type ResolvePart = (part: Expression) => Expression;

/** Gives the parts of an expression that are resolved already, in their order, and resolves the others. */
function resolvedParts(e: Expression, results: readonly Expression[], scope: Scope): ResolvePart {
  const first = partsFirst(e);
  let place = 0;
  return (part) => (first[place] === part ? results[place++]! : resolveExpression(part, scope));
}

/**
 * The parts that are resolved before the expression: not what stands for several, nor lambdas, which take their parameters from the call, nor what is inside of
 * an aggregate function, a window or a subquery.
 */
function partsFirst(e: Expression): readonly Expression[] {
  if (e.kind === "unresolvedSubquery") return [];
  if (e.kind === "unresolvedFunction" && (e.over !== undefined || isAggregateName(e.name))) return [];
  const children = expressionChildren(e).filter(({ kind }) => kind !== "unresolvedStar" && kind !== "multiAlias" && kind !== "lambda");
  return e.kind === "unresolvedFunction" ? children.map(withoutAlias) : children;
}

function withoutAlias(e: Expression): Expression {
  return e.kind === "alias" ? e.child : e;
}

/** Refuses a generator, whatever its arguments are, and names for arguments of what has none (the parser puts the others in their places). */
function refuseCall(e: UnresolvedFunction, scope: Scope): void {
  if (e.args.some(({ kind }) => kind === "namedArgument")) {
    const isKnown = findEntry(e.name.toLowerCase()) !== undefined || isAggregateName(e.name) || isGeneratorName(e.name);
    if (!isKnown) resolveFunction({ ...e, args: [] }, scope.context);
    throw new StreamingError("NAMED_PARAMETERS_NOT_SUPPORTED", { functionName: `\`${shownName(e.name)}\`` });
  }
  if (isGeneratorName(e.name)) throw new StreamingError("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", { plan: prettyText(e, scope) });
}

/** The expression over parts that `resolve` gives. */
function resolveOver(e: Expression, scope: Scope, resolve: ResolvePart): Expression {
  switch (e.kind) {
    case "unresolvedAttribute":
      return scope.resolve(e.parts);
    case "unresolvedFunction":
      return resolveCall(e, scope, resolve);
    case "unresolvedExtract":
      return extract(resolve(e.child), resolve(e.key), scope.context);
    case "outerReference":
      return resolveExpression(e.child, scope.context.outer ?? scope);
    case "updateFields": {
      const [child, ...values] = expressionChildren(e).map(resolve);
      return resolveUpdateFields(e, child!, values, { context: scope.context, text: (part) => `"${prettyText(part, scope)}"` });
    }
    case "unresolvedCast":
      return e.typedLiteral === true ? typedLiteral(e, scope.context) : resolveCast(resolve(e.child), e.type, e.isTry, scope.context);
    case "unresolvedStar":
      throw starMisused(e, "expression");
    case "multiAlias":
      throw new StreamingError("MULTI_ALIAS_WITHOUT_GENERATOR", { names: e.names.join(", "), expr: `"${prettyText(e.child, scope)}"` });
    case "unresolvedSubquery":
      return resolveSubquery(e, scope, resolveExpression);
    case "unresolvedParameter":
      throw new StreamingError("UNBOUND_SQL_PARAMETER", { name: String(e.name) });
    case "namedArgument":
      throw new StreamingError("NAMED_PARAMETERS_NOT_SUPPORTED", { functionName: `\`${prettyText(e, scope)}\`` });
    case "lambda":
      throw new StreamingError("PARSE_SYNTAX_ERROR", {
        error: "'->'",
        hint: ": a lambda is an argument of a function",
        line: "1",
        position: "0",
        context: "",
      });
    default:
      return mapChildren(e, resolve);
  }
}

function resolveCall(e: UnresolvedFunction, scope: Scope, resolve: ResolvePart): Expression {
  if (e.over !== undefined) return resolveWindowCall(e, e.over, scope, { resolve: resolveExpression, prettyText });
  const name = e.name.toLowerCase();
  if (name === "window" || name === "session_window" || name === "window_time") return windowColumn(name, e.args.map(resolve), scope);
  if (name === "monotonically_increasing_id" && e.args.length === 0) {
    return { kind: "call", name, args: [], type: types.long, nullable: false, evalMode: "ansi" };
  }
  if (name === "struct") return namedStruct(e, scope, resolve);
  const aggregate = isAggregateName(name);
  const inner = aggregate ? scope.inAggregate() : scope;
  const inside = aggregate ? (part: Expression): Expression => resolveExpression(part, inner) : resolve;
  if (name === "grouping" || name === "grouping_id") return groupingCall(name, resolveArguments(e, inner, inside));
  const args = resolveArguments(e, inner, inside);
  const filter = e.filter === null ? null : inside(e.filter);
  if (isWindowFunctionName(name)) {
    throw new StreamingError("WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE", { funcName: `"${prettyText(e, scope)}"` });
  }
  if (!aggregate) checkPlainCall(e);
  if (filter !== null) checkAggregateFilter(filter, prettyText(e.filter!, scope));
  const { options, typeArgument, draw } = e;
  const given = { ...(options && { options }), ...(typeArgument && { typeArgument }), ...(draw !== undefined && { draw }) };
  const resolved = resolveFunction({ name: e.name, args, distinct: e.distinct, filter, ...given }, scope.context);
  if (aggregate) checkAggregate(e, args, scope);
  return resolved;
}

/** @throws INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX for what only aggregate functions take */
function checkPlainCall({ name, distinct, filter }: UnresolvedFunction): void {
  if (!distinct && filter === null) return;
  if (findEntry(name.toLowerCase()) === undefined) return;
  const syntax = distinct ? "DISTINCT" : "FILTER CLAUSE";
  throw new StreamingError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", { prettyName: `\`${name}\``, syntax });
}

/** The arguments: stars expanded, lambdas bound, aliases dropped. */
function resolveArguments(e: UnresolvedFunction, scope: Scope, resolve: ResolvePart): Expression[] {
  const given = expandArguments(e.args, scope);
  const plain = given.map((arg) => (arg.kind === "lambda" ? arg : resolve(withoutAlias(arg))));
  return plain.map((arg, i) => {
    if (arg.kind !== "lambda") return arg;
    const parameters = typedParameters(e.name.toLowerCase(), arg, i, plain);
    return { ...arg, parameters, body: resolveExpression(arg.body, scope.withParameters(parameters)) };
  });
}

/** `struct(a, b.c, d AS e, 1)`: its fields are named after the columns and aliases, the rest `col4` by place. */
function namedStruct(e: UnresolvedFunction, scope: Scope, resolve: ResolvePart): Expression {
  const args = expandArguments(e.args, scope).flatMap((arg, i): Expression[] => {
    const value = resolve(withoutAlias(arg));
    return [literal(fieldName(arg, value, i), types.string), value];
  });
  return resolveFunction({ name: "named_struct", args, distinct: false, filter: null }, scope.context);
}

function fieldName(arg: Expression, value: Expression, index: number): string {
  if (arg.kind === "alias") return arg.name;
  if (value.kind === "attribute") return value.name;
  return arg.kind === "unresolvedAttribute" ? arg.parts.at(-1)! : `col${index + 1}`;
}

function windowColumn(name: string, args: readonly Expression[], scope: Scope): Expression {
  const { windows } = scope;
  if (windows === null) throw notYetSupported(`${name}(…) outside a select list and a grouping`);
  if (name === "window") return windows.timeWindow(args);
  if (name === "session_window") return windows.sessionWindow(args);
  return windows.windowTime(args[0] ?? literal(null, types.null));
}

function checkAggregate(e: UnresolvedFunction, args: readonly Expression[], scope: Scope): void {
  if (args.some((arg) => someExpression(arg, (part) => part.kind === "aggregateCall")))
    throw new StreamingError("NESTED_AGGREGATE_FUNCTION");
  if (args.some((arg) => someExpression(arg, (part) => part.kind === "windowCall")))
    throw new StreamingError("WINDOW_FUNCTION_IN_AGGREGATE");
  if (args.every(isDeterministic)) return;
  throw new StreamingError("AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION", { sqlExpr: `"${prettyText(e, scope)}"` });
}

/** GROUPING(key) and GROUPING_ID(…): the aggregation over grouping sets says which bits they are. */
function groupingCall(name: string, args: readonly Expression[]): Expression {
  return { kind: "call", name, args, type: name === "grouping" ? types.byte : types.long, nullable: false, evalMode: "ansi" };
}

/** The text of an expression as Spark names columns after it: of a qualified name only the column and its fields. */
export function prettyText(e: Expression, scope: Scope, memory?: Map<Expression, Expression>): string {
  return sqlText(e, prettyContext(scope, memory));
}

/** What names mean where the scope says so; `memory` has what is resolved already. */
function prettyContext(scope: Scope, memory = new Map<Expression, Expression>()): TextContext {
  // A window is found by the analysis of the whole; its text does not depend on it.
  const inner = scope.withoutWindows();
  const resolved = (e: Expression): Expression | null => memory.get(e) ?? unlessRefused(() => resolveExpression(e, inner, memory));
  const context: TextContext = {
    zone: scope.context.zone,
    nameOf: (parts) => {
      if (scope.isAlias(parts)) return `lateralAliasReference(${parts.join(".")})`;
      if (isBareFunction(parts) && scope.find(parts) === null) return `${callName(parts[0]!.toLowerCase(), 0)}()`;
      const meant = unlessRefused(() => scope.resolve(parts));
      return meant === null ? parts.join(".") : sqlText(meant, context);
    },
    parameterText: () => "namedlambdavariable()",
    resolved: (e) => (resolvedKinds.has(e.kind) ? e : resolved(e)),
    inLambda: (lambda, index, { name, args }) => {
      const plain = args.map((arg) => (arg.kind === "lambda" ? arg : (resolved(arg) ?? arg)));
      const parameters = unlessRefused(() => typedParameters(name.toLowerCase(), lambda, index, plain)) ?? lambda.parameters;
      return prettyContext(inner.withParameters(parameters));
    },
  };
  return context;
}

function unlessRefused<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof StreamingError) return null;
    throw error;
  }
}
