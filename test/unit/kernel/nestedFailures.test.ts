import { expect, it } from "vitest";
import { rowsOf } from "../../../engine/arrow/columns.js";
import { createDecoder } from "../../../engine/kernel/decoder.js";
import { parseSchema } from "../../../engine/sql/ddl.js";

it("an element that cannot be converted leaves the rows before it as they were", () => {
  const decoder = createDecoder({ format: "json", schema: parseSchema("a array<array<int>>, m map<string,array<int>>"), options: {} }, [], {
    zone: "UTC",
  });
  const text = new TextEncoder().encode('{"a":[[1],[2]],"m":{"k":[3]}}\n{"a":[1,[9]]}\n{"m":{"x":1,"y":[9]}}\n');
  decoder.buffer().set(text);
  const [first, second, third] = rowsOf(decoder.decode(text.length, true)!);
  expect(first).toEqual([[[1], [2]], { keys: ["k"], values: [[3]] }]);
  expect(second).toEqual([null, null]);
  expect(third).toEqual([null, null]);
});

it("a dropped record leaves nothing behind in the row that the next one takes", () => {
  const decoder = createDecoder({ format: "json", schema: parseSchema("a int, b string"), options: { mode: "DROPMALFORMED" } }, [], {
    zone: "UTC",
  });
  const text = new TextEncoder().encode('{"a":1,"b":"x"}\n{"a":"2","b":"y"}\n{"a":1.7}\n{"b":"kept"}\n{"a":3}\n');
  decoder.buffer().set(text);
  expect(rowsOf(decoder.decode(text.length, true)!)).toEqual([
    [1, "x"],
    [null, "kept"],
    [3, null],
  ]);
});
