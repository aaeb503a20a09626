import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { commands } from "../../cli/commands.js";
import { exitCodes } from "../../cli/failure.js";
import { inFolder, startTidemark, tidemark } from "./command.js";
import { countingJob, jsonRows, reading, writeFiles } from "./readings.js";

// What operates the command: other programs, a clock, a supervisor, several queries in one process.

/** Two queries, `left` and `right`, each from its folder to its folder; FAILFAST. */
function twoQueries(end = ""): string {
  return `import { schema, t } from "tidemark";
export default async (session) => ["left", "right"].map((name) =>
  session.readStream.schema(schema({ sensorId: t.string, celsius: t.double })).option("mode", "FAILFAST").option("maxFilesPerTrigger", 1)
    .json("in/" + name).writeStream.queryName(name).format("json").option("path", "out/" + name)
    .option("checkpointLocation", "cp/" + name).trigger({ processingTime: "50 milliseconds" })${end});
`;
}

interface Said {
  readonly kind: string;
  readonly query: string | null;
  readonly condition?: string;
  readonly sqlState?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly message: string;
  readonly advice?: string;
}

/** What was said for machines: every line is an object. */
function saidIn(stderr: string): Said[] {
  return stderr
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Said);
}

describe("kind: a failure that a program has to read", () => {
  test("under --json it is one object: condition, SQLSTATE, parameters, message, advice and the query's name", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "two.mjs": twoQueries(), "in/left/1.json": "no JSON\n", "in/right/1.json": reading(1) });
      const failed = await tidemark(folder, "run", "two.mjs", "--json", "--trigger", "available-now");
      expect(failed.code).toBe(1);
      expect(saidIn(failed.stderr)).toEqual([
        {
          kind: "error",
          query: "left",
          condition: expect.stringMatching(/^[A-Z_.]+$/) as string,
          sqlState: expect.stringMatching(/^\w{5}$/) as string,
          parameters: expect.any(Object) as object,
          message: expect.stringMatching(/In line 1 of file:.*in\/left\/1\.json: no JSON/) as string,
          advice: expect.any(String) as string,
          at: null,
          causes: expect.any(Array) as unknown[],
        },
      ]);
      // What is wrong before a query runs, in the job and in the command line, is said in the same form.
      writeFiles(folder, { "broken.mjs": 'export default () => {\n  throw new Error("boom");\n};' });
      const broken = await tidemark(folder, "run", "broken.mjs", "--json");
      expect(saidIn(broken.stderr)).toMatchObject([{ kind: "error", query: null, condition: "JOB_FAILED", at: "broken.mjs:2:9" }]);
      const none = await tidemark(folder, "backfill", "none.mjs", "--json", "--output", "all");
      expect(none.code).toBe(2);
      expect(saidIn(none.stderr)).toMatchObject([{ condition: "JOB_NOT_FOUND", parameters: { path: "none.mjs" } }]);
      const misspelt = await tidemark(folder, "run", "two.mjs", "--json", "--triger", "once");
      expect(misspelt.code).toBe(2);
      expect(saidIn(misspelt.stderr)).toMatchObject([{ kind: "error", condition: "INVALID_COMMAND_LINE" }]);
    });
  });

  test("warnings too", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "job.mjs": countingJob(), "in/1.json": reading(1) });
      const { code, stderr } = await tidemark(folder, "run", "job.mjs", "--json", "--set", "spark.executor.memory=1g");
      expect(code).toBe(0);
      expect(saidIn(stderr)).toMatchObject([{ kind: "warning", message: expect.stringMatching(/spark\.executor\.memory/) as string }]);
    });
  });
});

describe("kind: one query among several", () => {
  const input = {
    "in/left/1.json": "no JSON\n",
    "in/right/1.json": reading(1),
    "in/right/2.json": reading(2),
    "in/right/3.json": reading(3),
  };

  test("one that fails leaves the others running, and every message has its query's name", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "two.mjs": twoQueries(), ...input });
      const running = startTidemark(folder, ["run", "two.mjs"]);
      await running.printed(/left/);
      // The other goes on with what comes after the failure.
      writeFiles(folder, { "in/right/4.json": reading(4) });
      await running.printed(/right · batch 3 /);
      running.child.kill("SIGTERM");
      const { code, stdout, stderr } = await running.ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(/^query left: [A-Z_.]+ \(SQLSTATE \w{5}\)\n/);
      expect(stdout).toMatch(/^right: ended after batch 3: 1 rows in|^right: ended after batch 3: 4 rows in/m);
      expect(jsonRows(join(folder, "out/right")).length).toBe(4);
    });
  });

  test("one that is refused at its start does not keep the others from running", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "two.mjs": twoQueries(), "in/right/1.json": reading(1) });
      const { code, stderr } = await tidemark(folder, "run", "two.mjs", "--trigger", "available-now");
      expect(code).toBe(1);
      expect(stderr).toMatch(/^query left: PATH_NOT_FOUND/);
      expect(jsonRows(join(folder, "out/right")).length).toBe(1);
    });
  });

  test("--fail-fast ends all with the first", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "two.mjs": twoQueries(), ...input });
      const failed = await tidemark(folder, "run", "two.mjs", "--fail-fast");
      expect(failed.code).toBe(1);
      expect(failed.stderr).toMatch(/^query left: /);
      writeFiles(folder, {
        "refused.mjs": twoQueries().replace('"in/" + name', '(name === "left" ? "none" : "in/right")').replaceAll("cp/", "cp2/"),
      });
      const refused = await tidemark(folder, "run", "refused.mjs", "--fail-fast");
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/^query left: PATH_NOT_FOUND/);
      expect(existsSync(join(folder, "cp2"))).toBe(false);
    });
  });

  test("a backfill goes on with the next one, unless --fail-fast", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "two.mjs": twoQueries(), ...input });
      const failed = await tidemark(folder, "backfill", "two.mjs", "--output", "all");
      expect(failed.code).toBe(1);
      expect(failed.stderr).toMatch(/^query left: /);
      expect(failed.stdout).toBe("right: 3 rows written to all/right.\n");
      const fast = await tidemark(folder, "backfill", "two.mjs", "--output", "again", "--fail-fast");
      expect(fast).toMatchObject({ code: 1, stdout: "" });
    });
  });

  test("when one runs already and the others are done, the exit code is 3", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, {
        "two.mjs": twoQueries(),
        "left.mjs": twoQueries().replace(', "right"', ""),
        ...input,
        "in/left/1.json": reading(1),
      });
      const running = startTidemark(folder, ["run", "left.mjs"]);
      await running.printed(/left · batch 0/);
      const { code, stderr } = await tidemark(folder, "run", "two.mjs", "--trigger", "available-now");
      expect(stderr).toMatch(/^query left: CHECKPOINT_IN_USE/);
      expect(code).toBe(3);
      expect(jsonRows(join(folder, "out/right")).length).toBe(3);
      running.child.kill("SIGTERM");
      await running.ended;
    });
  });
});

describe("kind: a job that does what the command does", () => {
  test.each([
    ["awaited", "    const query = await writer.start();\n    return query;"],
    ["not awaited", "    void writer.start();\n    return writer;"],
    ["caught", "    try { await writer.start(); } catch {}\n    return writer;"],
  ])("start() in a job file is refused before anything runs: %s", async (_name, body) => {
    const job = `import { Session, schema, t } from "tidemark";
export default async (given) => {
    const session = OWN ? Session.create() : given;
    const writer = session.readStream.schema(schema({ sensorId: t.string })).json("in").writeStream
      .format("json").option("path", "out").option("checkpointLocation", "checkpoint").trigger({ availableNow: true });
${body}
};
`;
    await inFolder(async (folder) => {
      writeFiles(folder, { "in/1.json": reading(1) });
      for (const own of ["true", "false"]) {
        writeFiles(folder, { "job.mjs": job.replace("OWN", own) });
        for (const command of [["run"], ["backfill", "--output", "all"]]) {
          const { code, stdout, stderr } = await tidemark(folder, ...command, "job.mjs");
          expect(stderr).toMatch(/^JOB_STARTS_QUERY[^]*job\.mjs:\d+/);
          expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
          expect(readdirSync(folder).toSorted()).toEqual(["in", "job.mjs"]);
        }
      }
    });
  });

  test("two queries with one checkpoint are refused before either starts", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, {
        "two.mjs": twoQueries().replace('"cp/" + name', '"cp/both"'),
        "in/left/1.json": reading(1),
        "in/right/1.json": reading(1),
      });
      const { code, stderr } = await tidemark(folder, "run", "two.mjs", "--trigger", "available-now");
      expect(code).toBe(1);
      expect(stderr).toMatch(/^CHECKPOINT_SHARED[^]*left[^]*right/);
      expect(readdirSync(folder).toSorted()).toEqual(["in", "two.mjs"]);
    });
  });
});

describe("kind: a working directory that is another one", () => {
  test("--cwd runs as if started there, from anywhere", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "job.mjs": countingJob(), "in/1.json": reading(1) });
      const { code, stdout, stderr } = await tidemark("/", "run", "job.mjs", "--cwd", folder);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/counts: ended after batch \d+: 1 rows in/);
      expect(existsSync(join(folder, "checkpoint/commits/0"))).toBe(true);
      expect((await tidemark("/", "backfill", "job.mjs", "--cwd", folder, "--output", "all")).code).toBe(0);
      expect(jsonRows(join(folder, "all")).length).toBe(1);
      const nowhere = await tidemark("/", "run", "job.mjs", "--cwd", join(folder, "none"));
      expect(nowhere.code).toBe(2);
      expect(nowhere.stderr).toMatch(/^INVALID_FLAG[^]*none[^]*--cwd/);
    });
  });

  test("a start from another one is refused before anything is made, and names both places", async () => {
    await inFolder(async (made) => {
      const folder = realpathSync(made);
      const job = countingJob().replace('"checkpoint"', JSON.stringify(join(folder, "checkpoint")));
      writeFiles(folder, { "job.mjs": job, "in/1.json": reading(1) });
      expect((await tidemark(folder, "run", "job.mjs")).code).toBe(0);
      const other = join(folder, "other");
      mkdirSync(other);
      for (const input of ["", "in/1.json"]) {
        if (input !== "") writeFiles(other, { [input]: reading(1) });
        const { code, stderr } = await tidemark(other, "run", "../job.mjs");
        expect(code).toBe(1);
        expect(stderr).toMatch(/^QUERY_CHANGED/);
        expect(stderr).toContain(`${folder}/in`);
        expect(stderr).toContain(`${other}/in`);
        expect(readdirSync(other)).toEqual(input === "" ? [] : ["in"]);
      }
      // Input under an absolute path: the output is what another directory would move.
      const absolute = job.replace('"in"', JSON.stringify(join(folder, "in"))).replace('"checkpoint"', '"checkpoint2"');
      writeFiles(folder, {
        "absolute.mjs": absolute
          .replaceAll(join(folder, "checkpoint"), join(folder, "checkpoint2"))
          .replace('"path", "out"', '"path", "out2"'),
      });
      expect((await tidemark(folder, "run", "absolute.mjs")).code).toBe(0);
      const moved = await tidemark(other, "run", "../absolute.mjs");
      expect(moved.code).toBe(1);
      expect(moved.stderr).toMatch(/^QUERY_CHANGED/);
      expect(moved.stderr).toContain(`${folder}/out2`);
      expect(moved.stderr).toContain(`${other}/out2`);
      expect(readdirSync(other)).toEqual(["in"]);
      // All of it relative, as cron starts it: what is missing is named in full.
      writeFiles(folder, { "relative.mjs": countingJob() });
      const empty = join(folder, "empty");
      mkdirSync(empty);
      const lost = await tidemark(empty, "run", "../relative.mjs");
      expect(lost.code).toBe(1);
      expect(lost.stderr).toMatch(/^PATH_NOT_FOUND[^]*--cwd/);
      expect(lost.stderr).toContain(`${empty}/in`);
      expect(readdirSync(empty)).toEqual([]);
    });
  });
});

describe("kind: what a page says of operating", () => {
  const page = readFileSync(fileURLToPath(new URL("../../docs/deploying.md", import.meta.url)), "utf8");
  const others = [
    "README.md",
    "docs/backfill.md",
    "docs/change-rows.md",
    "docs/changing-a-query.md",
    "docs/event-time.md",
    "docs/inspecting.md",
  ].map((name) => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), "utf8"));

  test("docs/deploying.md has every exit code, and the README or a page every flag", () => {
    for (const code of Object.values(exitCodes)) expect(page).toContain(`\n| ${code} |`);
    const flags = Object.values(commands).flatMap((command) => Object.keys(command.flags));
    expect(flags.filter((flag) => ![page, ...others].join("").includes(`--${flag}`))).toEqual([]);
  });

  test("the command that systemd and containers start ends well at SIGTERM", async () => {
    const start = /^ExecStart=\S+node (\S+) run averages\.ts --json$/m.exec(page)![1]!;
    expect(page).toContain(`ENTRYPOINT ["node", "${start}", "run", "averages.ts", "--json"]`);
    await inFolder(async (folder) => {
      mkdirSync(join(folder, "node_modules"));
      symlinkSync(fileURLToPath(new URL("../../", import.meta.url)), join(folder, "node_modules/tidemark"));
      writeFiles(folder, { "averages.mjs": countingJob({ trigger: '{ processingTime: "1 hour" }' }), "in/1.json": reading(1) });
      const child = spawn(process.execPath, [start, "run", "averages.mjs"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
      const ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal })));
      await new Promise((resolve) => child.stdout.on("data", (said: Buffer) => String(said).includes("batch 0") && resolve(null)));
      child.kill("SIGTERM");
      expect(await ended).toEqual({ code: 0, signal: null });
      expect(existsSync(join(folder, "checkpoint/commits/0"))).toBe(true);
    });
  });
});
