import type { Call } from "../expression.js";

/** What a call needs in every row: looked up once. */
export function onceForEach<V extends object>(find: (call: Call) => V): (call: Call) => V {
  const found = new WeakMap<Call, V>();
  return (call) => {
    let value = found.get(call);
    if (value === undefined) found.set(call, (value = find(call)));
    return value;
  };
}
