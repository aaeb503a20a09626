import { sameType, types, typeName } from "../arrow/types.js";
import { checkNamesDiffer } from "../arrow/columnNames.js";
import type { OutputMode } from "../contract/sink.js";
import { StreamingError } from "../errors/streamingError.js";
import { freshId, type Attribute, type Expression } from "../expression/expression.js";
import { attributeOf } from "./attributeOf.js";
import type { AnalyzedPlan, LogicalPlan, NodeOf, OptimizedPlan } from "./logicalPlan.js";
import type { LateRule } from "./nodes/lateTap.js";
import { optimize } from "./optimizer/optimize.js";
import { outputOf } from "./outputOf.js";
import { isStreaming, streamsOf } from "./streamingPlan.js";
import { childrenOf, nodesOf, nodesUp, transformUp, withChildren } from "./transform.js";

/** What is told of a late row beside its columns. */
export const lateColumns = [
  { name: "_operator", type: types.string },
  { name: "_reason", type: types.string },
  { name: "_watermark", type: types.timestamp },
] as const;

/** A place in a plan whose rows a stateful operator judges: on the way from an input of the operator, so many nodes below it. */
interface Judged {
  readonly operatorId: string;
  readonly rule: LateRule;
  readonly time: Attribute;
  /** Which of the operator's inputs. */
  readonly input: number;
  /** How many nodes lie between the operator and the rows: those that make its windows. */
  readonly below: number;
  readonly told: readonly Attribute[];
}

/**
 * The columns of the rows that are late to some operator of a stream: those that each of them has where it comes in, told apart by name.
 *
 * @throws SIDE_OUTPUT_WITHOUT_ROWS where nothing is ever late, COLUMN_ALREADY_EXISTS, LATE_ROWS_DIFFER where columns of one name have two types
 */
export function lateOutput(plan: AnalyzedPlan, outputMode: OutputMode): readonly Attribute[] {
  const pruned = operatorsOf(optimize(plan));
  const places = nodesUp(plan).flatMap((node) => judgedBy(node, outputMode).map((place) => toldOf(place, node, pruned)));
  if (places.length === 0) throw new StreamingError("SIDE_OUTPUT_WITHOUT_ROWS", { output: "late", reason: nothingIsLate });
  const columns = new Map<string, Attribute>();
  for (const { told, operatorId } of places) {
    checkNamesDiffer(
      [...told, ...lateColumns].map(({ name }) => name),
      { ignoreCase: true },
    );
    for (const column of told) {
      const known = columns.get(column.name);
      if (known === undefined) columns.set(column.name, sideColumn(column.name, column.type));
      else if (!sameType(known.type, column.type)) {
        const kinds = { column: column.name, type: typeName(known.type), otherType: typeName(column.type), operatorId };
        throw new StreamingError("LATE_ROWS_DIFFER", kinds);
      }
    }
  }
  return [...columns.values(), ...lateColumns.map(({ name, type }) => sideColumn(name, type))];
}

const nothingIsLate = "no operator of the query judges rows by a watermark";

/**
 * The plan with a tap where each operator's rows come in. It gives the same rows: what the optimizer would prune of what comes in is pruned behind the tap.
 *
 * @param told whether the taps tell of the rows: late ones end the query otherwise
 */
export function withLateTaps(plan: AnalyzedPlan, outputMode: OutputMode, told: boolean): AnalyzedPlan {
  const pruned = operatorsOf(optimize(plan));
  return transformUp(plan, (node) =>
    judgedBy(node, outputMode).reduce((over, place) => {
      return tapped(over, told ? toldOf(place, node, pruned) : { ...place, told: [] }, pruned.get(place.operatorId) ?? node);
    }, node),
  ) as AnalyzedPlan;
}

type Operators = ReadonlyMap<string | undefined, LogicalPlan>;

/** The operators of a plan that nobody is told of late rows of, by id. */
function operatorsOf(optimized: OptimizedPlan): Operators {
  return new Map([...nodesOf(optimized)].flatMap((node) => ("operatorId" in node ? [[node.operatorId, node] as const] : [])));
}

/** An operator further up has of the rows what those below it keep anyway: to be asked for more would change their state. */
function toldOf(place: Judged, node: LogicalPlan, pruned: Operators): Judged {
  if (![...nodesOf(childrenOf(node)[place.input]!)].some(keepsRows)) return place;
  const kept = new Set<number>();
  const waiting = [childrenOf(pruned.get(place.operatorId) ?? node)[place.input]!];
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    for (const { id } of outputOf(below)) kept.add(id);
    if (!keepsRows(below)) waiting.push(...childrenOf(below));
  }
  return { ...place, told: place.told.filter(({ id }) => kept.has(id)) };
}

/** Whether a node of a stream passes on what it keeps, or would keep more if more were asked of it. */
function keepsRows(node: LogicalPlan): boolean {
  return (node.kind === "join" || node.kind === "deduplicate") && isStreaming(node);
}

function tapped(node: LogicalPlan, place: Judged, pruned: LogicalPlan): LogicalPlan {
  const { operatorId: judge, rule, time, input, below, told } = place;
  const given = childrenOf(node)[input]!;
  const path = [given];
  for (let i = 0; i < below; i++) path.push(childrenOf(path.at(-1)!)[0]!);
  const rows = path.pop()!;
  const tap: LogicalPlan = { kind: "lateTap", judge, rule, time, told, input: rows };
  const over = path.reduceRight<LogicalPlan>((child, way) => withChildren(way, [child]), tap);
  const kept = keptOf(node, outputOf(given), pruned, input);
  if (kept !== null && !kept.some(({ id }) => id === time.id)) return node;
  const narrowed: LogicalPlan = kept === null ? over : { kind: "project", expressions: kept, input: over };
  return withChildren(
    node,
    childrenOf(node).map((child, i) => (i === input ? narrowed : child)),
  );
}

/** Of operators that keep or pass on whole rows: the columns that they have of an input when nobody is told of late rows. Null: all that they ask for. */
function keptOf(node: LogicalPlan, given: readonly Attribute[], pruned: LogicalPlan, input: number): readonly Attribute[] | null {
  if (node.kind !== "join" && node.kind !== "deduplicate") return null;
  const ids = new Set(given.map(({ id }) => id));
  return outputOf(childrenOf(pruned)[input]!).filter(({ id }) => ids.has(id));
}

/** What a node judges: an operator with state over a stream, in a mode in which it drops rows. */
function judgedBy(node: LogicalPlan, outputMode: OutputMode): readonly Judged[] {
  if (!isStreaming(node)) return [];
  switch (node.kind) {
    case "aggregate":
      return outputMode === "complete" ? [] : groupsJudged(node);
    case "deduplicate":
      return inputsJudged(node, node.operatorId);
    case "groupState": {
      const read = [...node.columns, ...node.grouping].map((e) => (e.kind === "alias" ? e.child : e));
      const time = read.find((e): e is Attribute => e.kind === "attribute" && e.eventTime !== undefined);
      return time === undefined ? [] : [wholeRows(node.operatorId!, time, 0, outputOf(node.input))];
    }
    case "join":
      return streamsOf(node).every(Boolean) ? inputsJudged(node, node.operatorId) : [];
    default:
      return [];
  }
}

function inputsJudged(node: LogicalPlan, operatorId: string | undefined): readonly Judged[] {
  return childrenOf(node).flatMap((child, input) => {
    const columns = outputOf(child);
    const time = columns.find(({ eventTime }) => eventTime !== undefined);
    return time === undefined ? [] : [wholeRows(operatorId!, time, input, columns)];
  });
}

function wholeRows(operatorId: string, time: Attribute, input: number, told: readonly Attribute[]): Judged {
  return { operatorId, rule: { kind: "time" }, time, input, below: 0, told };
}

/** An aggregation judges by its window, or by another event time among its keys. The rows are told as they are before windows are made of them. */
function groupsJudged(node: NodeOf<"aggregate">): readonly Judged[] {
  const keys = node.grouping.map((e) => (e.kind === "alias" ? e.child : e)).filter((e) => e.kind === "attribute");
  const time = keys.find(({ eventTime }) => eventTime !== undefined);
  if (time === undefined) return [];
  const made = windowBelow(node.input, time);
  const operatorId = node.operatorId!;
  if (made === null) return [wholeRows(operatorId, time, 0, outputOf(node.input))];
  const { window, below, named } = made;
  const told = outputOf(window.input);
  const ofRow = window.time.kind === "attribute" ? window.time : null;
  if (ofRow === null) return [wholeRows(operatorId, time, 0, outputOf(node.input))];
  const rows = { operatorId, input: 0, told };
  if (window.kind === "timeWindow") {
    const { durationUs, slideUs, startUs } = window;
    return [{ ...rows, rule: { kind: "window", durationUs, slideUs, startUs }, time: ofRow, below: below + 1 }];
  }
  // A session is known above the node that makes it, and rows without a time do not come that far. The lower one is put in first: it does not move the upper one.
  const missing: Judged = { ...rows, rule: { kind: "missing" }, time: ofRow, below: below + 1 };
  return [missing, { ...rows, rule: { kind: "time" }, time: named, below }];
}

interface MadeWindow {
  readonly window: NodeOf<"timeWindow" | "sessionWindow">;
  /** How many nodes lie above it. */
  readonly below: number;
  /** The column as the node that makes it names it. */
  readonly named: Attribute;
}

/** The node that makes a column of windows, as far as only projections and filters lie between. */
function windowBelow(input: LogicalPlan, column: Attribute): MadeWindow | null {
  let [node, named]: [LogicalPlan, Attribute] = [input, column];
  for (let below = 0; ; below++) {
    if ((node.kind === "timeWindow" || node.kind === "sessionWindow") && node.window.id === named.id)
      return { window: node, below, named: node.window };
    if (node.kind === "project") {
      const { id }: Attribute = named;
      const made: Expression | undefined = node.expressions.find((e) => attributeOf(e).id === id);
      const from: Expression | undefined = made?.kind === "alias" ? made.child : made;
      if (from?.kind !== "attribute") return null;
      named = from;
    } else if (node.kind !== "filter" && node.kind !== "subqueryAlias") return null;
    node = node.input;
  }
}

/** A column of a side output. */
export function sideColumn(name: string, type: Attribute["type"]): Attribute {
  return { kind: "attribute", id: freshId(), name, type, nullable: true, qualifier: [] };
}
