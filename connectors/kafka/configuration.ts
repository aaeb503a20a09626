import type { FileSystem } from "../../engine/contract/fileSystem.js";
import type { Options } from "../../engine/contract/options.js";
import { shownValue } from "../../engine/errors/credentials.js";
import { nearestName } from "../../engine/errors/nearest.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import type { KafkaClientOptions } from "./client.js";
import { parseAddress } from "./connection.js";

/** Kafka's own settings that Tidemark honours, with the Java client's defaults (`null`: none). Given as `kafka.<name>`. */
const honoured = {
  "bootstrap.servers": null,
  "client.id": "tidemark",
  "security.protocol": "PLAINTEXT",
  "sasl.mechanism": null,
  "sasl.jaas.config": null,
  "ssl.truststore.type": "PEM",
  "ssl.truststore.location": null,
  "ssl.truststore.certificates": null,
  "ssl.keystore.type": "PEM",
  "ssl.keystore.location": null,
  "ssl.keystore.password": null,
  "ssl.keystore.certificate.chain": null,
  "ssl.keystore.key": null,
  "ssl.key.password": null,
  "ssl.endpoint.identification.algorithm": "https",
  "request.timeout.ms": "30000",
  "socket.connection.setup.timeout.ms": "3000",
  "default.api.timeout.ms": "60000",
  // of the source
  "isolation.level": "read_committed",
  "max.partition.fetch.bytes": "4194304",
  "fetch.max.wait.ms": "500",
  // of the sink
  "compression.type": "none",
  "batch.size": "524288",
  "max.request.size": "1048576",
  "transaction.timeout.ms": "60000",
  acks: "all",
} as const satisfies Record<string, string | null>;

export type KafkaSetting = keyof typeof honoured;

/** Settings that would change what the engine itself must decide, as Spark refuses them; with the reason. */
const refused: Readonly<Record<string, string>> = {
  "auto.offset.reset": "the source decides where to start (startingOffsets)",
  "key.deserializer": "keys are binary; cast them",
  "value.deserializer": "values are binary; cast them",
  "key.serializer": "keys are string or binary columns",
  "value.serializer": "values are string or binary columns",
  "enable.auto.commit": "offsets are kept in the checkpoint",
  "interceptor.classes": "there is no JVM to load classes into",
  "transactional.id": "the sink makes it from the query's id (transactionalIdPrefix)",
};

/** Settings under these prefixes are about security: one that is not honoured must not be ignored. */
const strictPrefixes = ["ssl.", "sasl.", "security."];

/** The `kafka.*` options of a source or sink, checked. */
export class KafkaSettings {
  private readonly given: Readonly<Record<string, string>>;

  /**
   * @throws MISSING_OPTION without `kafka.bootstrap.servers`, INVALID_OPTION_VALUE for servers that are none, KAFKA_OPTION_NOT_SUPPORTED, UNKNOWN_OPTION
   *   for what looks like a slip
   */
  constructor(private readonly options: Options) {
    this.given = options.withPrefix("kafka.");
    if (!this.given["bootstrap.servers"]) {
      throw new StreamingError("MISSING_OPTION", { option: "kafka.bootstrap.servers", owner: options.owner });
    }
    for (const name of Object.keys(this.given)) this.check(name);
    if (this.servers.length === 0 || this.servers.some((server) => parseAddress(server) === null)) {
      const expected = "host:port, or several separated by commas (users and passwords belong into kafka.sasl.jaas.config)";
      throw this.invalid("bootstrap.servers", expected);
    }
  }

  private get servers(): string[] {
    const servers = this.get("bootstrap.servers")!.split(",");
    return servers.map((server) => server.trim()).filter((server) => server !== "");
  }

  /** Settings of the Java client that mean nothing here: worth a warning. */
  get ignored(): string[] {
    return Object.keys(this.given).filter((name) => !(name in honoured));
  }

  get(name: KafkaSetting): string | undefined {
    return this.given[name] ?? honoured[name] ?? undefined;
  }

  /** @throws INVALID_OPTION_VALUE */
  integer(name: KafkaSetting): number {
    const value = this.get(name) ?? "";
    if (!/^\d+$/.test(value) || !Number.isSafeInteger(Number(value))) throw this.invalid(name, "a whole number");
    return Number(value);
  }

  oneOf<T extends string>(name: KafkaSetting, values: readonly T[]): T {
    const value = this.get(name) ?? "";
    const found = values.find((v) => v.toLowerCase() === value.toLowerCase());
    if (found === undefined) throw this.invalid(name, `one of ${values.join(", ")}`);
    return found;
  }

  /** What a client needs to connect. Reads certificate files. */
  async clientOptions(files: FileSystem): Promise<KafkaClientOptions> {
    const protocol = this.oneOf("security.protocol", ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]);
    return {
      bootstrapServers: this.servers,
      clientId: this.get("client.id")!,
      connectionTimeoutMs: this.integer("socket.connection.setup.timeout.ms"),
      requestTimeoutMs: this.integer("request.timeout.ms"),
      apiTimeoutMs: this.integer("default.api.timeout.ms"),
      tls: protocol.endsWith("SSL") ? await this.tls(files) : null,
      sasl: protocol.startsWith("SASL") ? this.sasl() : null,
    };
  }

  private check(name: string): void {
    const option = `kafka.${name}`;
    const reason = refused[name];
    if (reason) throw new StreamingError("KAFKA_OPTION_NOT_SUPPORTED", { option, reason, instead: "Leave it out." });
    if (name in honoured) return;
    if (!strictPrefixes.some((prefix) => name.startsWith(prefix))) return;
    const nearest = nearestName(name, Object.keys(honoured));
    throw new StreamingError("UNKNOWN_OPTION", {
      owner: this.options.owner,
      option,
      suggestion: nearest ? `Did you mean \`kafka.${nearest}\`?` : "It must not be ignored, so leave it out.",
    });
  }

  private invalid(name: KafkaSetting, expected: string): StreamingError {
    const option = `kafka.${name}`;
    const value = shownValue(option, this.get(name) ?? "");
    return new StreamingError("INVALID_OPTION_VALUE", { owner: this.options.owner, option, value, expected });
  }

  private sasl(): { mechanism: string; username: string; password: string } {
    const mechanism = this.oneOf("sasl.mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]);
    const jaas = this.get("sasl.jaas.config") ?? "";
    const username = jaasValue(jaas, "username");
    const password = jaasValue(jaas, "password");
    if (username === null || password === null) throw this.invalid("sasl.jaas.config", 'a login module with username="…" password="…"');
    return { mechanism: mechanism.toLowerCase(), username, password };
  }

  private async tls(files: FileSystem): Promise<Record<string, unknown>> {
    const tls: Record<string, unknown> = {};
    this.oneOf("ssl.truststore.type", ["PEM"]);
    const ca = this.get("ssl.truststore.certificates") ?? (await this.file(files, "ssl.truststore.location"));
    if (ca) tls["ca"] = ca.toString();
    const keyStore = await this.file(files, "ssl.keystore.location");
    if (this.oneOf("ssl.keystore.type", ["PEM", "PKCS12"]) === "PKCS12") {
      tls["pfx"] = keyStore;
      tls["passphrase"] = this.get("ssl.keystore.password");
    } else {
      // A PEM key store holds the key and its certificates in one file.
      tls["cert"] = this.get("ssl.keystore.certificate.chain") ?? keyStore?.toString();
      tls["key"] = this.get("ssl.keystore.key") ?? keyStore?.toString();
      tls["passphrase"] = this.get("ssl.key.password");
    }
    if (this.get("ssl.endpoint.identification.algorithm") === "") tls["checkServerIdentity"] = () => undefined;
    return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
  }

  private async file(files: FileSystem, name: KafkaSetting): Promise<Buffer | undefined> {
    const path = this.get(name);
    if (path === undefined) return undefined;
    const bytes = await files.read(path);
    if (!bytes) throw this.invalid(name, "a file that exists");
    return Buffer.from(bytes);
  }
}

/** `username="alice"` of a JAAS line; quotes may be escaped inside. */
function jaasValue(jaas: string, name: string): string | null {
  const match = new RegExp(`\\b${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|'([^']*)'|([^\\s;]+))`).exec(jaas);
  if (!match) return null;
  return match[1]?.replace(/\\(.)/g, "$1") ?? match[2] ?? match[3] ?? null;
}
