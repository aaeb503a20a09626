import { StreamingError } from "./streamingError.js";

/** Fails with INTERNAL_ERROR when an invariant does not hold. Stays on in production: a wrong answer costs more than the check. */
export function assert(holds: boolean, message: string): asserts holds {
  if (!holds) throw new StreamingError("INTERNAL_ERROR", { message });
}

/** For the default of a switch over a union: a compile error when a member is missing, INTERNAL_ERROR at run time. */
export function unreachable(value: never): never {
  throw new StreamingError("INTERNAL_ERROR", { message: `unexpected value ${JSON.stringify(value)}` });
}
