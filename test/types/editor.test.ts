import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";

const here = dirname(fileURLToPath(import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
const uri = pathToFileURL(join(here, "editorSample.ts")).href;

/** What an editor asks TypeScript's language server about. `|` is where the cursor is. */
const head = `import { avg, col, schema, t, type Session } from "../../index.js";
declare const session: Session;
const Reading = schema({ sensorId: t.string.notNull, at: t.timestamp, celsius: t.double });
const readings = session.readStream.schema(Reading).json("in");
`;

/** A language server, spoken to as editors do. */
class Server {
  private readonly process = spawn(process.execPath, [tsc, "--lsp", "--stdio"], { cwd: here, stdio: ["pipe", "pipe", "ignore"] });
  private readonly waiting = new Map<number, (result: unknown) => void>();
  private received = Buffer.alloc(0);
  private next = 1;
  private version = 1;

  constructor() {
    this.process.stdout.on("data", (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.takeMessages();
    });
  }

  async open(): Promise<void> {
    await this.ask("initialize", { processId: null, rootUri: pathToFileURL(here).href, capabilities: {} });
    this.tell("initialized", {});
    this.tell("textDocument/didOpen", { textDocument: { uri, languageId: "typescript", version: 1, text: head } });
  }

  /** Puts a text behind the head, and asks at the place of `|` in it. */
  at(method: "completion" | "hover", text: string): Promise<unknown> {
    const whole = head + text.replace("|", "");
    this.tell("textDocument/didChange", { textDocument: { uri, version: ++this.version }, contentChanges: [{ text: whole }] });
    const before = head + text.slice(0, text.indexOf("|"));
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

const server = new Server();
afterAll(() => server.close());
const opened = server.open();

async function completions(text: string): Promise<readonly string[]> {
  await opened;
  const found = (await server.at("completion", text)) as { readonly items: readonly { readonly label: string }[] } | null;
  return (found?.items ?? []).map(({ label }) => label);
}

async function hover(text: string): Promise<string> {
  await opened;
  return JSON.stringify(await server.at("hover", text));
}

test.each([
  ["select", 'readings.select("|")'],
  ["groupBy", 'readings.groupBy("|")'],
  ["orderBy", 'readings.orderBy("|")'],
  ["drop", 'readings.drop("|")'],
])("the names of columns complete in %s", async (_verb, text) => {
  expect(await completions(text)).toEqual(expect.arrayContaining(["sensorId", "at", "celsius"]));
});

test("the names of formats, options and configuration keys complete", async () => {
  expect(await completions('session.read.format("|")')).toEqual(expect.arrayContaining(["csv", "json", "parquet", "kafka"]));
  expect(await completions('readings.writeStream.format("|")')).toEqual(expect.arrayContaining(["csv", "noop", "parquet"]));
  expect(await completions('session.read.format("csv").option("|", 1)')).toEqual(expect.arrayContaining(["header", "sep", "path"]));
  expect(await completions('readings.writeStream.option("|", 1)')).toEqual(expect.arrayContaining(["checkpointLocation", "path"]));
  expect(await completions('session.conf.set("|", 1)')).toEqual(
    expect.arrayContaining(["spark.sql.session.timeZone", "spark.sql.shuffle.partitions"]),
  );
});

test("a hover shows the row, not what made it", async () => {
  const means = 'const mea|ns = readings.groupBy("sensorId").agg(avg("celsius").as("mean"));';
  expect(await hover(means)).toMatch(/DataFrame<\{[^<]*mean: number \| null;[^<]*sensorId: string;[^<]*\}>/);
  expect(await hover('const kel|vin = readings.withColumn("kelvin", col("celsius").plus(273.15)).drop("at");')).toMatch(
    /DataFrame<\{[^<]*celsius: number \| null;[^<]*kelvin: number \| null;[^<]*\}>/,
  );
});
