import { AsyncLocalStorage } from "node:async_hooks";
import type { UserCode } from "../engine/query/definition.js";
import type { StreamingQueryListener } from "../engine/query/streamingQuery.js";

/** A call of a user's function by a run of a query, and the call that it was made in. What the function leaves behind when it has ended is no part of it. */
interface Call {
  readonly runId: string;
  readonly outer: Call | null;
  isOver: boolean;
}

const calls = new AsyncLocalStorage<Call>();

/** Knows whose function is running, also behind an `await`: a query that waited for itself there would wait for ever. */
export const userCode: UserCode = {
  async run(runId, work) {
    const call: Call = { runId, outer: calls.getStore() ?? null, isOver: false };
    try {
      return await calls.run(call, work);
    } finally {
      call.isOver = true;
    }
  },
  isInside(runId) {
    for (let call = calls.getStore() ?? null; call !== null; call = call.outer) if (call.runId === runId && !call.isOver) return true;
    return false;
  },
};

/** A listener whose functions are known to run for this run of a query. */
export function listenerOf(runId: string, listener: StreamingQueryListener): StreamingQueryListener {
  const inside = (tell: () => void): void => {
    const call: Call = { runId, outer: calls.getStore() ?? null, isOver: false };
    try {
      calls.run(call, tell);
    } finally {
      call.isOver = true;
    }
  };
  return {
    onQueryStarted: (event) => inside(() => listener.onQueryStarted?.(event)),
    onQueryProgress: (event) => inside(() => listener.onQueryProgress?.(event)),
    onQueryIdle: (event) => inside(() => listener.onQueryIdle?.(event)),
    onQueryTerminated: (event) => inside(() => listener.onQueryTerminated?.(event)),
  };
}
