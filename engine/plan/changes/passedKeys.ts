import type { DataType } from "../../arrow/types.js";
import type { Call, Expression } from "../../expression/expression.js";
import { referencesOf } from "../../expression/traverse.js";
import { typeOf } from "../../expression/types/typeOf.js";
import { attributeOf } from "../attributeOf.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { nodesUp } from "../transform.js";

/**
 * The columns of a projection that say which row is which, where those of the keys say so below it: a key as it is, or something that no two values of it share, such as its
 * text. Null where some key is not among them.
 */
export function passedKeys({ expressions, input }: NodeOf<"project">, keys: readonly number[]): number[] | null {
  const windows = windowsBelow(input);
  const isOfKeys = (e: Expression): boolean => [...referencesOf(e)].every((id) => keys.includes(id));
  const told = expressions.map((e) => ({ e, ids: isOfKeys(e) ? toldApart(e, windows) : nothing }));
  // A key as it is before anything that is made of it.
  const candidates = [...told.filter(({ e }) => isColumn(e)), ...told.filter(({ e }) => !isColumn(e))];
  const passed: Expression[] = [];
  const covered = new Set<number>();
  for (const id of keys) {
    if (covered.has(id)) continue;
    const found = candidates.find(({ ids }) => ids.has(id));
    if (found === undefined) return null;
    passed.push(found.e);
    for (const one of found.ids) covered.add(one);
  }
  return passed.map((e) => attributeOf(e).id);
}

const nothing: ReadonlySet<number> = new Set();

function isColumn(e: Expression): boolean {
  return (e.kind === "alias" ? e.child : e).kind === "attribute";
}

/** A window of one length, or a session of a key, is known by its start, and by its end. By the id of its column: whether its bounds are whole milliseconds. */
type Windows = ReadonlyMap<number, boolean>;

function windowsBelow(input: LogicalPlan): Windows {
  const windows = new Map<number, boolean>();
  for (const node of nodesUp(input)) {
    if (node.kind === "timeWindow") {
      const { window, durationUs, slideUs, startUs } = node;
      const isInMs = [durationUs, slideUs, startUs].every((us) => us % 1000 === 0);
      windows.set(window.id, isInMs);
    } else if (node.kind === "sessionWindow") {
      // Of one key no two sessions begin, or end, at the same time.
      windows.set(node.window.id, false);
    } else if (node.kind === "aggregate" || node.kind === "project") {
      // A window under another name is one.
      for (const e of node.kind === "aggregate" ? [...node.grouping, ...node.aggregates] : node.expressions) {
        const isInMs = e.kind === "alias" && e.child.kind === "attribute" ? windows.get(e.child.id) : undefined;
        if (isInMs !== undefined) windows.set(attributeOf(e).id, isInMs);
      }
    }
  }
  return windows;
}

/** The columns of which an expression has another value wherever they have. */
function toldApart(e: Expression, windows: Windows): ReadonlySet<number> {
  switch (e.kind) {
    case "attribute":
      return new Set([e.id]);
    case "alias":
      return toldApart(e.child, windows);
    case "cast":
      return isLossless(typeOf(e.child), e.type, e.zone) ? toldApart(e.child, windows) : nothing;
    case "call":
      return toldApartByCall(e, windows);
    default:
      return nothing;
  }
}

function toldApartByCall(call: Call, windows: Windows): ReadonlySet<number> {
  const [first] = call.args;
  switch (call.name) {
    case "named_struct":
      return union(call.args.map((arg) => toldApart(arg, windows)));
    case "getField": {
      const window = windowOf(call);
      return window !== null && windows.has(window) ? new Set([window]) : nothing;
    }
    case "to_json":
      return first?.kind === "call" && first.name === "named_struct" && Object.keys(call.options ?? {}).length === 0
        ? toldApartByJson(first.args, windows)
        : nothing;
    default:
      return nothing;
  }
}

/** What the JSON of a struct of names and values says: a field that is null is left out, so that names must differ; times are written to the millisecond only. */
function toldApartByJson(args: readonly Expression[], windows: Windows): ReadonlySet<number> {
  const names = args.filter((_, i) => i % 2 === 0).map((name) => (name.kind === "literal" ? name.value : null));
  if (new Set(names).size < names.length) return nothing;
  const values = args.filter((_, i) => i % 2 === 1);
  const isTold = (e: Expression): boolean => {
    const { kind } = typeOf(e);
    const window = e.kind === "call" ? windowOf(e) : null;
    return (
      whole.includes(kind) || ["string", "boolean", "date", "decimal"].includes(kind) || (window !== null && windows.get(window) === true)
    );
  };
  return union(values.filter(isTold).map((e) => toldApart(e, windows)));
}

/** The column whose field a call is; null: it is none. */
function windowOf({ name, args }: Call): number | null {
  const [child] = args;
  return name === "getField" && child?.kind === "attribute" ? child.id : null;
}

function union(sets: readonly ReadonlySet<number>[]): ReadonlySet<number> {
  return new Set(sets.flatMap((set) => [...set]));
}

const whole = ["byte", "short", "int", "long"];

/** Whether no two values of a type become the same value of another. */
function isLossless(from: DataType, to: DataType, zone: string | undefined): boolean {
  if (from.kind === to.kind) return from.kind === "string" || from.kind === "binary" || whole.includes(from.kind);
  if (whole.includes(from.kind) && whole.includes(to.kind)) return whole.indexOf(from.kind) < whole.indexOf(to.kind);
  if (to.kind === "binary") return from.kind === "string";
  if (to.kind !== "string") return false;
  // Where clocks are changed, an hour comes twice in local time.
  if (from.kind === "timestamp") return zone === "UTC";
  return whole.includes(from.kind) || ["boolean", "date", "decimal", "timestamp_ntz"].includes(from.kind);
}
