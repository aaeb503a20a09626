import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { atCursor, sampleFolder, samplePath, type Editor } from "./editor.js";

const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
const uri = pathToFileURL(samplePath).href;

/** A language server, spoken to as editors do. */
export class LanguageServer implements Editor {
  private readonly process = spawn(process.execPath, [tsc, "--lsp", "--stdio"], { cwd: sampleFolder, stdio: ["pipe", "pipe", "ignore"] });
  private readonly waiting = new Map<number, (result: unknown) => void>();
  private received = Buffer.alloc(0);
  private next = 1;
  private version = 1;
  private readonly opened: Promise<void>;

  constructor() {
    this.process.stdout.on("data", (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.takeMessages();
    });
    this.opened = this.open();
  }

  async completions(program: string): Promise<readonly string[]> {
    const found = (await this.at("completion", program)) as { readonly items: readonly { readonly label: string }[] } | null;
    return (found?.items ?? []).map(({ label }) => label.replace(/\?$/, ""));
  }

  async hover(program: string): Promise<string> {
    return JSON.stringify(await this.at("hover", program));
  }

  private async open(): Promise<void> {
    await this.ask("initialize", { processId: null, rootUri: pathToFileURL(sampleFolder).href, capabilities: {} });
    this.tell("initialized", {});
    this.tell("textDocument/didOpen", { textDocument: { uri, languageId: "typescript", version: 1, text: "" } });
  }

  private async at(method: "completion" | "hover", program: string): Promise<unknown> {
    await this.opened;
    const { text, before } = atCursor(program);
    this.tell("textDocument/didChange", { textDocument: { uri, version: ++this.version }, contentChanges: [{ text }] });
    const lines = before.split("\n");
    return this.ask(`textDocument/${method}`, {
      textDocument: { uri },
      position: { line: lines.length - 1, character: lines.at(-1)!.length },
    });
  }

  close(): void {
    this.process.kill();
  }

  private ask(method: string, params: unknown): Promise<unknown> {
    const id = this.next++;
    const answered = new Promise<unknown>((resolve) => this.waiting.set(id, resolve));
    this.send({ jsonrpc: "2.0", id, method, params });
    return answered;
  }

  private tell(method: string, params: unknown): void {
    this.send({ jsonrpc: "2.0", method, params });
  }

  private send(message: unknown): void {
    const text = JSON.stringify(message);
    this.process.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  private takeMessages(): void {
    for (;;) {
      const end = this.received.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.received.subarray(0, end).toString())?.[1]);
      if (this.received.length < end + 4 + length) return;
      const message = JSON.parse(this.received.subarray(end + 4, end + 4 + length).toString()) as Message;
      this.received = this.received.subarray(end + 4 + length);
      this.take(message);
    }
  }

  private take({ id, method, result, params }: Message): void {
    if (id === undefined) return;
    // What the server itself asks: it gets no setting.
    if (method !== undefined)
      this.send({ jsonrpc: "2.0", id, result: method === "workspace/configuration" ? params!.items!.map(() => null) : null });
    else {
      this.waiting.get(Number(id))?.(result);
      this.waiting.delete(Number(id));
    }
  }
}

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly result?: unknown;
  readonly params?: { readonly items?: readonly unknown[] };
}
