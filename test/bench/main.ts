import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { generate, type Workload } from "./generate.js";
import { runLatency } from "./latency.js";
import { runNexmark } from "./nexmark.js";
import { writeNexmarkData } from "./nexmarkData.js";
import { runStartup } from "./startup.js";
import { runMemory } from "./memory.js";
import { runSpill, runSpillPhase } from "./spill.js";
import type { SpillRun } from "./spillPhases.js";
import { runSql } from "./sql.js";
import { runState } from "./state.js";
import { runWorkload } from "./runWorkload.js";
import { workloads } from "./workloads.js";

/**
 * `npm run bench -- w1 --data DIR --out DIR`: one JSON line. `latency`: small batches one after the other; `startup`: from spawn to the first commit (built first: `npm run build`). `state [REGEX]`: small batches over much state, of the shapes whose names match. `memory --scale 1`: 30 million events through each operator, and whether memory stays flat. `spill [REGEX] --budget 600m --scale 1`: 20 million keys of 64 bytes, most of them on disk. `sql`: queries beside DuckDB. `nexmark [REGEX] --data DIR --peers DIR`: the queries of that benchmark beside its peers. `generate w1 --data DIR --scale 1`, `generate nexmark --data DIR --scale 0.2`: the input.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string", default: ".cache/bench/data" },
    out: { type: "string" },
    format: { type: "string", default: "json" },
    scale: { type: "string", default: "1" },
    batches: { type: "string", default: "1000" },
    runs: { type: "string", default: "3" },
    python: { type: "string", default: "python3" },
    peers: { type: "string" },
    budget: { type: "string", default: "600m" },
  },
});
const [name = "", argument = ""] = positionals;

if (values.format !== "json") {
  console.error(`The format ${values.format} has no workloads yet: --format json.`);
  process.exitCode = 2;
} else if (name === "generate") {
  if (argument === "nexmark") writeNexmarkData(values.data, { scale: Number(values.scale) });
  else generate(argument as Workload, `${values.data}/json`, Number(values.scale));
} else if (name === "latency") {
  console.log(JSON.stringify(await runLatency(Number(values.batches))));
} else if (name === "startup") {
  console.log(JSON.stringify(await runStartup(resolve("dist/cli/main.js"))));
} else if (name === "state") {
  for await (const line of runState(new RegExp(argument))) console.log(JSON.stringify(line));
} else if (name === "memory") {
  let flat = true;
  for await (const line of runMemory(Number(values.scale))) {
    console.log(JSON.stringify(line));
    flat &&= line.isFlat;
  }
  process.exitCode = flat ? 0 : 1;
} else if (name === "spill") {
  for await (const line of runSpill(Number(values.scale), values.budget, new RegExp(argument))) console.log(JSON.stringify(line));
} else if (name === "spillPhase") {
  await runSpillPhase(argument, JSON.parse(positionals[2]!) as SpillRun);
} else if (name === "sql") {
  const flags = {
    data: values.data,
    rows: Math.round(5_000_000 * Number(values.scale)),
    runs: Number(values.runs),
    python: values.python,
    only: argument,
  };
  for await (const line of runSql(flags)) console.log(JSON.stringify(line));
} else if (name === "nexmark") {
  const flags = {
    data: resolve(values.data),
    out: resolve(values.out ?? ".cache/bench/out/nexmark"),
    peers: values.peers === undefined ? null : resolve(values.peers),
    python: values.python,
    runs: Number(values.runs),
    only: new RegExp(argument),
  };
  for await (const line of runNexmark(flags)) console.log(JSON.stringify(line));
} else if (name in workloads) {
  console.log(JSON.stringify(await runWorkload({ name, data: values.data, out: values.out ?? `.cache/bench/out/tidemark.${name}.json` })));
} else {
  console.error(
    `No bench ${name}. There are: ${[...Object.keys(workloads), "latency", "startup", "state", "memory", "spill", "sql", "nexmark", "generate"].join(", ")}.`,
  );
  process.exitCode = 2;
}
