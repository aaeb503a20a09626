import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../engine/errors/assert.js";
import type { CommandTask, FromCommand, Screen, ToCommand } from "./threadMessages.js";

/** The thread of a command, seen from inside: what it was given, and its talk with the main thread. */
class CommandPort {
  readonly task: CommandTask;
  private readonly onStop = new Set<() => void>();
  private currentScreen: Screen;

  constructor() {
    assert(parentPort !== null, "a command runs in a thread of its own");
    this.task = workerData as CommandTask;
    this.currentScreen = this.task.screen;
    parentPort.on("message", (message: ToCommand) => this.hear(message));
    // Listening alone must not keep the thread.
    parentPort.unref();
  }

  /** Standard output, as it is now. */
  get screen(): Screen {
    return this.currentScreen;
  }

  say(message: FromCommand): void {
    parentPort!.postMessage(message);
  }

  /**
   * Calls `stop` when the process is asked to end by its first SIGINT or SIGTERM; the main thread sees to the second.
   *
   * @returns a function that ends the listening
   */
  onStopSignal(stop: () => void): () => void {
    this.onStop.add(stop);
    return () => void this.onStop.delete(stop);
  }

  private hear(message: ToCommand): void {
    if (message.kind === "screen") {
      this.currentScreen = message.screen;
      return;
    }
    this.say({ kind: this.onStop.size > 0 ? "stopping" : "unstoppable" });
    for (const stop of this.onStop) stop();
  }
}

export const commandPort = new CommandPort();
