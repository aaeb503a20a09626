import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Session } from "../../../index.js";

interface Answer {
  readonly expression: string;
  readonly option: string;
  readonly json: string;
}

/** What Spark 4.3's `to_json(expression, map(option, 'true'))` gave. */
const answers = JSON.parse(readFileSync(new URL("sparkJsonLayouts.json", import.meta.url), "utf8")) as Answer[];

const session = Session.create();
const one = session.range(1);

describe("layouts of JSON, as Spark 4.3 wrote them", () => {
  test.each(answers)("$option: $expression", async ({ expression, option, json }) => {
    const plain = await one.selectExpr(`to_json(${expression}, map('${option}', 'true')) AS v`).collect();
    expect(plain).toEqual([{ v: json }]);
    // Several rows, some without a value, in one batch.
    const rows = await session.range(5).selectExpr(`to_json(if(id % 2 = 0, ${expression}, null), map('${option}', 'true')) AS v`).collect();
    expect(rows.map(({ v }) => v)).toEqual([json, null, json, null, json]);
  });

  test("files: each row over several lines", async () => {
    const folder = mkdtempSync(join(tmpdir(), "layout-"));
    await session
      .range(2)
      .withColumnRenamed("id", "é")
      .write.option("pretty", "true")
      .option("writeNonAsciiCharacterAsCodePoint", "true")
      .json(`${folder}/out`);
    const files = readdirSync(`${folder}/out`).filter((name) => name.endsWith(".json"));
    const text = files.map((name) => readFileSync(join(folder, "out", name), "utf8")).join("");
    expect(text).toBe('{\n  "\\u00E9" : 0\n}\n{\n  "\\u00E9" : 1\n}\n');
    const read = session.read.schema("`é` BIGINT").option("multiLine", "true").json(`${folder}/out`);
    expect(await read.limit(1).collect()).toEqual([{ é: 0 }]);
  });
});
