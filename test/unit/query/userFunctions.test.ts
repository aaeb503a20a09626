import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ForeachWriter } from "../../../dataframe/foreach.js";
import type { Trigger } from "../../../engine/query/trigger.js";
import { QueryWorld, refusalOf } from "./queryWorld.js";

// What a user's function throws, whatever it is, is in the message and in the cause; what a user gives for a trigger is one or is refused.

let machine: QueryWorld;

beforeEach(async () => {
  machine = new QueryWorld();
  await machine.file("0.json", [{ k: "a" }]);
});

afterEach(() => machine.close());

class Refusal {
  readonly #reason = 7;

  get reason(): number {
    return this.#reason;
  }
}

const unreadable = new Proxy({}, { getPrototypeOf: () => Reflect.ownKeys(7 as never), get: () => Reflect.ownKeys(7 as never) });

const thrown: readonly (readonly [what: string, value: unknown, shown: string])[] = [
  ["an error", new Error("boom"), "boom"],
  ["an error without a message", new RangeError(), "RangeError without a message"],
  ["a text", "boom", "boom"],
  ["an empty text", "", "it threw an empty text"],
  ["nothing", undefined, "it threw undefined"],
  ["null", null, "it threw null"],
  ["a number", 7, "it threw 7"],
  ["a bigint", 7n, "it threw 7n"],
  ["an object", { code: 7, at: [1n] }, 'it threw {"code":7,"at":["1n"]}'],
  ["an object of a class", new Refusal(), "it threw an object of class Refusal"],
  ["an object without a prototype", Object.create(null), "it threw {}"],
  ["a symbol", Symbol("boom"), "it threw Symbol(boom)"],
  ["a function", refusalOf, "it threw the function refusalOf"],
  ["what cannot be read", unreadable, "it threw a value of type object that cannot be shown"],
];

describe("kind: what is thrown and is no Error: what a function throws", () => {
  it.each(thrown)("in foreachBatch: %s", async (_what, value, shown) => {
    for (const fail of [() => thrower(value), () => Promise.reject(value)]) {
      const failure = await refusalOf(machine.runWriter((session) => input(session).writeStream.foreachBatch(fail)));
      expect(failure).toMatchObject({ condition: "FOREACH_BATCH_USER_FUNCTION_ERROR", parameters: { reason: shown } });
      expect(failure.message).toContain(shown);
      expect("cause" in failure && Object.is((failure as { cause?: unknown }).cause, value)).toBe(true);
    }
  });

  it.each(["open", "process", "close"] as const)("in %s of foreach", async (method) => {
    const writer: ForeachWriter<object> = { process: () => {}, [method]: () => thrower({ code: 7 }) };
    const failure = await refusalOf(machine.runWriter((session) => input(session).writeStream.foreach(writer)));
    expect(failure).toMatchObject({ condition: "FOREACH_BATCH_USER_FUNCTION_ERROR", parameters: { reason: 'it threw {"code":7}' } });
  });

  it("in a listener is a warning", async () => {
    const session = machine.session();
    session.streams.addListener({ onQueryStarted: () => thrower({ code: 7 }) });
    const query = await input(session)
      .writeStream.foreachBatch(() => {})
      .option("checkpointLocation", "/data/c")
      .trigger({ once: true })
      .start();
    await query.awaitTermination();
    expect(machine.warnings).toContain('a query listener failed: it threw {"code":7}');
  });
});

const input = (session: ReturnType<QueryWorld["session"]>) => session.readStream.schema("k STRING").json("/data/in");

function thrower(value: unknown): never {
  throw value;
}

describe("kind: flags that count because their key is there: a trigger", () => {
  const wrong: readonly unknown[] = [
    { availableNow: false },
    { once: 0 },
    { once: "true" },
    { availableNow: true, once: true },
    { processingTime: "1 second", once: true },
    { processingTime: "1 second", availableNow: false },
    { processingTime: undefined },
    { processingTime: null },
    { processingTime: Number.NaN },
    { processingTime: -1 },
    { processingTime: Infinity },
    { processingTime: ["1 second"] },
    { continuous: "1 second" },
    {},
    [],
    null,
    undefined,
    "1 second",
    7,
    true,
    Object.create({ once: true }),
    { processingTime: 7n },
  ];

  it.each(wrong.map((trigger, i) => [i, trigger] as const))("that is none (%i) is refused", async (_i, trigger) => {
    const writer = input(machine.session()).writeStream;
    expect(await refusalOf((async () => writer.trigger(trigger as Trigger))())).toMatchObject({ condition: "INVALID_TRIGGER" });
  });

  it.each([
    { processingTime: 0 },
    { processingTime: "0 seconds" },
    { processingTime: 1.5 },
    { once: true },
    { availableNow: true },
  ] as Trigger[])("that is one is taken: %o", (trigger) => {
    expect(input(machine.session()).writeStream.trigger(trigger).definition.trigger.kind).toBe(Object.keys(trigger)[0]);
  });
});
