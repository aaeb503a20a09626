import { exitCodes } from "./failure.js";

/**
 * The first SIGINT or SIGTERM asks the work to end well; the second ends the process at once.
 *
 * @returns a function that takes the handlers away again
 */
export function onStopSignals(stop: () => void): () => void {
  let asked = false;
  const handle = (): void => {
    if (asked) process.exit(exitCodes.secondSignal);
    asked = true;
    stop();
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return () => {
    process.off("SIGINT", handle);
    process.off("SIGTERM", handle);
  };
}
