import { Worker } from "node:worker_threads";
import type { Call } from "./arguments.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { exitCodes } from "./failure.js";
import { Messages } from "./messages.js";
import type { LineReader } from "./lineReader.js";
import type { CommandTask, Completions, FromCommand, Screen, ToCommand } from "./threadMessages.js";

/*
 * A command runs in a thread of its own. The main thread does nothing but pass on what is said and hear signals, so that a second one ends the process
 * whatever a job is busy with: Node runs no signal handler while its thread computes or sits in a system call.
 */

/** How long a busy command may be silent about a first signal before a person is told. */
const answerMs = 1000;

/** How long a terminated thread may take; one that sits in a system call takes for ever. */
const terminateMs = 500;

/** Runs a command to its end; gives the exit code. */
export async function runInThread({ command, words, values }: Call): Promise<number> {
  const messages = new Messages(values.json === true);
  if (typeof values.cwd === "string" && !goTo(values.cwd)) {
    messages.failure(new StreamingError("INVALID_FLAG", { flag: "cwd", value: values.cwd, expected: "a folder that is there" }));
    return exitCodes.usage;
  }
  const interrupt = new Int32Array(new SharedArrayBuffer(4));
  const workerData: CommandTask = { command, words, values, screen: screen(), interrupt };
  const worker = new Worker(new URL("../cli/commandThread.js", import.meta.url), { workerData, stdout: true, stderr: true });
  passOn(worker.stdout, process.stdout);
  passOn(worker.stderr, process.stderr);
  const say = (message: ToCommand): void => worker.postMessage(message);
  const signals = new Signals(worker, say, messages);
  const person = new Person(say, interrupt);
  const resized = (): void => say({ kind: "screen", screen: screen() });
  process.stdout.on("resize", resized);
  let exitCode: number | null = null;
  worker.on("message", (message: FromCommand) => {
    if (message.kind === "stopping") signals.answered();
    else if (message.kind === "unstoppable") void signals.endNow("SIGTERM");
    else if (message.kind === "done") exitCode = message.exitCode;
    else if (message.kind === "ask") void person.ask(message.prompt);
    else if (message.kind === "completions") person.completed(message.completions);
    else void cutOff(worker, message.by, messages);
  });
  worker.on("error", (error) => {
    exitCode = exitCodes.failed;
    messages.failure(error);
  });
  const ended = await new Promise<number>((resolve) => worker.on("exit", resolve));
  process.stdout.off("resize", resized);
  person.leave();
  signals.letGo();
  return exitCode ?? ended;
}

/** Whoever sits at the terminal. Only this thread can read from it. */
class Person {
  private reader: LineReader | null = null;
  private completion: ((completions: Completions) => void) | null = null;

  constructor(
    private readonly say: (message: ToCommand) => void,
    private readonly interrupt: Int32Array,
  ) {}

  async ask(prompt: string): Promise<void> {
    // Whoever asks for the next line runs no statement.
    Atomics.store(this.interrupt, 0, 0);
    // What the thread has written before is on its way through the streams.
    await new Promise(setImmediate);
    this.reader ??= new (await import("./lineReader.js")).LineReader(
      (line) => this.complete(line),
      () => Atomics.exchange(this.interrupt, 0, 1) === 0,
    );
    this.say({ kind: "asked", line: await this.reader.ask(prompt) });
  }

  /** Gives the terminal back. */
  leave(): void {
    this.reader?.close();
  }

  completed(completions: Completions): void {
    this.completion?.(completions);
  }

  private complete(line: string): Promise<Completions> {
    return new Promise((resolve) => {
      this.completion = resolve;
      this.say({ kind: "complete", line });
    });
  }
}

/** Makes a folder the working directory; the thread of the command, which may not change it, starts with it. */
function goTo(folder: string): boolean {
  try {
    process.chdir(folder);
    return true;
  } catch {
    return false;
  }
}

/** Ends a thread whose work is done and that something keeps alive. */
async function cutOff(worker: Worker, by: readonly string[], messages: Messages): Promise<void> {
  messages.warning(`The command is done, but something is still open after 3 s: ${by.join(", ")}. The process is ended.`);
  await worker.terminate();
}

/** The first SIGINT or SIGTERM asks the command to end well; the second ends the process at once. */
class Signals {
  private asked = false;
  private unanswered: NodeJS.Timeout | undefined;
  private readonly handle = (signal: NodeJS.Signals): void => {
    if (this.asked) return void this.endNow(signal);
    this.asked = true;
    this.say({ kind: "stop" });
    this.unanswered = setTimeout(() => {
      this.messages.warning("The job is busy and does not answer yet: it stops when it can. A second signal ends it at once.");
    }, answerMs);
  };

  constructor(
    private readonly worker: Worker,
    private readonly say: (message: ToCommand) => void,
    private readonly messages: Messages,
  ) {
    process.on("SIGINT", this.handle).on("SIGTERM", this.handle);
  }

  answered(): void {
    clearTimeout(this.unanswered);
  }

  letGo(): void {
    this.answered();
    process.off("SIGINT", this.handle).off("SIGTERM", this.handle);
  }

  /** Ends the process; by `signal` itself where nothing else helps. */
  async endNow(signal: NodeJS.Signals): Promise<void> {
    this.letGo();
    // `process.exit` would wait for the thread, so one that sits in a system call is left to the signal itself.
    setTimeout(() => process.kill(process.pid, signal), terminateMs);
    await this.worker.terminate();
    process.exit(exitCodes.stopped);
  }
}

/** A reader that has gone (`| head`) ends the showing, not the query: what is said afterwards is dropped. */
function passOn(from: NodeJS.ReadableStream, to: NodeJS.WriteStream): void {
  to.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    from.unpipe(to);
    from.resume();
  });
  from.pipe(to, { end: false });
}

function screen(): Screen {
  const { stdout, stdin } = process;
  // On a pipe the property is missing, whatever its type says; some terminals say that they have no width.
  const isTTY = "isTTY" in stdout && stdout.isTTY;
  return { isTTY, columns: stdout.columns > 0 ? stdout.columns : 80, asks: isTTY && "isTTY" in stdin && stdin.isTTY };
}
