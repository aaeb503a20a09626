import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import kafkajs from "kafkajs";
import { fetching } from "../availability.js";
import { patienceMs } from "../../patience.js";
import { cachedFolder, freePorts, run } from "../processes.js";

/** A message for `produce`. */
export interface TestMessage {
  readonly key?: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly partition?: number;
  /** ms. */
  readonly timestamp?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A real broker of its own process, on free loopback ports. */
export interface KafkaBroker {
  readonly bootstrap: string;
  readonly pid: number;
  createTopic(topic: string, partitions?: number, config?: Readonly<Record<string, string>>): Promise<void>;
  deleteTopic(topic: string): Promise<void>;
  /** Raises the number of partitions to `count`. */
  addPartitions(topic: string, count: number): Promise<void>;
  /** Removes the records before `offset`, as retention does. */
  deleteRecords(topic: string, partition: number, offset: number): Promise<void>;
  /** Forgets a group's committed offsets. */
  deleteGroup(groupId: string): Promise<void>;
  produce(topic: string, messages: readonly TestMessage[], options?: { gzip?: boolean }): Promise<void>;
  /** Ends the broker and removes its data. */
  stop(): Promise<void>;
  /** SIGKILL; the data stays for `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same ports and data. */
  restart(): Promise<void>;
}

/** The ports of the listeners that every test broker has. */
export interface MainPorts {
  readonly port: number;
  readonly controllerPort: number;
}

/** Lines for the broker's configuration file, in addition to the defaults or in their place. */
export type BrokerProperties = Readonly<Record<string, string>>;

/** Fetches the broker's jars with Maven into the cache folder (once) and gives their class path. */
async function kafkaClassPath(): Promise<string> {
  const pom = fileURLToPath(new URL("pom.xml", import.meta.url));
  const folder = await cachedFolder(
    "kafka-4.1.0",
    async (into) => {
      const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${into}`];
      await run("mvn", ["-q", "-B", "-f", pom, ...goal]);
    },
    (candidate) => existsSync(join(candidate, "kafka_2.13-4.1.0.jar")),
  );
  return join(folder, "*");
}

/** Starts a broker and waits until it answers. `extra` gives further properties, `formatArguments` go to the formatting of its storage. */
export async function startKafka(
  extra: (main: MainPorts) => BrokerProperties = () => ({}),
  formatArguments: readonly string[] = [],
): Promise<KafkaBroker> {
  const classPath = await kafkaClassPath();
  await fetching("a Java runtime", () => run("java", ["-version"]));
  const folder = await mkdtemp(join(tmpdir(), "tidemark-kafka-"));
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const configuration = join(folder, "server.properties");
  const lines = { ...defaultProperties(folder, port, controllerPort), ...extra({ port, controllerPort }) };
  await writeFile(
    configuration,
    Object.entries(lines)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
  );
  const format = ["kafka.tools.StorageTool", "format", "-t", "dGlkZW1hcmstdGVzdHMtMQ", "-c", configuration, ...formatArguments];
  await run("java", ["-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", classPath, ...format]);
  let child = await launch(classPath, configuration, folder, port);
  const bootstrap = `127.0.0.1:${port}`;
  const admin = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING });
  return {
    bootstrap,
    get pid() {
      return child.pid!;
    },
    createTopic: (topic, partitions = 1, config = {}) => createTopic(admin, topic, partitions, config),
    deleteTopic: (topic) => withAdmin(admin, (a) => a.deleteTopics({ topics: [topic] })),
    addPartitions: (topic, count) => withAdmin(admin, (a) => a.createPartitions({ topicPartitions: [{ topic, count }] })),
    deleteRecords: (topic, partition, offset) =>
      withAdmin(admin, async (a) => {
        // kafkajs loads a topic's metadata for this request, but not with the one for deleting.
        await a.fetchTopicOffsets(topic);
        await a.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
      }),
    deleteGroup: (groupId) => withAdmin(admin, (a) => a.deleteGroups([groupId])),
    produce: (topic, messages, options) => produce(admin, topic, messages, options?.gzip ?? false),
    stop: async () => {
      await end(child, "SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
    kill: () => end(child, "SIGKILL"),
    restart: async () => {
      child = await launch(classPath, configuration, folder, port);
    },
  };
}

function defaultProperties(folder: string, port: number, controllerPort: number): Record<string, string> {
  return {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,EXTRA:PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "log.dirs": join(folder, "data"),
    "num.partitions": "1",
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    // Rows with old timestamps would vanish at once, rows of the future would be refused.
    "log.retention.ms": "-1",
    "log.message.timestamp.after.max.ms": "9223372036854775807",
  };
}

async function launch(classPath: string, configuration: string, folder: string, port: number): Promise<ChildProcess> {
  const flags = ["-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
  const child = spawn("java", [...flags, "-cp", classPath, "kafka.Kafka", configuration], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = createWriteStream(join(folder, "broker.log"), { flags: "a" });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  // A test run that dies must not leave its broker behind.
  const onExit = (): void => void child.kill("SIGKILL");
  process.once("exit", onExit);
  child.once("exit", () => process.off("exit", onExit));
  for (const untilMs = performance.now() + patienceMs; performance.now() < untilMs;) {
    if (child.exitCode !== null) break;
    if (await accepts(port)) return child;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await end(child, "SIGKILL");
  throw new Error(`the Kafka broker did not start; its log is ${join(folder, "broker.log")}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await ended;
}

async function createTopic(
  client: kafkajs.Kafka,
  topic: string,
  partitions: number,
  config: Readonly<Record<string, string>>,
): Promise<void> {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  await withAdmin(client, async (admin) => {
    // kafkajs's own wait gives up where the metadata do not show the topic yet.
    await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: partitions, configEntries }] });
    const untilMs = performance.now() + patienceMs;
    for (;;) {
      const metadata = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => null);
      const led = metadata?.topics[0]?.partitions.filter(({ leader }) => leader >= 0).length ?? 0;
      if (led === partitions) return;
      if (performance.now() > untilMs) throw new Error(`the topic ${topic} has leaders for ${led} of ${partitions} partitions`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
}

async function withAdmin(client: kafkajs.Kafka, act: (admin: kafkajs.Admin) => Promise<unknown>): Promise<void> {
  const admin = client.admin();
  await admin.connect();
  try {
    await act(admin);
  } finally {
    await admin.disconnect();
  }
}

async function produce(client: kafkajs.Kafka, topic: string, messages: readonly TestMessage[], gzip: boolean): Promise<void> {
  const producer = client.producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    // When one partition is not ready, kafkajs sends all of them again: without sequence numbers the others would get the messages twice.
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  try {
    await producer.send({
      topic,
      compression: gzip ? kafkajs.CompressionTypes.GZIP : kafkajs.CompressionTypes.None,
      messages: messages.map(({ key = null, value, partition, timestamp, headers }) => ({
        key,
        value,
        ...(partition === undefined ? {} : { partition }),
        ...(timestamp === undefined ? {} : { timestamp: String(timestamp) }),
        ...(headers === undefined ? {} : { headers: { ...headers } }),
      })),
    });
  } finally {
    await producer.disconnect();
  }
}
