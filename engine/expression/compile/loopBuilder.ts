import { compileFunction } from "../../codegen/compileFunction.js";
import { assert } from "../../errors/assert.js";
import { notYetSupported } from "../../errors/streamingError.js";
import type { Value } from "../../arrow/value.js";
import type { Expression } from "../expression.js";
import { entryOf } from "../functions/table.js";
import { expressionKey } from "../expressionKey.js";
import { heightOf } from "../traverse.js";
import { typeOf } from "../types/typeOf.js";
import { callCode, interpretedCode } from "./calls.js";
import { castCode } from "./casts.js";
import type { Code } from "./code.js";
import { literalCode } from "./literals.js";
import { weightOf } from "./pieces.js";
import { loadCode, placeOf, type ColumnReader, type InputColumn, type Place } from "./places.js";
import { firstEvaluated } from "./spine.js";

/** Parts of an expression that stand deeper than this are generated before what holds them, or interpreted: neither we nor the compiler of JavaScript go deeper. */
const maxNesting = 100;

/** One expression of more parts than this is interpreted: compiling it would take longer than it ever runs. */
const maxWeight = 20_000;

/**
 * Writes the text of one loop over the rows of a batch: expressions become locals, each once per scope, lazily evaluated parts become blocks.
 */
export class LoopBuilder implements ColumnReader {
  readonly row = "i";
  readonly context = "context";
  readonly bail = "return -1;";
  private lines: string[] = [];
  private readonly head: string[] = [];
  private readonly hoisted = new Map<string, string>();
  private readonly runtimeNames = new Map<unknown, string>();
  private scopes: Map<string, Code>[] = [new Map()];
  private nesting = 0;
  /** Whether what is generated now holds more than a loop should. */
  private isHeavy = false;
  private counter = 0;
  private depth = 1;

  constructor(
    readonly exact: boolean,
    readonly inputs: ReadonlyMap<number, InputColumn>,
  ) {}

  emit(line: string): void {
    this.lines.push("  ".repeat(this.depth) + line);
  }

  fresh(prefix: string): string {
    return `${prefix}${++this.counter}`;
  }

  local(expression: string): string {
    if (/^(\w+|\(-\d+n?\))$/.test(expression)) return expression;
    const name = this.fresh("x");
    this.emit(`const ${name} = ${expression};`);
    return name;
  }

  /** A local before the loop. */
  hoist(expression: string): string {
    let name = this.hoisted.get(expression);
    if (name === undefined) {
      name = this.fresh("h");
      this.hoisted.set(expression, name);
      this.head.push(`const ${name} = ${expression};`);
    }
    return name;
  }

  runtime(value: unknown): string {
    let name = this.runtimeNames.get(value);
    if (name === undefined) {
      name = typeof value === "function" && /^\w+$/.test(value.name) ? `${value.name}_${++this.counter}` : this.fresh("r");
      this.runtimeNames.set(value, name);
    }
    return name;
  }

  block(head: string, body: () => void): void {
    this.emit(`${head} {`);
    this.depth++;
    this.scopes.push(new Map());
    body();
    this.scopes.pop();
    this.depth--;
    this.emit("}");
  }

  gen(e: Expression): Code {
    // Parts of what is light are light: measuring each of a long chain would cost its square.
    if (this.nesting === 0) this.isHeavy = weightOf([e], maxWeight) > maxWeight;
    if (heightOf(e) > maxNesting) for (const part of this.certainParts(e)) this.genPart(part);
    return this.genPart(e);
  }

  private genPart(given: Expression): Code {
    let e = given;
    while (e.kind === "alias") e = e.child;
    const known = this.knownCode(e);
    if (known !== undefined) return known;
    this.nesting++;
    const code = (e.kind === "call" || e.kind === "cast") && this.isTooMuch(e) ? interpretedCode(this, e) : this.generate(e);
    this.nesting--;
    this.scopes.at(-1)!.set(expressionKey(e), code);
    return code;
  }

  private isTooMuch(e: Expression): boolean {
    if (this.nesting > maxNesting) return heightOf(e) > 2;
    return this.nesting === 1 && this.isHeavy && weightOf([e], maxWeight) > maxWeight;
  }

  private knownCode(e: Expression): Code | undefined {
    const key = expressionKey(e);
    for (const scope of this.scopes) {
      const known = scope.get(key);
      if (known !== undefined) return known;
    }
    return undefined;
  }

  /** The parts that are evaluated before anything else of the expression is, innermost first: the left sides of a chain of operators. */
  private certainParts(e: Expression): readonly Expression[] {
    const parts: Expression[] = [];
    for (let part = firstEvaluated(e); part !== null; part = firstEvaluated(part)) {
      if (this.knownCode(part) !== undefined) break;
      parts.push(part);
    }
    return parts.toReversed();
  }

  /** The column that an attribute, or a field of one, is read from; null for what is computed. */
  place(e: Expression): Place | null {
    return placeOf(this, e);
  }

  literalOf(e: Expression): Value | undefined {
    return e.kind === "literal" && e.value !== null ? e.value : undefined;
  }

  private generate(e: Expression): Code {
    switch (e.kind) {
      case "literal":
        return literalCode(this, e);
      case "attribute": {
        const place = this.place(e);
        assert(place !== null, `the attribute ${e.name}#${e.id} is not among the input's`);
        return loadCode(this, place);
      }
      case "cast":
        return castCode(this, e, typeOf(e.child));
      case "call": {
        const place = this.place(e);
        return place === null ? callCode(this, e, entryOf(e.name)) : loadCode(this, place);
      }
      default:
        throw notYetSupported(`code for an expression of kind ${e.kind}`);
    }
  }

  /** The text of the function's body: what comes before the loop, and the loop itself. */
  finish(before: readonly string[], after: readonly string[]): string {
    return [...this.head, ...before, `for (let ${this.row} = 0; ${this.row} < count; ${this.row}++) {`, ...this.lines, "}", ...after].join(
      "\n",
    );
  }

  /** Makes the function; `parameters` are its own, runtime objects are bound. The caller knows its type. */
  build(name: string, parameters: readonly string[], body: string): unknown {
    const bound = Object.fromEntries([...this.runtimeNames].map(([value, bindsTo]) => [bindsTo, value]));
    return compileFunction({ name, parameters, body, bound });
  }
}
