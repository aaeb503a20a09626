import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Session } from "../../index.js";
import { requireServers } from "../servers/availability.js";
import { startKafka, type KafkaBroker } from "../servers/kafka/broker.js";
import { IndependentKafka } from "../servers/kafka/independent.js";
import { startPostgres, type PostgresServer, type TestPool } from "../servers/postgres/postgres.js";
import { s3Keys, startS3, type S3Server } from "../servers/s3/s3Server.js";
import { buildCommand, CommandProcess } from "./command.js";
import { mulberry32 } from "./readings.js";

// Everything is killed at random: the job, the broker, the object store and the database. CHAOS_SECONDS says for how long, CHAOS_SEED which way.

const seconds = Number(process.env["CHAOS_SECONDS"] ?? 20);
const seed = Number(process.env["CHAOS_SEED"] ?? Math.floor(Math.random() * 1e6));
const jobPath = fileURLToPath(new URL("jobs/chaos.ts", import.meta.url));

interface Servers {
  readonly broker: KafkaBroker;
  readonly reader: IndependentKafka;
  readonly s3: S3Server;
  readonly postgres: PostgresServer;
}

const sorted = (values: readonly unknown[]): string[] => values.map(String).toSorted();

async function startServers(): Promise<Servers> {
  const started: { stop(): Promise<void> }[] = [];
  try {
    const postgres = await startPostgres();
    started.push(postgres);
    const s3 = await startS3();
    started.push(s3);
    // A broker that was killed may come back only when its session is over, nine seconds by default.
    const broker = await startKafka(() => ({ "broker.session.timeout.ms": "1500", "broker.heartbeat.interval.ms": "300" }));
    started.push(broker);
    return { broker, s3, postgres, reader: await IndependentKafka.connect(broker) };
  } catch (error) {
    await Promise.all(started.map((server) => server.stop()));
    throw error;
  }
}

await requireServers(
  "everything is killed at random",
  "Kafka, confluent-kafka, versitygw or moto, and Postgres",
  startServers,
  (servers) => {
    const { broker, reader, s3, postgres } = servers;
    const random = mulberry32(seed);
    const environment = { ...process.env };
    let folder = "";
    let pool: TestPool;
    const killed = { job: 0, broker: 0, s3: 0, postgres: 0 };
    /** How jobs ended that nobody killed. */
    const ends: string[] = [];

    beforeAll(async () => {
      await buildCommand();
      folder = await mkdtemp(join(tmpdir(), "tidemark-chaos-"));
      pool = await postgres.pool();
      await pool.query("CREATE TABLE copies (value text)");
      for (const topic of ["numbers", "copies"]) await broker.createTopic(topic, 2);
      const { connection, clientModule } = postgres;
      const told = {
        broker: broker.bootstrap,
        bucket: `s3://${s3.bucket}`,
        checkpoints: join(folder, "checkpoints"),
        clientModule,
        connection,
      };
      Object.assign(process.env, {
        CHAOS: JSON.stringify(told),
        AWS_ENDPOINT_URL: s3.endpoint,
        AWS_ACCESS_KEY_ID: s3Keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: s3Keys.secretAccessKey,
      });
    });

    afterAll(async () => {
      for (const name of ["CHAOS", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
        if (environment[name] === undefined) delete process.env[name];
        else process.env[name] = environment[name];
      }
      await Promise.allSettled([pool?.end(), broker.stop(), s3.stop(), postgres.stop()]);
      await rm(folder, { recursive: true, force: true });
    });

    const startJob = (...flags: readonly string[]): CommandProcess => CommandProcess.tidemark(["run", jobPath, "--json", ...flags], folder);

    /** Keeps a job running until told to stop, and kills it now and then. */
    async function keepJob(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        const job = startJob();
        const killedAt = Math.min(seconds * 500, 1500 + random() * 3000);
        const stop = new AbortController();
        const over = AbortSignal.any([signal, stop.signal]);
        const killer = sleep(killedAt, undefined, { signal: over })
          .catch(() => undefined)
          .then(() => (stop.signal.aborted ? undefined : job.kill("SIGKILL")));
        const end = await job.end();
        stop.abort();
        await killer;
        if (end.signal === "SIGKILL") killed.job++;
        else ends.push(`${end.code}: ${end.stderr.trim().split("\n").slice(0, 3).join(" ")}`);
      }
    }

    /** Kills a server now and then, and starts it again. */
    async function keepKilling(name: "broker" | "s3" | "postgres", signal: AbortSignal): Promise<void> {
      const server = servers[name];
      while (!signal.aborted) {
        await sleep(1000 + random() * 4000, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        await server.kill();
        killed[name]++;
        await sleep(random() * 1500);
        await server.restart();
      }
    }

    /** Sends numbers; what fails may have arrived all the same. */
    async function keepSending(signal: AbortSignal): Promise<void> {
      for (let n = 0; !signal.aborted; n += 20) {
        const messages = Array.from({ length: 20 }, (_, i) => ({ value: String(n + i), partition: i % 2 }));
        await broker.produce("numbers", messages).catch(() => undefined);
        await sleep(50);
      }
    }

    async function finish(): Promise<void> {
      for (let attempt = 1; ; attempt++) {
        const end = await startJob("--trigger", "available-now").end();
        if (end.code === 0) return;
        // Whose server has just come back may be refused once more.
        if (attempt === 5) throw new Error(`the job does not get through: ${end.stderr}`);
        await sleep(2000);
      }
    }

    test(
      `topic, files and table have each row once after ${seconds} s of it (CHAOS_SEED=${seed})`,
      async () => {
        const done = new AbortController();
        const { signal } = done;
        const acting = [keepJob(signal), keepSending(signal), keepKilling("broker", signal), keepKilling("postgres", signal)];
        // What the stand-in holds does not outlive it.
        if (s3.isDurable) acting.push(keepKilling("s3", signal));
        await Promise.race([sleep(seconds * 1000), ...acting]);
        done.abort();
        await Promise.all(acting);
        await finish();
        const sent = sorted((await reader.read("numbers")).map(({ value }) => value));
        console.log(`killed: ${JSON.stringify(killed)}; ${sent.length} rows; jobs that ended by themselves: ${JSON.stringify(ends)}`);
        expect(sent.length).toBeGreaterThan(seconds * 10);
        expect(sorted((await reader.read("copies")).map(({ value }) => value))).toEqual(sent);
        expect(sorted((await pool!.query("SELECT value FROM copies")).rows.map(({ value }) => value))).toEqual(sent);
        const files = await Session.create({ conf: s3.conf() }).read.parquet(`s3://${s3.bucket}/copies`);
        expect(sorted((await files.collect()).map((row) => row["value"]))).toEqual(sent);
        expect(Math.min(killed.job, killed.broker, killed.postgres)).toBeGreaterThan(0);
        // A failure that is not told by a condition is one of ours.
        expect(ends.filter((end) => !/\[[A-Z_0-9.]+\]|[A-Z][A-Z_0-9]+(\.[A-Z_]+)?/.test(end))).toEqual([]);
      },
      (seconds + 300) * 1000,
    );
  },
);
