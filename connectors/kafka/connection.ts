import { lazily } from "../../engine/errors/loading.js";
import type { Socket } from "node:net";
import type { Clock } from "../../engine/contract/clock.js";
import type { Network } from "../../engine/contract/network.js";
import { assert } from "../../engine/errors/assert.js";
import { KafkaProtocolError } from "./errorCodes.js";
import { metadataRequest, type ClusterMetadata } from "./metadata.js";
import type { BrokerAddress, KafkaRequest, VersionedRequest } from "./requests.js";
import { RequestWriter, ResponseReader } from "./wire.js";

/** How to reach and log in to the brokers: what kafkajs takes. */
export interface ConnectionConfiguration {
  /** `host:port`, one or more. */
  readonly bootstrapServers: readonly string[];
  readonly clientId: string;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** Options of node's tls, or null for a plain connection. */
  readonly tls: Readonly<Record<string, unknown>> | null;
  readonly sasl: { readonly mechanism: string; readonly username: string; readonly password: string } | null;
}

/** The parts of kafkajs 2.2.4 that carry our own requests: its connections do TLS, SASL, framing, correlation and time-outs. */
interface KafkaJsConnection {
  isConnected(): boolean;
  connect(): Promise<unknown>;
  /** Logs in where that is due; does nothing without SASL. */
  authenticate(): Promise<void>;
  nextCorrelationId(): number;
  readonly requestQueue: { push(request: QueuedRequest): void };
  readonly socket?: Socket;
}
/** A request in kafkajs's queue, which calls `sendRequest`, and gives the answer (its bytes after the correlation id) to `resolve`. */
interface QueuedRequest {
  readonly entry: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    readonly correlationId: number;
    resolve(answer: { readonly payload: Buffer }): void;
    reject(error: unknown): void;
  };
  readonly expectResponse: boolean;
  readonly requestTimeout: number | null;
  sendRequest(): void;
}
interface KafkaJsPool {
  readonly pool: readonly KafkaJsConnection[];
}
interface KafkaJsBroker {
  readonly connectionPool: KafkaJsPool;
  /** What it speaks, by API key; null before the first connection. */
  readonly versions: Readonly<Record<number, { readonly maxVersion: number }>> | null;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
}
interface KafkaJsCluster {
  readonly connectionPoolBuilder: { build(destination: { host: string; port: number }): Promise<KafkaJsPool> };
  readonly brokerPool: { createBroker(options: object): KafkaJsBroker };
  readonly rootLogger: object;
}

type AnyRequest<R> = KafkaRequest<R> | VersionedRequest<R>;

/** Fetches wait at the broker, so kafkajs gives them a connection of their own. */
const fetchApiKey = 1;

/** The connections to the brokers of one cluster, made when they are needed. */
export class BrokerConnections {
  private cluster: Promise<KafkaJsCluster> | null = null;
  private readonly brokers = new Map<string, Promise<KafkaJsBroker>>();
  private readonly connecting = new Map<string, Promise<unknown>>();
  private addresses = new Map<number, BrokerAddress>();
  private closed = false;
  private correlation = 0;
  private readonly bootstrap: readonly BrokerAddress[];

  constructor(
    private readonly configuration: ConnectionConfiguration,
    private readonly clock: Clock,
    /** What carries requests in place of sockets. */
    private readonly network: Network | null,
  ) {
    this.bootstrap = configuration.bootstrapServers.map((server) => {
      const address = parseAddress(server);
      assert(address !== null, "bootstrap servers are checked with the options");
      return address;
    });
  }

  /** Sends to a known broker. Rejects with a connection error of kafkajs, or with what `decode` throws. */
  async send<R>(nodeId: number, request: AnyRequest<R>): Promise<R> {
    const address = this.addresses.get(nodeId);
    if (!address) throw new KafkaProtocolError(request.name, 8, `node ${nodeId}`);
    return this.sendTo(address, request);
  }

  /** Sends to any broker that answers: a known one, else one of the bootstrap servers. Rejects with the last failure. */
  async sendToAny<R>(request: AnyRequest<R>): Promise<R> {
    const candidates = [...this.addresses.values(), ...this.bootstrap];
    let failure: unknown;
    for (const address of candidates) {
      try {
        return await this.sendTo(address, request);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /** Asks for topics (null: all), and learns the brokers on the way. */
  async metadata(topics: readonly string[] | null, create: boolean): Promise<ClusterMetadata> {
    const metadata = await this.sendToAny(metadataRequest(topics, create));
    this.addresses = new Map(metadata.brokers.map((broker) => [broker.nodeId, broker]));
    return metadata;
  }

  /** Adds a broker that another answer named. */
  learn(broker: BrokerAddress): void {
    this.addresses.set(broker.nodeId, broker);
  }

  /** Ends the connections; waits a little for requests under way. */
  async close(): Promise<void> {
    this.closed = true;
    const brokers = await Promise.all([...this.brokers.values()].map((broker) => broker.catch(() => null)));
    await Promise.all(brokers.filter((broker) => broker !== null).map((broker) => this.disconnect(broker)));
    this.brokers.clear();
  }

  private async disconnect(broker: KafkaJsBroker): Promise<void> {
    const enough = new AbortController();
    const ended = broker.disconnect().catch(() => undefined);
    await Promise.race([ended, this.clock.sleep(1000, enough.signal)]);
    enough.abort();
    for (const { socket } of broker.connectionPool.pool) socket?.destroy();
  }

  private async sendTo<R>(address: BrokerAddress, asked: AnyRequest<R>): Promise<R> {
    if (this.closed) throw closedError();
    if (this.network !== null) return this.sendOver(this.network, address, asked);
    const key = `${address.host}:${address.port}`;
    const broker = await this.broker(key, address);
    const lane = asked.apiKey === fetchApiKey ? 1 : 0;
    const connection = broker.connectionPool.pool[lane]!;
    // kafkajs opens two sockets when two requests find a connection closed, hence one attempt at a time.
    if (!broker.isConnected()) await this.once(`${key}/login`, () => broker.connect());
    if (!connection.isConnected()) await this.once(`${key}/${lane}`, () => connection.connect());
    await connection.authenticate();
    // What came to be while the client was being closed is nobody's any more.
    if (this.closed) {
      await this.disconnect(broker);
      throw closedError();
    }
    const request = "at" in asked ? asked.at(broker.versions?.[asked.apiKey]?.maxVersion ?? 0) : asked;
    return decoded(request, await exchange(connection, request, this.configuration.clientId));
  }

  private async sendOver<R>(network: Network, { host, port }: BrokerAddress, asked: AnyRequest<R>): Promise<R> {
    const request = "at" in asked ? asked.at(Infinity) : asked;
    const bytes = Buffer.concat(framed(request, ++this.correlation, this.configuration.clientId));
    return decoded(request, Buffer.from(await network.exchange(host, port, bytes)));
  }

  private async once(key: string, connect: () => Promise<unknown>): Promise<void> {
    let attempt = this.connecting.get(key);
    if (!attempt) {
      attempt = connect().finally(() => this.connecting.delete(key));
      this.connecting.set(key, attempt);
    }
    await attempt;
  }

  private broker(key: string, { host, port }: BrokerAddress): Promise<KafkaJsBroker> {
    let broker = this.brokers.get(key);
    if (!broker) {
      broker = this.connectedCluster().then(async (cluster) => {
        const connectionPool = await cluster.connectionPoolBuilder.build({ host, port });
        return cluster.brokerPool.createBroker({ connectionPool, logger: cluster.rootLogger });
      });
      this.brokers.set(key, broker);
    }
    return broker;
  }

  private connectedCluster(): Promise<KafkaJsCluster> {
    this.cluster ??= createCluster(this.configuration);
    return this.cluster;
  }
}

/** kafkajs is loaded only when something talks to Kafka. */
async function createCluster(configuration: ConnectionConfiguration): Promise<KafkaJsCluster> {
  const { Kafka, logLevel } = (await lazily(import("kafkajs"))).default;
  const kafka = new Kafka({
    brokers: [...configuration.bootstrapServers],
    clientId: configuration.clientId,
    connectionTimeout: configuration.connectionTimeoutMs,
    authenticationTimeout: configuration.connectionTimeoutMs,
    requestTimeout: configuration.requestTimeoutMs,
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    ...(configuration.tls ? { ssl: configuration.tls } : {}),
    ...(configuration.sasl ? { sasl: configuration.sasl as never } : {}),
  });
  const symbol = Object.getOwnPropertySymbols(kafka).find((s) => s.description === "private:Kafka:createCluster");
  if (!symbol) throw new Error("this version of kafkajs has no private:Kafka:createCluster; Tidemark needs 2.2.4");
  const create = (kafka as unknown as Record<symbol, (options: object) => KafkaJsCluster>)[symbol]!;
  return create({ allowAutoTopicCreation: false });
}

/** Header and body of a request, in pieces. */
function framed(request: KafkaRequest<unknown>, correlationId: number, clientId: string): Uint8Array[] {
  const writer = new RequestWriter().int16(request.apiKey).int16(request.apiVersion).int32(correlationId).string(clientId);
  if (request.flexible) writer.noTags();
  request.encode(writer);
  return writer.finish();
}

function decoded<R>(request: KafkaRequest<R>, answer: Buffer): R {
  const reader = new ResponseReader(answer);
  if (request.flexible) reader.skipTags();
  return request.decode(reader);
}

/**
 * Sends a request and gives the bytes of its answer. kafkajs's own `send` would copy every request three times, which costs more than the rest of producing.
 */
function exchange(connection: KafkaJsConnection, request: KafkaRequest<unknown>, clientId: string): Promise<Buffer> {
  const { apiKey, apiVersion, name: apiName } = request;
  const correlationId = connection.nextCorrelationId();
  const chunks = framed(request, correlationId, clientId);
  const size = Buffer.allocUnsafe(4);
  size.writeInt32BE(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  return new Promise((resolve, reject) => {
    connection.requestQueue.push({
      entry: { apiKey, apiVersion, apiName, correlationId, resolve: (answer) => resolve(answer.payload), reject },
      expectResponse: true,
      requestTimeout: null,
      sendRequest: () => {
        const { socket } = connection;
        if (!socket || !connection.isConnected()) throw notConnected();
        socket.cork();
        socket.write(size);
        for (const chunk of chunks) socket.write(chunk);
        socket.uncork();
      },
    });
  });
}

/** What a request of a closed client fails with. */
export function closedError(): Error {
  return new Error("the Kafka client is closed");
}

/** Named as kafkajs names it, so that it is retried. */
function notConnected(): Error {
  return Object.assign(new Error("not connected"), { name: "KafkaJSConnectionError" });
}

/** `host:port`, `[::1]:port`, either with `PROTOCOL://` before it; without a port it is 9092. Null for anything else. */
export function parseAddress(address: string): BrokerAddress | null {
  const match = /^(?:\w+:\/\/)?(?:\[([0-9a-f:.%]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/i.exec(address.trim());
  const port = Number(match?.[3] ?? 9092);
  return match && port <= 65_535 ? { nodeId: -1, host: match[1] ?? match[2]!, port } : null;
}
