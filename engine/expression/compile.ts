import { tooLargeOr } from "../values/limits.js";
import { Cache } from "../codegen/cache.js";
import { assert } from "../errors/assert.js";
import { buffers } from "../arrow/buffers.js";
import { batchOf, type Batch } from "../arrow/batch.js";
import type { Column } from "../arrow/column.js";
import type { ProjectionSpec } from "./compile/projectionSpec.js";
import { LoopBuilder } from "./compile/loopBuilder.js";
import { piecesOf } from "./compile/pieces.js";
import type { InputColumn } from "./compile/places.js";
import { finishOutput, planOutput, writerName, type Output } from "./compile/outputs.js";
import { Arena } from "./compile/runtime/arena.js";
import { needsExact, shapeKey, shapeOf, type Shape } from "./compile/shape.js";
import { andOf, notOf } from "./compile/snippets.js";
import type { Writer } from "./compile/writers.js";
import { conjunctsOf } from "./conjuncts.js";
import type { Attribute } from "./expression.js";
import { foldEagerly } from "./fold.js";
import { referencesOf } from "./traverse.js";

/** The facts of a micro-batch that expressions may ask for. */
export interface ProjectionContext {
  readonly batchTimeMs: number;
  readonly batchId: number;
}

/**
 * A compiled filter and projection.
 *
 * Invariant: the result is dense, and its buffers are the projection's own (or the input's, for columns that pass through): the next run reuses them.
 */
export interface Projection {
  run(batch: Batch, context: ProjectionContext): Batch;
}

/** Generated code: writes the rows that pass and returns their number, or −1 when it met a long beyond 2^53. */
type Loop = (
  count: number,
  columns: readonly Column[],
  rows: Int32Array,
  writers: readonly Writer[],
  arena: Arena,
  context: { batchTimeMs: number; batchId: number; row: number },
  first: number,
) => number;

interface Variant {
  readonly loop: Loop;
  readonly writers: readonly Writer[];
  readonly outputs: readonly Output[];
  /** Nothing to do per row: all columns pass through. */
  readonly idle: boolean;
}

interface Compiled {
  /** Null when the input's encodings already ask for BigInts. */
  readonly fast: Variant | null;
  exact: Variant | null;
}

/**
 * Compiles a filter and outputs into one loop over the input's columns. The code is specialised for the encodings it meets (and for columns
 * without nulls) and kept for each of them.
 */
export function compileProjection(spec: ProjectionSpec): Projection {
  assert(spec.outputs.length === spec.outputSchema.fields.length, "one output expression a field");
  const pieces = piecesOf(spec).map(compileLoop);
  if (pieces.length === 1) return pieces[0]!;
  return { run: (batch, context) => pieces.reduce((result, piece) => piece.run(result, context), batch) };
}

function compileLoop(spec: ProjectionSpec): Projection {
  const used = usedInputs(spec);
  const compiled = new Cache<Compiled>(256);
  const arena = new Arena();
  let rows: Int32Array = new Int32Array(0);
  let [batchId, first] = [-1, 0];
  return {
    run(batch, context) {
      assert(batch.columns.length === spec.input.length, `${batch.columns.length} columns for ${spec.input.length} attributes`);
      if (context.batchId !== batchId) [batchId, first] = [context.batchId, 0];
      if (rows.length < batch.length) rows = buffers.int32(Math.max(batch.length, rows.length * 2));
      const code = compiledFor(spec, used, compiled, batch);
      const runVariant = (variant: Variant): number => {
        if (variant.idle) return batch.length;
        for (const writer of variant.writers) writer.reserve(batch.length);
        arena.reset();
        const facts = { batchTimeMs: context.batchTimeMs, batchId: context.batchId, row: 0 };
        try {
          return variant.loop(batch.length, batch.columns, rows, variant.writers, arena, facts, first);
        } catch (error) {
          throw tooLargeOr(error);
        }
      };
      let variant = code.fast;
      let length = variant === null ? -1 : runVariant(variant);
      if (length < 0) {
        variant = code.exact ??= compileVariant(spec, used, batch, true);
        length = runVariant(variant);
      }
      assert(variant !== null && length >= 0, "the exact variant gives an answer");
      first += batch.length;
      const passed = { batch, length, rows: spec.filter === null ? null : rows };
      return batchOf(
        spec.outputSchema,
        variant.outputs.map((output) => finishOutput(output, passed)),
        length,
      );
    },
  };
}

/** Positions of the input columns that the expressions read. */
function usedInputs(spec: ProjectionSpec): ReadonlySet<number> {
  const positions = new Map(spec.input.map((attribute, i) => [attribute.id, i]));
  const used = new Set<number>();
  for (const e of spec.filter === null ? spec.outputs : [spec.filter, ...spec.outputs]) {
    for (const id of referencesOf(e)) {
      const position = positions.get(id);
      if (position !== undefined) used.add(position);
    }
  }
  return used;
}

function compiledFor(spec: ProjectionSpec, used: ReadonlySet<number>, compiled: Cache<Compiled>, batch: Batch): Compiled {
  let key = "";
  for (const position of used) key += `${shapeKey(batch.columns[position]!)};`;
  return compiled.get(key, () => {
    const exactOnly = [...used].some((position) => needsExact(shapeOf(batch.columns[position]!)));
    return { fast: exactOnly ? null : compileVariant(spec, used, batch, false), exact: null };
  });
}

function compileVariant(spec: ProjectionSpec, used: ReadonlySet<number>, batch: Batch, exact: boolean): Variant {
  const inputs = new Map<number, InputColumn>();
  spec.input.forEach((attribute, index) => {
    if (used.has(index)) inputs.set(attribute.id, { index, shape: typed(shapeOf(batch.columns[index]!), attribute) });
  });
  const g = new LoopBuilder(exact, inputs);
  const filters = conjunctsOf(spec.filter && foldEagerly(spec.filter));
  // Each term drops the row by itself, null included.
  for (const filter of filters) {
    const code = g.gen(filter);
    g.emit(`if (${notOf(andOf(notOf(code.isNull), code.value))}) continue;`);
  }
  const writers: Writer[] = [];
  const planning = { g, filtered: spec.filter !== null, writers };
  const outputs = spec.outputs.map((e) => planOutput(planning, foldEagerly(e)));
  if (spec.filter !== null) g.emit(`rows[k] = ${g.row};`);
  g.emit("k++;");
  const before = [...writers.map((_, i) => `const ${writerName(i + 1)} = writers[${i}];`), "let k = 0;"];
  const body = g.finish(before, ["return k;"]);
  const loop = g.build(loopName(spec), ["count", "columns", "rows", "writers", "arena", "context", "first"], body) as Loop;
  return { loop, writers, outputs, idle: writers.length === 0 && spec.filter === null };
}

/** What the loop does, and the columns it makes: how it is found in a profile. */
function loopName({ filter, outputSchema }: ProjectionSpec): string {
  const columns = outputSchema.fields.map(({ name }) => name.replaceAll(/\W+/g, "_")).join("_");
  return `${filter === null ? "project" : "filter"}_${columns}`.slice(0, 48);
}

function typed(shape: Shape, attribute: Attribute): Shape {
  assert(
    shape.type.kind === attribute.type.kind,
    `column ${attribute.name} is of type ${shape.type.kind}, expected ${attribute.type.kind}`,
  );
  return shape;
}
