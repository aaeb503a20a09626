import { expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";
import type { Column, Utf8Column } from "../../../engine/arrow/column.js";
import { columnFromValues, takeColumn } from "../../../engine/arrow/columns.js";
import { concatColumns } from "../../../engine/arrow/concat.js";
import { types } from "../../../engine/arrow/types.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";

// Columns that claim gigabytes over a few bytes: nothing of that size is made before it is refused.

const million = 1 << 20;
const tooMany = 2100;

const text: Utf8Column = {
  type: types.string,
  encoding: "utf8",
  length: 1,
  nulls: null,
  data: new Uint8Array(million).fill(97),
  offsets: Int32Array.of(0, million),
};

function conditionOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof StreamingError) return error.condition;
    throw error;
  }
  return "none";
}

it("kind: values of a batch that take more than 2 GiB together are a condition, before anything of that size is made", () => {
  expect(conditionOf(() => takeColumn(text, new Int32Array(tooMany), tooMany))).toBe("BATCH_TOO_LARGE");
  expect(
    conditionOf(() =>
      concatColumns(
        types.string,
        Array.from({ length: tooMany }, () => text),
      ),
    ),
  ).toBe("BATCH_TOO_LARGE");
  const list: Column = {
    type: types.array(types.int),
    encoding: "list",
    length: 1,
    nulls: null,
    offsets: Int32Array.of(0, 2 ** 30),
    element: { type: types.int, encoding: "constant", length: 2 ** 30, nulls: null, value: columnFromValues(types.int, [1]) },
  };
  expect(conditionOf(() => concatColumns(list.type, [list, list, list]))).toBe("BATCH_TOO_LARGE");
  const session = Session.create();
  const long = "x".repeat(million);
  expect(
    conditionOf(() =>
      session.createDataFrame(
        Array.from({ length: tooMany }, () => ({ s: long })),
        "s STRING",
      ),
    ),
  ).toBe("BATCH_TOO_LARGE");
});
