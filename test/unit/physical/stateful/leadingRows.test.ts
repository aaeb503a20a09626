import * as fc from "fast-check";
import { expect, test } from "vitest";
import { columnFromValues } from "../../../../engine/arrow/columns.js";
import { types } from "../../../../engine/arrow/types.js";
import { LeadingRows } from "../../../../engine/physical/stateful/leadingRows.js";
import { IntList } from "../../../../engine/state/intList.js";
import { OrderBytes } from "../../../../engine/state/orderBytes.js";

const key = { type: types.long, descending: true, nullsFirst: false };

test("a row stays where fewer rows of its key than the limit stand before it, piece after piece", () => {
  const piece = fc.array(fc.record({ key: fc.nat(4), value: fc.option(fc.bigInt(0n, 12n), { nil: null }), isLeftOut: fc.boolean() }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(piece, { maxLength: 4 }), (limit, pieces) => {
      const leading = new LeadingRows(limit);
      const order = new OrderBytes([key]);
      for (const rows of pieces) {
        const values = columnFromValues(
          types.long,
          rows.map(({ value }) => value),
        );
        order.write([values], null, rows.length);
        const offered = rows.flatMap(({ isLeftOut }, place) => (isLeftOut ? [] : [place]));
        const kept = new IntList();
        for (const place of offered) kept.push(place);
        leading.keep(
          kept,
          Int32Array.from(rows, (row) => row.key),
          5,
          order,
        );
        const rank = (place: number): bigint => rows[place]!.value ?? -1n;
        const expected = offered.filter(
          (place) => offered.filter((other) => rows[other]!.key === rows[place]!.key && rank(other) > rank(place)).length < limit,
        );
        expect([...kept.view()]).toEqual(expected);
      }
    }),
    { numRuns: 300 },
  );
});
