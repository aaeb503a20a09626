import { parentPort, workerData } from "node:worker_threads";
import { assert, unreachable } from "../engine/errors/assert.js";
import type { AskedLine, CommandTask, Completions, FromCommand, Screen, ToCommand } from "./threadMessages.js";

/** The thread of a command, seen from inside: what it was given, and its talk with the main thread. */
class CommandPort {
  readonly task: CommandTask;
  private readonly onStop = new Set<() => void>();
  private currentScreen: Screen;
  private answer: ((line: AskedLine) => void) | null = null;
  private complete: ((line: string) => Promise<Completions>) | null = null;

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

  /** Asks the person at the terminal for a line. */
  async ask(prompt: string): Promise<AskedLine> {
    assert(this.answer === null, "one line is asked for at a time");
    // Whoever waits for a person is not done.
    parentPort!.ref();
    try {
      // What was written stands above the question.
      for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => stream.write("", resolve));
      return await new Promise((resolve) => {
        this.answer = resolve;
        this.say({ kind: "ask", prompt });
      });
    } finally {
      this.answer = null;
      parentPort!.unref();
    }
  }

  /** Says how lines are completed. @returns a function that ends it */
  onComplete(complete: (line: string) => Promise<Completions>): () => void {
    this.complete = complete;
    return () => (this.complete = null);
  }

  private hear(message: ToCommand): void {
    switch (message.kind) {
      case "screen":
        this.currentScreen = message.screen;
        return;
      case "asked":
        return this.answer?.(message.line);
      case "complete":
        return void this.completed(message.line);
      case "stop":
        return this.stop();
      default:
        return unreachable(message);
    }
  }

  private async completed(line: string): Promise<void> {
    const completions = (await this.complete?.(line)) ?? { found: [], word: "" };
    this.say({ kind: "completions", completions });
  }

  private stop(): void {
    this.say({ kind: this.onStop.size > 0 ? "stopping" : "unstoppable" });
    for (const stop of this.onStop) stop();
  }
}

export const commandPort = new CommandPort();
