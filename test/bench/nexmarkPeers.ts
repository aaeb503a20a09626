import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";

/** Where the peers' scripts lie, and what runs them. */
export interface PeerFlags {
  /** The folders of JSON lines. */
  readonly data: string;
  readonly out: string;
  /** The folder of the benchmark's scripts, prepared as its own page says; null: no peer is asked. */
  readonly peers: string | null;
  /** The Python that has duckdb, polars and pyspark, as far as it has them. */
  readonly python: string;
}

/** What a peer took for one query: the faster of its forms. */
export interface PeerFigures {
  readonly engine: string;
  readonly query: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

interface Peer {
  readonly engine: string;
  /** What must be there: a module of Python, or files beside the scripts. */
  readonly needs: { readonly module: string } | { readonly files: readonly string[] };
  readonly command: (names: readonly string[]) => readonly string[];
}

/** Forms in which Spark takes a query that it refuses as it is. */
const sparkForms: Readonly<Record<string, string>> = { q5: "q5:list", q7: "q7:list", q9: "q9:maxby", q19: "q19:maxby" };
/** What it takes in no form. */
const refusedBySpark = ["q4", "q6"];

function peersOf({ data, out, python }: PeerFlags): readonly Peer[] {
  return [
    { engine: "duckdb", needs: { module: "duckdb" }, command: (names) => [python, "reference.py", data, out, ...names, "--time"] },
    { engine: "polars", needs: { module: "polars" }, command: (names) => [python, "pol.py", data, out, ...names] },
    {
      engine: "spark",
      needs: { module: "pyspark" },
      command: (names) => {
        const forms = names.filter((name) => !refusedBySpark.includes(name)).map((name) => sparkForms[name] ?? name);
        return [python, "spark_ss.py", data, out, "time", ...forms];
      },
    },
    { engine: "flink", needs: { files: ["flink/Nex.class", "jars"] }, command: (names) => ["./runflink.sh", data, out, "time", ...names] },
  ];
}

/** Runs the queries in every peer that is installed, one after the other; of the others it says why not. */
export async function runPeers(
  given: PeerFlags,
  names: readonly string[],
): Promise<{ readonly figures: PeerFigures[]; readonly missing: Map<string, string> }> {
  const flags = { ...given, data: resolve(given.data), out: resolve(given.out) };
  const figures: PeerFigures[] = [];
  const missing = new Map<string, string>();
  await mkdir(flags.out, { recursive: true });
  for (const peer of peersOf(flags)) {
    const why =
      flags.peers === null
        ? "no folder of the benchmark's scripts is named (--peers)"
        : await whatIsMissing(peer, flags.peers, flags.python);
    if (why === null) figures.push(...(await figuresOf(peer, flags, names)));
    else missing.set(peer.engine, why);
  }
  return { figures, missing };
}

async function whatIsMissing({ needs }: Peer, folder: string, python: string): Promise<string | null> {
  if ("files" in needs) {
    const file = needs.files.find((name) => !existsSync(join(folder, name)));
    return file === undefined ? null : `${join(folder, file)} is not there`;
  }
  const { code } = await run([python, "-c", `import ${needs.module}`], folder).catch(() => ({ code: 1 }));
  return code === 0 ? null : `${python} has no ${needs.module}`;
}

/** A peer prints a line of JSON a query, with `q`, `s` and `cpu_s`; of a query that it refuses one without `s`. */
async function figuresOf({ engine, command }: Peer, { peers, data }: PeerFlags, names: readonly string[]): Promise<PeerFigures[]> {
  // What the peers that need it warm up on.
  const { lines, code } = await run(command(names), peers!, { WARM: data });
  const best = new Map<string, PeerFigures>();
  for (const line of lines) {
    if (!line.startsWith("{")) continue;
    const { q = "", s, cpu_s: cpuSeconds = NaN } = JSON.parse(line) as { q?: string; s?: number; cpu_s?: number };
    const query = q.split(":")[0]!;
    if (s === undefined) process.stderr.write(`${engine}: ${line}\n`);
    if (s === undefined || s >= (best.get(query)?.seconds ?? Infinity)) continue;
    best.set(query, { engine, query, seconds: s, cpuSeconds });
  }
  if (code !== 0) process.stderr.write(`${engine} ended with ${code}: what it gave until then counts.\n`);
  return [...best.values()];
}

function run(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly lines: readonly string[] }> {
  return new Promise((done, fail) => {
    const child = spawn(command[0]!, command.slice(1), { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "ignore"] });
    const parts: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => parts.push(part));
    child.on("error", fail);
    child.on("close", (code) => done({ code: code ?? 1, lines: Buffer.concat(parts).toString("utf8").split("\n") }));
  });
}
