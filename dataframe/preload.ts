/**
 * Loads what nearly every query needs, and would otherwise load when it starts.
 *
 * A process that is about to install a load hook calls this before: afterwards every import asks the hook's thread, one by one.
 */
export async function preloadEngine(): Promise<void> {
  await Promise.all([import("./startQuery.js"), import("../sinks/files/sink.js"), import("../engine/arrow/edge.js")]);
}
