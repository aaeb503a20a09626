import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readAll } from "../../engine/contract/source.js";
import { fetching, requireServers } from "../servers/availability.js";
import { startKafka, type KafkaBroker } from "../servers/kafka/broker.js";
import { freshTopic, kafkaSource, readRows } from "../servers/kafka/kafkaSession.js";
import { freePorts, run } from "../servers/processes.js";

interface SecureKafka {
  readonly broker: KafkaBroker;
  readonly folder: string;
  readonly scram: string;
  readonly secure: string;
  readonly certificate: string;
}

const login = (name: string, password: string): string =>
  `org.apache.kafka.common.security.plain.PlainLoginModule required username="${name}" password="${password}"`;

/** A broker with a listener for SCRAM, and one for PLAIN over TLS with a certificate of its own making. */
async function startSecureKafka(): Promise<SecureKafka> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-tls-"));
  const store = join(folder, "broker.p12");
  const keyStore = ["-keystore", store, "-storetype", "PKCS12", "-storepass", "changeit", "-alias", "broker"];
  await fetching("a JDK", () => run("keytool", ["-help"]));
  await run("keytool", [
    "-genkeypair",
    "-keyalg",
    "RSA",
    "-dname",
    "CN=localhost",
    "-ext",
    "san=ip:127.0.0.1",
    "-validity",
    "2",
    ...keyStore,
  ]);
  const certificate = join(folder, "broker.pem");
  await writeFile(certificate, await run("keytool", ["-exportcert", "-rfc", ...keyStore]));
  const [scramPort = 0, securePort = 0] = await freePorts(2);
  const broker = await startKafka(
    ({ port, controllerPort }) => ({
      listeners: `PLAINTEXT://127.0.0.1:${port},SCRAM://127.0.0.1:${scramPort},SECURE://127.0.0.1:${securePort},CONTROLLER://127.0.0.1:${controllerPort}`,
      "advertised.listeners": `PLAINTEXT://127.0.0.1:${port},SCRAM://127.0.0.1:${scramPort},SECURE://127.0.0.1:${securePort}`,
      "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SCRAM:SASL_PLAINTEXT,SECURE:SASL_SSL",
      "inter.broker.listener.name": "PLAINTEXT",
      "listener.name.scram.sasl.enabled.mechanisms": "SCRAM-SHA-512",
      "listener.name.secure.sasl.enabled.mechanisms": "PLAIN",
      "listener.name.scram.scram-sha-512.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
      "listener.name.secure.plain.sasl.jaas.config": `${login("admin", "x")} user_bob="tls secret";`,
      "listener.name.secure.ssl.keystore.location": store,
      "listener.name.secure.ssl.keystore.type": "PKCS12",
      "listener.name.secure.ssl.keystore.password": "changeit",
      "listener.name.secure.ssl.key.password": "changeit",
    }),
    ["--add-scram", "SCRAM-SHA-512=[name=alice,password=scram-secret]"],
  );
  return { broker, folder, scram: `127.0.0.1:${scramPort}`, secure: `127.0.0.1:${securePort}`, certificate };
}

const readCount = async (topic: string, options: Record<string, string>): Promise<number> => {
  const prefixed = Object.fromEntries(Object.entries(options).map(([name, value]) => [`kafka.${name}`, value]));
  const source = await kafkaSource({ subscribe: topic, ...prefixed }, { bounded: true, log: null });
  try {
    return (await readRows(source, null, (await source.latestOffset(null, readAll))!)).length;
  } finally {
    await source.stop();
  }
};

await requireServers(
  "a Kafka that wants a login",
  "Kafka (a JDK and Maven)",
  startSecureKafka,
  ({ broker, folder, scram, secure, certificate }) => {
    afterAll(async () => {
      await broker.stop();
      await rm(folder, { recursive: true, force: true });
    });

    const withScram = (password: string): Record<string, string> => ({
      "bootstrap.servers": scram,
      "security.protocol": "SASL_PLAINTEXT",
      "sasl.mechanism": "SCRAM-SHA-512",
      "sasl.jaas.config": login("alice", password),
    });
    const withTls = (trust: Record<string, string>): Record<string, string> => ({
      "bootstrap.servers": secure,
      "security.protocol": "SASL_SSL",
      "sasl.mechanism": "PLAIN",
      "sasl.jaas.config": login("bob", "tls secret"),
      ...trust,
    });

    test("lets in by SCRAM, and by PLAIN over TLS with its certificate as a file or as text", async () => {
      const topic = freshTopic();
      await broker.createTopic(topic, 2);
      await broker.produce(topic, [{ value: "1" }, { value: "2" }, { value: "3" }]);
      expect(await readCount(topic, withScram("scram-secret"))).toBe(3);
      expect(await readCount(topic, withTls({ "ssl.truststore.location": certificate }))).toBe(3);
      expect(await readCount(topic, withTls({ "ssl.truststore.certificates": await readFile(certificate, "utf8") }))).toBe(3);
    });

    test("a wrong password is told at once, and not shown", async () => {
      const refused: unknown = await readCount("t", withScram("wrong-password")).catch((error: unknown) => error);
      expect(refused).toMatchObject({ condition: "KAFKA_AUTHENTICATION_FAILED", parameters: { brokers: scram } });
      expect(String(refused)).not.toContain("wrong-password");
    });

    test("a certificate that nobody vouches for is refused", async () => {
      await expect(readCount("t", withTls({}))).rejects.toMatchObject({
        condition: "KAFKA_BROKER_UNREACHABLE",
        parameters: { brokers: secure, reason: expect.stringContaining("self-signed certificate") },
      });
    });
  },
);
