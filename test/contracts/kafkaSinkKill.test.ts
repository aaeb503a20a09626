import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { requireServers } from "../servers/availability.js";
import { startKafka } from "../servers/kafka/broker.js";
import { IndependentKafka } from "../servers/kafka/independent.js";
import { startProxy, type Trigger } from "../servers/kafka/proxy.js";
import { freePorts } from "../servers/processes.js";
import { byText } from "./byText.js";

/** The requests of a transaction, and of the start before it. */
const requests = {
  InitProducerId: 22,
  OffsetFetch: 9,
  AddPartitionsToTxn: 24,
  Produce: 0,
  AddOffsetsToTxn: 25,
  TxnOffsetCommit: 28,
  EndTxn: 26,
};

const batchCount = 40;

async function startServers() {
  const [extraPort = 0, proxyPort = 0] = await freePorts(2);
  // Clients that come through the proxy are told to stay with it.
  const broker = await startKafka(({ port, controllerPort }) => ({
    listeners: `PLAINTEXT://127.0.0.1:${port},EXTRA://127.0.0.1:${extraPort},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port},EXTRA://127.0.0.1:${proxyPort}`,
    "inter.broker.listener.name": "PLAINTEXT",
  }));
  const proxy = await startProxy(proxyPort, extraPort);
  return { broker, proxy, proxied: `127.0.0.1:${proxyPort}`, other: await IndependentKafka.connect(broker) };
}

await requireServers(
  "the kafka sink, killed with SIGKILL at every request of a transaction",
  "Kafka (a JDK and Maven) with Python's confluent-kafka",
  startServers,
  ({ broker, proxy, proxied, other }) => {
    afterAll(async () => {
      await proxy.close();
      await broker.stop();
    });

    /** Runs the writing process; killed when `trigger` fires. Gives the signal that ended it. */
    const runProgram = (topic: string, log: string, trigger: Omit<Trigger, "fire"> | null): Promise<string | null> =>
      new Promise((resolve, reject) => {
        const program = fileURLToPath(new URL("../servers/kafka/sinkProgram.ts", import.meta.url));
        const hook = new URL("../servers/typescript/register.mjs", import.meta.url).href;
        const child = spawn(process.execPath, ["--import", hook, program, proxied, topic, log, String(batchCount)], {
          stdio: ["ignore", "ignore", "pipe"],
        });
        let errors = "";
        child.stderr.on("data", (chunk) => (errors += chunk));
        proxy.arm(trigger && { ...trigger, fire: () => void child.kill("SIGKILL") });
        child.once("error", reject);
        child.once("close", (code, signal) => {
          if (code === 0 || signal === "SIGKILL") resolve(signal);
          else reject(new Error(errors));
        });
      });

    test("every row is there once", async () => {
      const topic = "killed";
      await broker.createTopic(topic, 3);
      const folder = await mkdtemp(join(tmpdir(), "tidemark-kill-"));
      const log = join(folder, "commits");
      const kills: string[] = [];
      for (const [name, apiKey] of Object.entries(requests)) {
        for (const when of ["before", "after"] as const) {
          // A run starts with one of the first two; the others recur in every batch, so that the second of them is in a fresh batch.
          const nth = name === "InitProducerId" || name === "OffsetFetch" ? 0 : 1;
          if ((await runProgram(topic, log, { apiKey, when, nth })) === "SIGKILL") kills.push(`${when} ${name}`);
        }
      }
      await runProgram(topic, log, null);
      await rm(folder, { recursive: true, force: true, maxRetries: 0 }).catch(() => undefined);
      console.log(`killed ${kills.length} times: ${kills.join(", ")}`);
      expect(kills).toHaveLength(Object.keys(requests).length * 2);
      const expected = Array.from({ length: batchCount }, (_, n) =>
        Array.from({ length: (n % 4) * 5 }, (__, i) => `batch ${n} row ${i}`),
      ).flat();
      expect((await other.read(topic)).map((record) => record.value).toSorted(byText)).toEqual(expected.toSorted(byText));
      // The kills did hit transactions: what they left is there for those who read uncommitted.
      expect((await other.read(topic, "read_uncommitted")).length).toBeGreaterThan(expected.length);
    });
  },
);
