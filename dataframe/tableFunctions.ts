import { batchOf } from "../engine/arrow/batch.js";
import { types } from "../engine/arrow/types.js";
import { call, Column, type AnyColumn } from "./column.js";
import { DataFrame } from "./dataFrame.js";
import * as g from "./functions/generators.js";
import type { LooseRow } from "./rowTypes/row.js";
import type { SessionContext } from "./sessionContext.js";

/**
 * What `session.tvf` has: functions that give tables, as FROM has them in SQL. Their arguments are constants, or columns of the other side of a lateral join
 * (`outer()`).
 *
 * @example df.lateralJoin(session.tvf.explode(col("tags").outer()))
 */
export class TableValuedFunctions {
  constructor(
    private readonly session: SessionContext,
    private readonly rangeOf: (start: number, end: number, step: number) => DataFrame<{ id: number }>,
  ) {}

  /** The whole numbers from 0 to before `end`, as column `id`. @example session.tvf.range(3) */
  range(end: number): DataFrame<{ id: number }>;
  /** The whole numbers from `start` to before `end`, each `step` behind the last. The number of partitions is a hint. @example session.tvf.range(1, 10, 3) */
  range(start: number, end: number, step?: number, partitions?: number): DataFrame<{ id: number }>;
  range(first: number, second?: number, step = 1): DataFrame<{ id: number }> {
    return second === undefined ? this.rangeOf(0, first, 1) : this.rangeOf(first, second, step);
  }

  /** A row for each element of an array (`col`), or for each entry of a map (`key`, `value`). @example session.tvf.explode(array(lit(1), lit(2))) */
  explode(collection: AnyColumn): DataFrame {
    return this.made(g.explode(collection));
  }

  /** The same as `explode`, with a row of nulls where there is no element. @example session.tvf.explodeOuter(array()) */
  explodeOuter(collection: AnyColumn): DataFrame {
    return this.made(g.explodeOuter(collection));
  }

  /** The same as `explode`, with the place of each element before it. @example session.tvf.posexplode(array(lit("a"), lit("b"))) */
  posexplode(collection: AnyColumn): DataFrame {
    return this.made(g.posexplode(collection));
  }

  /** The same as `posexplode`, with a row of nulls where there is no element. @example session.tvf.posexplodeOuter(array()) */
  posexplodeOuter(collection: AnyColumn): DataFrame {
    return this.made(g.posexplodeOuter(collection));
  }

  /** A row for each struct of an array, its members as columns. @example session.tvf.inline(array(struct(lit(1).as("id"), lit("a").as("name")))) */
  inline(structs: AnyColumn): DataFrame {
    return this.made(g.inline(structs));
  }

  /** The same as `inline`, with a row of nulls where there is no struct. @example session.tvf.inlineOuter(expr("CAST(NULL AS ARRAY<STRUCT<id: INT>>)")) */
  inlineOuter(structs: AnyColumn): DataFrame {
    return this.made(g.inlineOuter(structs));
  }

  /** Fields of a JSON object, as texts: `c0`, `c1` … @example session.tvf.jsonTuple(lit('{"a":1,"b":2}'), lit("a"), lit("b")) */
  jsonTuple(json: AnyColumn, ...fields: readonly AnyColumn[]): DataFrame {
    return this.made(generatorOf("json_tuple", [json, ...fields]));
  }

  /** The values in `rows` rows, filled row by row: `col0`, `col1` … @example session.tvf.stack(lit(2), lit(1), lit(2), lit(3)) */
  stack(rows: AnyColumn, ...values: readonly AnyColumn[]): DataFrame {
    return this.made(generatorOf("stack", [rows, ...values]));
  }

  /** What a generator gives for one row without columns. */
  private made(generator: AnyColumn): DataFrame {
    const oneRow = DataFrame.ofBatch<LooseRow>(this.session, batchOf(types.struct([]), [], 1));
    return oneRow.select(generator);
  }
}

function generatorOf(name: string, args: readonly AnyColumn[]): AnyColumn {
  return new Column(
    call(
      name,
      args.map(({ expression }) => expression),
    ),
  );
}
