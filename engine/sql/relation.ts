import { arranged } from "./namedArguments.js";
import type { ParsedPlan } from "../plan/unresolved.js";
import { readAlias } from "./alias.js";
import { readInlineTable } from "./inlineTable.js";
import { readSample } from "./sample.js";
import { startsQuery } from "./startsQuery.js";
import { readTableOptions } from "./tableOptions.js";
import type { Grammar } from "./tokenStream.js";

/** One item of FROM: a table, a stream, a function, VALUES, a query or other relations in brackets; with its sample, watermark and alias. */
export function readRelation(grammar: Grammar, readJoined: (grammar: Grammar) => ParsedPlan): ParsedPlan {
  const { tokens } = grammar;
  if (tokens.is("VALUES")) return readInlineTable(grammar);
  if (tokens.is("(")) return behind(grammar, readBracketed(grammar, readJoined));
  if (tokens.is("STREAM") && (tokens.peek(1).kind === "identifier" || tokens.peek(1).kind === "quoted" || tokens.peek(1).word === "(")) {
    return behind(grammar, readStream(grammar));
  }
  if (tokens.is("TABLE", "(")) return behind(grammar, readTableCall(grammar));
  const { parts, position } = tokens.path("a table, a query in brackets, or VALUES");
  if (tokens.is("(") && parts.length === 1) return behind(grammar, readTableFunction(grammar, parts[0]!, position.start));
  const options = tokens.accept("WITH") ? readTableOptions(grammar) : {};
  return behind(grammar, { kind: "unresolvedRelation", parts, streaming: false, options, position });
}

function readBracketed(grammar: Grammar, readJoined: (grammar: Grammar) => ParsedPlan): ParsedPlan {
  const { tokens } = grammar;
  const isQuery = startsQuery(tokens, 0);
  tokens.expect("(");
  const inner = isQuery ? grammar.query() : readJoined(grammar);
  tokens.expect(")");
  return inner;
}

/** `STREAM t` and `STREAM(t)`; the word STREAM comes next. */
function readStream(grammar: Grammar): ParsedPlan {
  const { tokens } = grammar;
  tokens.expect("STREAM");
  const bracket = tokens.accept("(");
  const { parts, position } = tokens.path("the name of a table");
  const options = tokens.accept("WITH") ? readTableOptions(grammar) : {};
  if (bracket) tokens.expect(")");
  return { kind: "unresolvedRelation", parts, streaming: true, options, position };
}

function readTableCall(grammar: Grammar): ParsedPlan {
  const { tokens } = grammar;
  tokens.next();
  tokens.expect("(");
  const { parts, position } = tokens.path("a table function");
  const plan = readTableFunction(grammar, parts.join("."), position.start);
  tokens.expect(")");
  return plan;
}

function readTableFunction(grammar: Grammar, name: string, start: number): ParsedPlan {
  const { tokens } = grammar;
  const args = tokens.is("(", ")") ? (tokens.next(), tokens.next(), []) : tokens.bracketed(() => grammar.argument());
  const position = { start, end: tokens.end };
  return { kind: "tableFunction", name: name.toLowerCase(), args: arranged(name.toLowerCase(), args, position), position };
}

/** What may follow a relation, in this order: a sample, a watermark, an alias. */
function behind(grammar: Grammar, relation: ParsedPlan): ParsedPlan {
  const { tokens } = grammar;
  if (relation.kind === "tableFunction") return behindFunction(grammar, relation);
  const sampled = tokens.is("TABLESAMPLE") ? readSample(grammar, relation) : relation;
  const marked = tokens.is("WATERMARK") ? readWatermark(grammar, sampled) : sampled;
  const named = readAlias(grammar, marked);
  return tokens.is("TABLESAMPLE") ? readSample(grammar, named) : named;
}

/** A table function has no sample of its own, as in Spark. */
function behindFunction(grammar: Grammar, call: ParsedPlan): ParsedPlan {
  const named = readAlias(grammar, call);
  const { tokens } = grammar;
  if (tokens.is("TABLESAMPLE")) throw tokens.unexpected("a function is sampled in a query: (SELECT * FROM f(…)) TABLESAMPLE (…)");
  return named;
}

/** `WATERMARK expr [AS name] DELAY OF INTERVAL …`. */
function readWatermark(grammar: Grammar, input: ParsedPlan): ParsedPlan {
  const { tokens } = grammar;
  tokens.expect("WATERMARK");
  const column = grammar.namedExpression();
  tokens.expect("DELAY");
  tokens.expect("OF");
  const start = tokens.peek().start;
  grammar.expression();
  return { kind: "streamWatermark", column, delay: tokens.text.slice(start, tokens.end), input };
}
