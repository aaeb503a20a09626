import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";

/** A request as the proxy has seen it. */
export interface SeenRequest {
  /** What it is for: `put`, `get`, `head`, `list`, `delete`, `upload` (the requests of an upload in parts). */
  readonly kind: string;
  /** Bucket and key, as in the path; of a listing the prefix. */
  readonly key: string;
  /** The headers' and the URL's text. */
  readonly text: string;
}

/** What becomes of a request. */
export type Fate =
  | "pass"
  /** Refused by the proxy as a busy service does. */
  | "slowDown"
  /** The connection is cut before it is passed on. */
  | "cut"
  /** It is passed on, and its answer is lost. */
  | "loseAnswer"
  /** Passed on after so many ms. */
  | { readonly delayMs: number };

/** Stands between a client and an S3 server: counts what is asked, and disturbs it. */
export interface S3Proxy {
  readonly endpoint: string;
  /** What was asked since `forget`. */
  readonly seen: readonly SeenRequest[];
  /** Says what becomes of each request from now on. */
  fate: (seen: SeenRequest) => Fate;
  forget(): void;
  stop(): Promise<void>;
}

/** Starts a proxy in front of a server on this machine. */
export async function startS3Proxy(serverPort: number): Promise<S3Proxy> {
  const seen: SeenRequest[] = [];
  const proxy = { fate: (): Fate => "pass" } as { fate: (seen: SeenRequest) => Fate };
  const server = createServer((incoming, outgoing) => {
    const what = seenRequest(incoming);
    seen.push(what);
    void handle(serverPort, proxy.fate(what), incoming, outgoing);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return Object.assign(proxy, {
    endpoint: `http://127.0.0.1:${address.port}`,
    seen,
    forget: () => void seen.splice(0),
    stop: () => {
      server.closeAllConnections();
      return new Promise<void>((done) => server.close(() => done()));
    },
  });
}

function seenRequest(incoming: IncomingMessage): SeenRequest {
  const url = new URL(incoming.url ?? "/", "http://proxy");
  const path = decodeURIComponent(url.pathname);
  const { searchParams } = url;
  const text = `${incoming.url}\n${incoming.rawHeaders.join("\n")}`;
  const method = (incoming.method ?? "").toLowerCase();
  if (searchParams.has("uploads") || searchParams.has("uploadId")) return { kind: "upload", key: path, text };
  if (searchParams.has("list-type")) return { kind: "list", key: searchParams.get("prefix") ?? "", text };
  if (searchParams.has("delete")) return { kind: "delete", key: path, text };
  return { kind: method, key: path, text };
}

async function handle(port: number, fate: Fate, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  if (fate === "cut") {
    incoming.socket.destroy();
    return;
  }
  if (fate === "slowDown") {
    incoming.resume();
    await new Promise((done) => incoming.on("end", done));
    outgoing.writeHead(503, { "content-type": "application/xml" });
    outgoing.end('<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>');
    return;
  }
  if (typeof fate === "object") await new Promise((done) => setTimeout(done, fate.delayMs));
  // The signature is of these very headers, the host's among them.
  const onward = request({ host: "127.0.0.1", port, method: incoming.method, path: incoming.url, headers: incoming.headers }, (answer) => {
    if (fate === "loseAnswer") {
      answer.resume();
      answer.on("end", () => incoming.socket.destroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
    answer.on("error", () => incoming.socket.destroy());
  });
  onward.on("error", () => incoming.socket.destroy());
  incoming.pipe(onward);
}
