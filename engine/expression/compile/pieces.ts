import { types } from "../../arrow/types.js";
import { conjunctionOf, conjunctsOf } from "../conjuncts.js";
import { freshId, type Attribute, type Expression } from "../expression.js";
import { expressionChildren, expressionNodes, referencesOf, withExpressionChildren } from "../traverse.js";
import { nullableOf, typeOf } from "../types/typeOf.js";
import type { ProjectionSpec } from "./projectionSpec.js";
import { firstEvaluated } from "./spine.js";

/** About as many expressions as one generated loop holds: beyond, compiling it takes long, and its locals do not fit on the stack. */
const loopNodes = 4000;

/** A projection as several, each over what the one before gives: what is too much for one loop. */
export function piecesOf(spec: ProjectionSpec): readonly ProjectionSpec[] {
  const all = spec.filter === null ? spec.outputs : [spec.filter, ...spec.outputs];
  if (weightOf(all, loopNodes) <= loopNodes) return [spec];
  const cutting = new Cutting(spec, all);
  for (const term of conjunctsOf(spec.filter)) cutting.addTerm(term);
  const outputs = spec.outputs.map((e) => cutting.cut(e));
  cutting.finish(outputs);
  return cutting.stages;
}

/** How many expressions there are; no more than `enough` are counted. */
export function weightOf(expressions: readonly Expression[], enough: number): number {
  let weight = 0;
  for (const e of expressions) {
    for (const _ of expressionNodes(e)) if (++weight > enough) return weight;
  }
  return weight;
}

class Cutting {
  readonly stages: ProjectionSpec[] = [];
  private input: readonly Attribute[];
  private readonly used: ReadonlySet<number>;
  /** Columns of pieces that something still reads. */
  private readonly live = new Set<number>();
  private terms: Expression[] = [];
  private termsWeight = 0;

  constructor(
    private readonly spec: ProjectionSpec,
    all: readonly Expression[],
  ) {
    this.input = spec.input;
    this.used = new Set(all.flatMap((e) => [...referencesOf(e)]));
  }

  /** A term of the filter: those before it have dropped their rows when it is evaluated. */
  addTerm(term: Expression): void {
    const weight = weightOf([term], loopNodes);
    if (this.termsWeight + weight > loopNodes) this.filterFirst();
    const rest = weight > loopNodes ? this.cut(term) : term;
    this.terms.push(rest);
    this.termsWeight += Math.min(weight, weightOf([rest], loopNodes));
  }

  /** The expression over the columns of pieces of it, which are computed before: what is evaluated for every row in any case. */
  cut(e: Expression): Expression {
    if (weightOf([e], loopNodes) <= loopNodes) return e;
    this.filterFirst();
    const spine = [e];
    for (let part = firstEvaluated(e); part !== null; part = firstEvaluated(part)) spine.push(part);
    let current = spine.pop()!;
    let weight = weightOf([current], loopNodes);
    for (const node of spine.toReversed()) {
      const others = expressionChildren(node).slice(1);
      const own = 1 + weightOf(others, loopNodes);
      if (weight + own > loopNodes && current.kind !== "attribute" && current.kind !== "literal") {
        current = this.piece(current);
        weight = 1;
      }
      current = withExpressionChildren(node, [current, ...others]);
      weight += own;
    }
    for (const id of referencesOf(current)) if (!this.used.has(id)) this.live.add(id);
    return current;
  }

  finish(outputs: readonly Expression[]): void {
    this.filterFirst();
    this.stages.push({ input: this.input, filter: null, outputs, outputSchema: this.spec.outputSchema });
  }

  private filterFirst(): void {
    if (this.terms.length === 0) return;
    this.stage(conjunctionOf(this.terms), []);
    this.terms = [];
    this.termsWeight = 0;
  }

  /** A stage that computes one more column. */
  private piece(e: Expression): Attribute {
    const id = freshId();
    const attribute: Attribute = { kind: "attribute", id, name: "piece", type: typeOf(e), nullable: nullableOf(e), qualifier: [] };
    this.stage(null, [{ kind: "alias", child: e, name: attribute.name, id }], [attribute]);
    return attribute;
  }

  private stage(filter: Expression | null, computed: readonly Expression[], columns: readonly Attribute[] = []): void {
    const read = new Set(this.terms.flatMap((term) => [...referencesOf(term)]));
    const passed = this.input.filter(({ id }) => this.used.has(id) || this.live.has(id) || read.has(id));
    const output = [...passed, ...columns];
    const fields = output.map(({ name, type, nullable }) => ({ name, type, nullable }));
    this.stages.push({ input: this.input, filter, outputs: [...passed, ...computed], outputSchema: types.struct(fields) });
    this.input = output;
  }
}
