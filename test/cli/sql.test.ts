import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Session } from "../../dataframe/session.js";
import { commandPath, inFolder, tidemark } from "./command.js";
import { writeFiles } from "./readings.js";

const readings = { "in/1.json": '{"k":"a","v":1,"n":null}\n{"k":"b","v":2,"n":null}\n' };

describe("tidemark sql", () => {
  test("shows a statement's rows as JSON lines, and in the format that is asked for", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, readings);
      const query = "SELECT * FROM json.`in` ORDER BY v";
      expect(await tidemark(folder, "sql", query)).toEqual({
        code: 0,
        signal: null,
        stdout: '{"k":"a","n":null,"v":1}\n{"k":"b","n":null,"v":2}\n',
        stderr: "",
      });
      expect((await tidemark(folder, "sql", query, "--format", "csv")).stdout).toBe("k,n,v\na,,1\nb,,2\n");
      expect((await tidemark(folder, "sql", query, "--format", "table")).stdout).toBe(
        "+---+----+---+\n|k  |n   |v  |\n+---+----+---+\n|a  |NULL|1  |\n|b  |NULL|2  |\n+---+----+---+\n",
      );
    });
  });

  test("gives names that come twice another form where each may stand once", async () => {
    await inFolder(async (folder) => {
      const query = "SELECT 1, 1, 2 AS A, 3 AS a, 4 AS a_2";
      expect((await tidemark(folder, "sql", query)).stdout).toBe('{"1":1,"1_2":1,"A":2,"a_3":3,"a_2":4}\n');
      expect((await tidemark(folder, "sql", query, "--format", "csv")).stdout).toBe("1,1_2,A,a_3,a_2\n1,1,2,3,4\n");
      expect((await tidemark(folder, "sql", query, "--format", "table")).stdout).toContain("|1  |1  |A  |a  |a_2|");
    });
  });

  test("writes one Parquet file to where standard output goes", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, readings);
      const bytes = await outputOf(folder, ["sql", "SELECT k, v FROM json.`in`", "--format", "parquet"]);
      writeFileSync(join(folder, "rows.parquet"), bytes);
      const rows = await (await Session.create().read.parquet(join(folder, "rows.parquet"))).orderBy("v").collect();
      expect(rows).toEqual([
        { k: "a", v: 1 },
        { k: "b", v: 2 },
      ]);
    });
  });

  test("runs the statements of a text, of a file, of standard input, in one session", async () => {
    await inFolder(async (folder) => {
      const statements = "CREATE TEMP VIEW t AS SELECT ';' AS s; -- a comment;\nSELECT s, count(*) AS n FROM t GROUP BY s;";
      writeFiles(folder, { "job.sql": statements });
      const answer = '{"s":";","n":1}\n';
      expect((await tidemark(folder, "sql", statements)).stdout).toBe(answer);
      expect((await tidemark(folder, "sql", "job.sql")).stdout).toBe(answer);
      expect(String(await outputOf(folder, ["sql"], statements))).toBe(answer);
    });
  });

  test("takes a text that begins with a comment", async () => {
    await inFolder(async (folder) => {
      expect(await tidemark(folder, "sql", "-- one\nSELECT 1 AS one")).toMatchObject({ code: 0, stdout: '{"one":1}\n' });
    });
  });

  test("says what is wrong, with the place, and runs nothing of a text that is no SQL", async () => {
    await inFolder(async (folder) => {
      const wrong: readonly (readonly [string[], number, RegExp])[] = [
        [["sql", "SELECT 1; SELEC 2"], 1, /^PARSE_SYNTAX_ERROR[^]*\nSELECT 1; SELEC 2\n {10}\^/],
        [["sql", "SELECT a FROM VALUES (1) AS t(b)"], 1, /^UNRESOLVED_COLUMN[^]*`b`/],
        [["sql", "SELECT * FROM nowhere"], 1, /^TABLE_OR_VIEW_NOT_FOUND/],
        [["sql", "nowhere.sql"], 1, /^PATH_NOT_FOUND[^]*nowhere\.sql/],
        [["sql", "SELECT 1", "--format", "xml"], 2, /^INVALID_FLAG[^]*table, json, csv, parquet/],
        [["sql", "SELECT 1", "--set", "spark"], 2, /^INVALID_FLAG[^]*key=value/],
        [["sql", "SELECT 1", "--fromat", "csv"], 2, /Did you mean --format\?/],
      ];
      for (const [args, code, message] of wrong) {
        const ended = await tidemark(folder, ...args);
        expect({ args, code: ended.code, stdout: ended.stdout }).toEqual({ args, code, stdout: "" });
        expect(ended.stderr).toMatch(message);
      }
    });
  });

  test("says of a file where in it a statement is wrong; those before it have run", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "job.sql": "SELECT 1 AS a;\n\nSELECT 2 AS b; SELECT\n  nosuch\nFROM range(3);\nSELECT 3" });
      const ended = await tidemark(folder, "sql", "job.sql");
      expect(ended).toMatchObject({ code: 1, stdout: '{"a":1}\n{"b":2}\n' });
      expect(ended.stderr).toMatch(/^UNRESOLVED_COLUMN[^]*\(line 4, pos 2\)\n {2}nosuch\n {2}\^/);
    });
  });

  test("waits for the query that an INSERT of a stream has started", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, readings);
      const text = `CREATE TABLE t (k STRING, v INT) USING json;
        CREATE TEMP VIEW s USING json OPTIONS (path 'in');
        INSERT INTO t OPTIONS ('checkpointLocation' 'checkpoint', 'queryName' 'copy', 'trigger' 'availableNow') SELECT k, CAST(v AS INT) AS v FROM STREAM json.\`in\`;`;
      const started = await tidemark(folder, "sql", text);
      expect(started).toMatchObject({ code: 0, stderr: "" });
      expect(JSON.parse(started.stdout)).toMatchObject({ name: "copy" });
      expect((await tidemark(folder, "sql", "SELECT count(*) AS n FROM t")).stdout).toBe('{"n":2}\n');
    });
  });

  test("asks for statements on a terminal, over several lines, and goes on after one that fails", async () => {
    await inFolder(async (folder) => {
      const talk = new Talk(folder);
      await talk.hear(/sql> $/);
      await talk.say("SELECT 'a;b' AS x,\r", /\.\.\.> $/);
      await talk.say("1 + 1 AS y;\r", /\|a;b\|2 {2}\|[^]*sql> $/);
      await talk.say("SELEC;\r", /PARSE_SYNTAX_ERROR[^]*sql> $/);
      await talk.say("SELECT current_timez\t", /current_timezone/);
      await talk.say("\u0003", /\^C[^]*sql> $/);
      // Lines that are pasted come all at once.
      await talk.say("CREATE TEMP VIEW v AS SELECT 1 AS one;\rSELECT one\rFROM v;\r", /OK[^]*\|one\|[^]*sql> $/);
      await talk.say("\u001B[A\r", /FROM v;[^]*\|one\|[^]*sql> $/);
      // A statement that would take hours, and one behind it.
      await talk.say("SELECT count(*) AS n FROM range(1000000) AS a CROSS JOIN range(100000) AS b;\r", /AS b;/);
      await talk.say("\u0003", /\^C[^]*OPERATION_CANCELED[^]*sql> $/);
      await talk.say("SELECT 7 AS seven;\r", /\|seven\|[^]*sql> $/);
      await talk.say("exit\r", null);
      expect(await talk.ended).toBe(0);
      expect(readFileSync(join(folder, "history"), "utf8")).toMatch(/^SELECT 'a;b' AS x,\n1 \+ 1 AS y;\n/);
    });
  });
});

/** What a command writes, as bytes. */
function outputOf(folder: string, args: readonly string[], input = ""): Promise<Buffer> {
  const child = spawn(process.execPath, [commandPath, ...args], { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(input);
  return new Promise((resolve, reject) => child.on("error", reject).on("close", () => resolve(Buffer.concat(chunks))));
}

/** A person at a terminal. */
class Talk {
  readonly ended: Promise<number | null>;
  private heard = "";
  private readonly child;
  private listen: () => void = () => {};

  constructor(folder: string) {
    const env = { ...process.env, TERM: "xterm", TIDEMARK_HISTORY: join(folder, "history") };
    const command = `'${process.execPath}' '${commandPath}' sql`;
    this.child = spawn("script", ["-qec", command, "/dev/null"], { cwd: folder, env, stdio: ["pipe", "pipe", "inherit"] });
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => {
      // Without what moves the cursor and colours.
      this.heard += text.replace(/\p{Cc}\[[\d;]*[A-Za-z]/gu, "").replaceAll("\r", "");
      this.listen();
    });
    this.ended = new Promise((resolve, reject) => this.child.on("error", reject).on("close", resolve));
  }

  /** Resolves when what came since the last call matches. */
  hear(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      this.listen = () => {
        if (!pattern.test(this.heard)) return;
        this.heard = "";
        this.listen = () => {};
        resolve();
      };
      this.child.on("close", () => reject(new Error(`ended before ${pattern}:\n${this.heard}`)));
      this.listen();
    });
  }

  async say(text: string, answer: RegExp | null): Promise<void> {
    this.child.stdin.write(text);
    if (answer !== null) await this.hear(answer);
  }
}
