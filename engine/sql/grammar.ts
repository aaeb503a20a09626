import type { DataType } from "../arrow/types.js";
import { freshId, type Expression } from "../expression/expression.js";
import type { ParsedPlan } from "../plan/unresolved.js";
import { isNamedWindow } from "./alias.js";
import { readDataType } from "./dataTypes.js";
import { numberLiteral } from "./numberLiteral.js";
import { binary, binaryOperators, call } from "./operators.js";
import { isPipeBar } from "./pipeBar.js";
import { readPredicate } from "./predicates.js";
import { readQuery } from "./query.js";
import { readPrimary } from "./primary.js";
import { TokenStream, type Grammar } from "./tokenStream.js";

/** Text nested deeper than this is refused, before the stack is. */
const maxDepth = 300;

/** The grammar of expressions over one text. A statement parser is given one and reads its clauses around it. */
export class ExpressionGrammar implements Grammar {
  readonly tokens: TokenStream;
  private depth = 0;

  constructor(text: string) {
    this.tokens = new TokenStream(text);
  }

  /** OR, over AND, over NOT, over predicates. */
  expression(): Expression {
    return this.nested(() => this.or());
  }

  operand(): Expression {
    return this.nested(() => this.binary(0));
  }

  /** `name => value`, or an expression. */
  argument(): Expression {
    const { tokens } = this;
    if (tokens.peek().kind !== "identifier" || tokens.peek(1).word !== "=>") return this.expression();
    const name = tokens.identifier();
    tokens.expect("=>");
    return { kind: "namedArgument", name, value: this.expression() };
  }

  query(): ParsedPlan {
    return this.nested(() => readQuery(this));
  }

  dataType(): DataType {
    return readDataType(this.tokens);
  }

  namedExpression(): Expression {
    const child = this.expression();
    const { tokens } = this;
    if (tokens.accept("AS")) {
      if (tokens.accept("(")) {
        const names = tokens.commaSeparated(() => tokens.identifier());
        tokens.expect(")");
        return { kind: "multiAlias", child, names };
      }
      return { kind: "alias", child, name: tokens.identifier("an alias"), id: freshId() };
    }
    if (startsAlias(tokens)) return { kind: "alias", child, name: tokens.identifier(), id: freshId() };
    return child;
  }

  private or(): Expression {
    let left = this.and();
    while (this.tokens.accept("OR")) left = call("or", [left, this.and()]);
    return left;
  }

  private and(): Expression {
    let left = this.not();
    while (this.tokens.accept("AND")) left = call("and", [left, this.not()]);
    return left;
  }

  private not(): Expression {
    if (this.tokens.isAny("NOT", "!")) {
      this.tokens.next();
      return this.nested(() => call("not", [this.not()]));
    }
    return readPredicate(this, this.binary(0));
  }

  /** Precedence climbing: operators of `level` and tighter. */
  private binary(level: number): Expression {
    const start = this.tokens.peek().start;
    let left = this.unary();
    for (;;) {
      const operator = binaryOperators.get(this.tokens.peek().word);
      if (operator === undefined || operator.level < level || isPipeBar(this.tokens)) return left;
      this.tokens.next();
      const right = this.binary(operator.level + 1);
      left = binary(operator.name, left, right, { start, end: this.tokens.end });
    }
  }

  private unary(): Expression {
    const { tokens } = this;
    if (!tokens.isAny("-", "+", "~")) return readPrimary(this);
    const { word, start } = tokens.next();
    // A minus and a number are one literal, so that the smallest long can be written.
    if (word === "-" && tokens.peek().kind === "number" && !tokens.isNext(1, ".", "[", "::"))
      return numberLiteral(tokens.next().text, true);
    const child = this.nested(() => this.unary());
    const position = { start, end: tokens.end };
    // Names of columns tell the operator from the function.
    if (word === "-") return { ...call("negative", [child], position), shownAs: call("-", [child]) };
    return call(word === "+" ? "positive" : "~", [child], position);
  }

  private nested<T>(read: () => T): T {
    if (++this.depth > maxDepth) throw this.tokens.unexpected("the expression is nested too deeply");
    const result = read();
    this.depth--;
    return result;
  }
}

/** Words after an expression that begin the next clause rather than name it. */
const clauseWords = new Set(
  (
    "FROM WHERE GROUP HAVING ORDER LIMIT OFFSET UNION INTERSECT EXCEPT MINUS JOIN INNER CROSS LEFT RIGHT FULL SEMI ANTI NATURAL ON USING LATERAL " +
    "AND OR NOT IN IS BETWEEN LIKE ILIKE RLIKE REGEXP THEN ELSE END WHEN ASC DESC NULLS WINDOW QUALIFY CLUSTER DISTRIBUTE SORT TABLESAMPLE " +
    "FOR PLACING ESCAPE IGNORE PIVOT UNPIVOT DELAY ROWS RANGE PERCENT RESPECT WITH FILTER OVER TO DIV COLLATE"
  ).split(" "),
);

/** `e name`: an alias without AS. */
function startsAlias(tokens: TokenStream): boolean {
  const token = tokens.peek();
  if (token.word === "GROUPING" && tokens.isNext(1, "SETS")) return false;
  // The next of several INSERTs of one FROM.
  if (tokens.is("INSERT", "INTO") || tokens.is("INSERT", "OVERWRITE")) return false;
  return token.kind === "quoted" || (token.kind === "identifier" && !clauseWords.has(token.word)) || isNamedWindow(tokens);
}
