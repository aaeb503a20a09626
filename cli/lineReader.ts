import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { AskedLine, Completions } from "./threadMessages.js";

/** Lines that the arrows go through. */
const historyLines = 1000;

/**
 * Reads lines from a person; those that come before they are asked for wait. What was typed is kept in `~/.tidemark_history`, or where TIDEMARK_HISTORY says; an
 * empty TIDEMARK_HISTORY keeps nothing.
 */
export class LineReader {
  private readonly path = process.env["TIDEMARK_HISTORY"] ?? join(homedir(), ".tidemark_history");
  private readonly terminal: Interface;
  private readonly early: string[] = [];
  private waiting: ((line: AskedLine) => void) | null = null;
  private isClosed = false;

  /**
   * @param complete what the end of a line may become
   * @param interrupt stops the statement that runs; false when it was asked to stop before
   */
  constructor(complete: (line: string) => Promise<Completions>, interrupt: () => boolean) {
    this.terminal = createInterface({
      input: process.stdin,
      output: process.stdout,
      history: this.kept(),
      historySize: historyLines,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: Error | null, result: [string[], string]) => void) => {
        void complete(line).then(({ found, word }) => done(null, [[...found], word]));
      },
    });
    this.terminal.on("line", (text) => {
      this.keep(text);
      if (this.waiting === null) this.early.push(text);
      else this.answer({ kind: "line", text });
    });
    // The terminal gives keys, not signals, for as long as lines are read from it.
    this.terminal.on("SIGINT", () => {
      // A statement that does not stop: the second time it is the command that ends.
      if (this.waiting === null && !interrupt()) return void process.kill(process.pid, "SIGINT");
      process.stdout.write("^C\n");
      if (this.waiting === null) return undefined;
      // Ctrl-U and Ctrl-K: what was typed is gone.
      this.terminal.write(null, { ctrl: true, name: "u" });
      this.terminal.write(null, { ctrl: true, name: "k" });
      return this.answer({ kind: "dropped" });
    });
    this.terminal.on("close", () => {
      this.isClosed = true;
      if (this.waiting === null) return;
      process.stdout.write("\n");
      this.answer({ kind: "end" });
    });
  }

  async ask(prompt: string): Promise<AskedLine> {
    const text = this.early.shift();
    if (text !== undefined) return { kind: "line", text };
    if (this.isClosed) return { kind: "end" };
    return new Promise((resolve) => {
      this.waiting = resolve;
      this.terminal.setPrompt(prompt);
      this.terminal.prompt();
    });
  }

  close(): void {
    this.terminal.close();
  }

  private answer(line: AskedLine): void {
    const waiting = this.waiting!;
    this.waiting = null;
    waiting(line);
  }

  private kept(): string[] {
    if (this.path === "" || !existsSync(this.path)) return [];
    const lines = readFileSync(this.path, "utf8").split("\n");
    return lines
      .filter((line) => line !== "")
      .slice(-historyLines)
      .toReversed();
  }

  private keep(line: string): void {
    if (this.path === "" || line.trim() === "") return;
    try {
      appendFileSync(this.path, `${line}\n`, { mode: 0o600 });
    } catch {
      // A home that cannot be written to keeps no history; the talk goes on.
    }
  }
}
