import { assert } from "../../errors/assert.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import { rewriteExpression } from "../../expression/traverse.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import type { AnalyzedPlan } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { childrenOf, mapExpressions, withChildren } from "../transform.js";
import { mapParsed } from "../mapParsed.js";
import { analyze, analyzeWritten, writtenOf, type WrittenQuery } from "./analyze.js";

/**
 * The plan as the analyzer makes it of the same verbs in another context: casts, coercions and the types that come of them depend on ANSI mode and time zone,
 * so that changing the analyzed plan would not do. The plan itself when it was analyzed in that context.
 *
 * What a verb was given may hold columns of the plans below (`df.col("id")`), which are then those of the plans made anew.
 *
 * @throws what the analyzer refuses in that context
 */
export function reanalyze(plan: AnalyzedPlan, context: AnalysisContext): AnalyzedPlan {
  return new Reanalysis(context).of(plan);
}

class Reanalysis {
  private readonly plans = new Map<AnalyzedPlan, AnalyzedPlan>();
  /** The columns made anew, by the id that they had. */
  private readonly columns = new Map<number, Attribute>();

  constructor(private readonly context: AnalysisContext) {}

  /** Inputs first; a plan may be as deep as a program has verbs. */
  of(plan: AnalyzedPlan): AnalyzedPlan {
    const waiting = [plan];
    for (let node = plan; waiting.length > 0; node = waiting.at(-1)!) {
      const missing = this.plans.has(node) ? [] : inputsOf(node).filter((input) => !this.plans.has(input));
      if (missing.length === 0) {
        if (!this.plans.has(node)) this.plans.set(node, this.again(node));
        waiting.pop();
      }
      waiting.push(...missing);
    }
    return this.plans.get(plan)!;
  }

  private again(plan: AnalyzedPlan): AnalyzedPlan {
    const { plan: written, context, again: ofText, query } = writtenOf(plan)!;
    const inputs = inputsOf(plan);
    const renewed = inputs.map((input) => this.plans.get(input)!);
    const isSame =
      context.ansi === this.context.ansi && context.zone === this.context.zone && renewed.every((input, i) => input === inputs[i]);
    if (isSame) return plan;
    const now = { ...this.context, ...(context.userFunctions && { userFunctions: context.userFunctions }) };
    if (ofText !== undefined) return this.noted(plan, ofText(now));
    if (query !== undefined) return this.noted(plan, analyzeWritten(this.renewedQuery(query, renewed), now));
    const over = mapExpressions(withChildren(written, renewed), (e) => this.renewed(e));
    return this.noted(plan, analyze(over, now));
  }

  /** Notes which columns stand for those that the plan had. */
  private noted(plan: AnalyzedPlan, again: AnalyzedPlan): AnalyzedPlan {
    const [before, after] = [outputOf(plan), outputOf(again)];
    assert(before.length === after.length, "a plan has the same columns in every context");
    if (again !== plan) for (const [i, { id }] of before.entries()) this.columns.set(id, after[i]!);
    return again;
  }

  private renewed(e: Expression): Expression {
    return rewriteExpression(e, (part) => this.renewedPart(part));
  }

  private renewedPart(part: Expression): Expression {
    if (part.kind === "attribute") return this.column(part);
    // A field of a column that was looked up before: what it is depends on the column's type.
    return part.kind === "call" ? { kind: "unresolvedExtract", child: part.args[0]!, key: part.args[1]! } : part;
  }

  private renewedQuery(query: WrittenQuery, inputs: readonly AnalyzedPlan[]): WrittenQuery {
    const parsed = mapParsed(query.parsed, {
      before: (node) => inputs[query.inputs.indexOf(node as AnalyzedPlan)],
      after: (node) => this.renewedPart(node as Expression),
    });
    return { ...query, parsed, inputs };
  }

  private column(before: Attribute): Attribute {
    const now = this.columns.get(before.id);
    if (now === undefined) return before;
    const { id, type, eventTime } = now;
    const nullable = before.nullable || now.nullable;
    return { ...before, id, type, nullable, ...(before.eventTime && eventTime && { eventTime }) };
  }
}

/** The plans that a verb was called on. */
function inputsOf(plan: AnalyzedPlan): readonly AnalyzedPlan[] {
  const written = writtenOf(plan);
  assert(written !== null, "what was analyzed is known as it was written");
  if (written.again !== undefined) return [];
  if (written.query !== undefined) return written.query.inputs;
  return childrenOf(written.plan) as readonly AnalyzedPlan[];
}
