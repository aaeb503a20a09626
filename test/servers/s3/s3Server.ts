import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { patienceMs } from "../../patience.js";
import { fetching } from "../availability.js";
import { alone, cachedFolder, cacheFolder, freePorts, run } from "../processes.js";
import { pythonWith } from "../python.js";

/** Keys that must be found nowhere but in requests' signatures. */
export const s3Keys = { accessKeyId: "TIDEMARKTESTKEY", secretAccessKey: "n0b0dy-sees-th1s-secret" } as const;

/** A real S3 server of its own process, on a free loopback port, with an empty bucket. */
export interface S3Server {
  readonly name: string;
  readonly endpoint: string;
  readonly port: number;
  readonly bucket: string;
  /** Whether what it holds outlives it. */
  readonly isDurable: boolean;
  /** The configuration of a session that reaches it. `endpoint` instead of its own: of a proxy. */
  conf(endpoint?: string): Readonly<Record<string, string>>;
  /** SIGKILL; the data stays for `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const gatewayVersion = "1.8.0";

/** Builds the gateway with Go into the cache folder (once) and gives its path. */
async function gateway(): Promise<string> {
  const name = `versitygw-${gatewayVersion}`;
  const path = join(cacheFolder, name, "versitygw");
  await mkdir(cacheFolder, { recursive: true });
  await alone(
    `${cacheFolder}${name}.lock`,
    () => existsSync(path),
    async () => {
      const source = `github.com/versity/versitygw/cmd/versitygw@v${gatewayVersion}`;
      await cachedFolder(
        name,
        async (into) => void (await run("go", ["install", source], { env: { GOBIN: into, GOFLAGS: "-buildvcs=false" }, cwd: tmpdir() })),
        () => existsSync(path),
      );
    },
  );
  return path;
}

/** How a server is started on a port, over a folder for its data. */
interface Program {
  readonly name: string;
  readonly isDurable: boolean;
  launch(port: number, folder: string): ChildProcess;
}

async function findProgram(): Promise<Program> {
  const hasGo = await run("go", ["version"]).then(
    () => true,
    () => false,
  );
  // Where its modules cannot be had, the other server stands in.
  const path = hasGo ? await gateway().catch(() => null) : null;
  if (path !== null) {
    const env = { ROOT_ACCESS_KEY: s3Keys.accessKeyId, ROOT_SECRET_KEY: s3Keys.secretAccessKey };
    return {
      name: `versitygw ${gatewayVersion}`,
      isDurable: true,
      launch: (port, folder) => {
        const args = ["--port", `127.0.0.1:${port}`, "--quiet", "posix", folder];
        return spawn(path, args, { env: { ...process.env, ...env }, stdio: "ignore" });
      },
    };
  }
  const python = await pythonWith(["moto[server]==5.1.15"]);
  return {
    name: "moto 5.1",
    isDurable: false,
    launch: (port) => spawn(join(dirname(python), "moto_server"), ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" }),
  };
}

/** Starts a server and waits until it answers. */
export async function startS3(): Promise<S3Server> {
  const started = await findProgram();
  const folder = await mkdtemp(join(tmpdir(), "tidemark-s3-"));
  const bucket = "tidemark-test";
  await mkdir(join(folder, "data"));
  const [port = 0] = await freePorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const launch = async (): Promise<ChildProcess> => {
    const launched = started.launch(port, join(folder, "data"));
    await answers(port, launched, started.name);
    return launched;
  };
  let child = await launch();
  await makeBucket(endpoint, bucket);
  return {
    name: started.name,
    endpoint,
    port,
    bucket,
    isDurable: started.isDurable,
    conf: (at = endpoint) => ({
      "spark.hadoop.fs.s3a.endpoint": at,
      "spark.hadoop.fs.s3a.access.key": s3Keys.accessKeyId,
      "spark.hadoop.fs.s3a.secret.key": s3Keys.secretAccessKey,
    }),
    kill: () => end(child),
    restart: async () => {
      child = await launch();
    },
    stop: async () => {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeBucket(endpoint: string, bucket: string): Promise<void> {
  const { CreateBucketCommand, S3Client } = await import("@aws-sdk/client-s3");
  const client = new S3Client({ endpoint, region: "us-east-1", credentials: s3Keys, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
}

async function answers(port: number, child: ChildProcess, name: string): Promise<void> {
  const until = performance.now() + patienceMs;
  while (!(await canConnect(port))) {
    if (child.exitCode !== null) await fetching(name, () => Promise.reject(new Error(`it ended with ${child.exitCode}`)));
    if (performance.now() > until) throw new Error(`${name} does not answer`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.on("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
