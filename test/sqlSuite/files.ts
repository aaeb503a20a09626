import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where Spark keeps its SQL tests: the test jar of spark-sql, which Maven serves. Nothing of it is in this tree. */
const artifact = { version: "4.2.0", name: "spark-sql_2.13" };

/** The folder with `inputs/` and `results/`: SPARK_SQL_TESTS, or the test jar, fetched by Maven and unpacked into `.cache`. */
export function suiteFolder(): string {
  const given = process.env["SPARK_SQL_TESTS"];
  if (given !== undefined) return given;
  const cache = join(process.cwd(), ".cache", "spark-sql-tests");
  const folder = join(cache, "sql-tests");
  if (existsSync(folder)) return folder;
  const { version, name } = artifact;
  execFileSync("mvn", ["-q", "dependency:get", `-Dartifact=org.apache.spark:${name}:${version}:jar:tests`, "-Dtransitive=false"], {
    stdio: "inherit",
  });
  const jar = join(homedir(), ".m2/repository/org/apache/spark", name, version, `${name}-${version}-tests.jar`);
  mkdirSync(cache, { recursive: true });
  execFileSync("unzip", ["-q", "-o", jar, "sql-tests/*", "test-data/postgresql/*", "-d", cache], { stdio: "inherit" });
  return folder;
}

/** Files that are out of scope: functions of other languages, types and statements that the project does without, output that shows Spark's own plans and catalog. */
const outOfScope =
  /(^|\/)(udf\/|udaf\/|udtf\/|sql-udf|st-functions|xml|vector|tuplesketch|thetasketch|kllquantiles|collations|listagg-collations|view-with-default-collation|scripting\/|sql-session-variables|identifier-clause|execute-immediate|view-schema|charvarchar|time\.sql|time-bucket|describe|show|explain|transform\.|variant|keywords|change-column|sql-path|.*legacy)/;

/** The results that are in scope, by their path below `results/`. */
export function resultFiles(root: string): readonly string[] {
  return filesUnder(join(root, "results"), "").filter((name) => !outOfScope.test(name));
}

function filesUnder(folder: string, prefix: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    if (entry.isDirectory()) return filesUnder(join(folder, entry.name), `${prefix}${entry.name}/`);
    return entry.name.endsWith(".sql.out") ? [prefix + entry.name] : [];
  });
}

/** A statement, and what Spark gave. */
export interface Block {
  readonly query: string;
  readonly schema: string;
  readonly output: string;
}

/** The statements of a file of results. */
export function blocksOf(root: string, name: string): readonly Block[] {
  const parts = readFileSync(join(root, "results", name), "utf8")
    .split(/^-- !query(?: schema| output)?\n/m)
    .slice(1);
  const blocks: Block[] = [];
  for (let i = 0; i + 2 < parts.length; i += 3) {
    blocks.push({ query: parts[i]!.trimEnd(), schema: parts[i + 1]!.trim(), output: parts[i + 2]!.replace(/\s+$/, "") });
  }
  return blocks;
}

/** The configuration that a file asks for by `--SET k=v,k=v`. */
export function settingsOf(root: string, name: string): readonly (readonly [string, string])[] {
  const file = join(root, "inputs", name.replace(/\.out$/, ""));
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("--SET "));
  return lines.flatMap((line) =>
    line
      .slice("--SET ".length)
      .split(",")
      .flatMap((pair) => {
        const at = pair.indexOf("=");
        return at < 0 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const];
      }),
  );
}

/** The rows of a table of the PostgreSQL files; null when the data is not there. */
export function dataOf(root: string, name: string): readonly (readonly string[])[] | null {
  const path = join(root, "..", "test-data", "postgresql", `${name}.data`);
  if (!existsSync(path)) return null;
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
}
