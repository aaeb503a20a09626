import fc from "fast-check";
import { expect, test } from "vitest";
import { IntList } from "../../../engine/state/intList.js";

test("a list does what an array does", () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constantFrom("pop", "clear", "double")), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, (all) => {
      const list = new IntList();
      let model: number[] = [];
      for (const step of all) {
        if (step === "pop") {
          if (model.length > 0) expect(list.pop()).toBe(model.pop());
        } else if (step === "clear") {
          list.clear();
          model = [];
        } else if (step === "double") {
          list.pushAll(list);
          model = [...model, ...model].slice(0, list.count);
          if (list.count > 1000) {
            list.clear();
            model = [];
          }
        } else {
          list.push(step);
          model.push(step);
        }
        expect([...list.view()]).toEqual(model);
      }
    }),
  );
});
