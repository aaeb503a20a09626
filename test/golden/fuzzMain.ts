import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/**
 * `npm run stream-fuzz [-- --queries N] [--seed S] [--keep]`: random streaming queries, answered by Spark and by us (`stream_fuzz.py`): rows, watermarks and batches must be
 * equal. It needs Java, and a Python with pyspark: `PYSPARK_PYTHON`, the `python3` of the path, or one that it makes in `.cache` where pip can fetch it. Where there is
 * none it says so and does nothing; with `REQUIRE_SERVERS=1` that is a failure.
 */
const { values } = parseArgs({
  options: { queries: { type: "string", default: "30" }, seed: { type: "string" }, keep: { type: "boolean", default: false } },
});
// Every day has other queries.
const seed = values.seed ?? String(Math.floor(Date.now() / 86_400_000));
/** What Spark's Python needs; protobuf is for `transformWithState`. */
const packages = ["pyspark==4.3.0", "pandas==3.1.1", "pyarrow==26.0.1", "protobuf==7.36.2"];
const python =
  process.env["PYSPARK_PYTHON"] ?? (hasPackages("python3") ? "python3" : join(process.cwd(), ".cache/servers/pyspark/bin/python"));

function hasPackages(command: string): boolean {
  return spawnSync(command, ["-c", "import pyspark, pandas, pyarrow, google.protobuf"], { stdio: "ignore" }).status === 0;
}

/** Makes the environment anew; whether that went well. */
function fetched(): boolean {
  const folder = join(process.cwd(), ".cache/servers/pyspark");
  rmSync(folder, { recursive: true, force: true });
  return (
    run("python3", ["-m", "venv", folder], {}, true) &&
    run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages], {}, true)
  );
}

function missing(): string | null {
  if (spawnSync("java", ["-version"], { stdio: "ignore" }).status !== 0) return "there is no java";
  if (hasPackages(python)) return null;
  if (process.env["PYSPARK_PYTHON"] !== undefined) return `${python} lacks one of ${packages.join(", ")}`;
  return fetched() ? null : `${packages.join(", ")} cannot be fetched`;
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>>, quiet: boolean): boolean {
  return (
    spawnSync(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", quiet ? "ignore" : "inherit", "inherit"] }).status === 0
  );
}

/** Whether all queries have equal answers. The folder of the recorded cases is kept where they do not, or are asked for. */
function compare(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "stream-fuzz-"));
  const env = { SEED: seed, N: values.queries, PYSPARK_PYTHON: python };
  const recorded = run(python, ["test/golden/record.py", "test/golden/stream_fuzz.py", "--out", folder], env, true);
  const equal = recorded && run(process.execPath, [".cache/tools/golden.js", "--dir", folder], {}, false);
  if (!recorded) console.log("FAILED: Spark could not be asked");
  if (equal && !values.keep) rmSync(folder, { recursive: true });
  else console.log(`the cases are in ${folder}`);
  return equal;
}

const reason = missing();
if (reason !== null) {
  console.log(`stream-fuzz: skipped, ${reason}`);
  process.exitCode = process.env["REQUIRE_SERVERS"] === "1" ? 1 : 0;
} else {
  const equal = compare();
  console.log(`stream-fuzz: ${values.queries} queries of seed ${seed}: ${equal ? "equal" : "different"}`);
  process.exitCode = equal ? 0 : 1;
}
