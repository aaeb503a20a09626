import { AsyncLocalStorage } from "node:async_hooks";
import type { UserCode } from "../engine/query/definition.js";
import type { StreamingQueryListener } from "../engine/query/streamingQuery.js";

/** A call of a user's function by a run of a query, and the call that it was made in. What the function leaves behind when it has ended is no part of it. */
interface Call {
  readonly runId: string;
  readonly outer: Call | null;
  isOver: boolean;
}

/** The calls that may wait. Node follows every promise of the process while it is enabled, so it is while such a call runs, and no longer. */
const waiting = new AsyncLocalStorage<Call>();
let waitingCalls = 0;
/** The call of a function that does not wait: nothing else runs before it has ended. */
let current: Call | null = null;

function innermost(): Call | null {
  return current ?? waiting.getStore() ?? null;
}

function during<T>(call: Call | null, work: () => T): T {
  const before = current;
  current = call;
  try {
    return work();
  } finally {
    current = before;
    if (call !== null) call.isOver = true;
  }
}

/** Knows whose function is running, also behind an `await`: a query that waited for itself there would wait for ever. */
export const userCode: UserCode = {
  async run(runId, work) {
    const call: Call = { runId, outer: innermost(), isOver: false };
    waitingCalls++;
    try {
      return await waiting.run(call, () => during(null, work));
    } finally {
      call.isOver = true;
      if (--waitingCalls === 0) waiting.disable();
    }
  },
  isInside(runId) {
    for (let call = innermost(); call !== null; call = call.outer) if (call.runId === runId && !call.isOver) return true;
    return false;
  },
};

/** A listener whose functions are known to run for this run of a query. */
export function listenerOf(runId: string, listener: StreamingQueryListener): StreamingQueryListener {
  const inside = (tell: () => void): void => during({ runId, outer: innermost(), isOver: false }, tell);
  return {
    onQueryStarted: (event) => inside(() => listener.onQueryStarted?.(event)),
    onQueryProgress: (event) => inside(() => listener.onQueryProgress?.(event)),
    onQueryIdle: (event) => inside(() => listener.onQueryIdle?.(event)),
    onQueryTerminated: (event) => inside(() => listener.onQueryTerminated?.(event)),
  };
}
