import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { QueryWorld, refusalOf, type Frame } from "../query/queryWorld.js";

// What a malformed record does to a query that does not read all of its fields: `prunedColumns.json` is what Spark 4.3 answered, by file, mode and columns.

interface Asked {
  readonly files: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<string, readonly (readonly unknown[])[] | string>>;
}

const { files, answers } = JSON.parse(readFileSync(join(import.meta.dirname, "prunedColumns.json"), "utf8")) as Asked;
const schema = "a INT, b INT, s STRUCT<x: INT, y: INT>, _corrupt_record STRING";

let machine: QueryWorld;

beforeEach(() => {
  machine = new QueryWorld();
});

afterEach(() => machine.close());

/** Spark's texts of several columns, taken apart. */
const items = (columns: string): string[] => columns.split(", ");

it.each(Object.keys(answers))("kind: columns pruned before a record's validity is known: %s", async (asked) => {
  const [file, mode, columns] = asked.split("|") as [string, string, string];
  await machine.file("f.json", files[file]!);
  const answer = async (): Promise<unknown> => {
    try {
      await machine.run({ schema, readOptions: { mode }, build: (input) => input.selectExpr(...items(columns)) });
      return machine.rows();
    } catch (error) {
      // Spark wraps what is wrong with the record; we say it first.
      const isRecord = error instanceof StreamingError && /^(CANNOT_PARSE_JSON_FIELD|MALFORMED_RECORD_IN_PARSING)/.test(error.condition);
      if (isRecord) return "FAILED_READ_FILE.NO_HINT";
      throw error;
    }
  };
  expect(await answer()).toEqual(answers[asked]);
});

describe("kind: columns pruned before a record's validity is known: the column of malformed records alone", () => {
  const refused = { condition: "UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN", parameters: { column: "_corrupt_record" } };
  const alone: readonly ((input: Frame) => Frame)[] = [
    (input) => input.select("_corrupt_record"),
    (input) => input.where("_corrupt_record IS NOT NULL").select("_corrupt_record"),
    (input) => input.selectExpr("length(_corrupt_record) AS l"),
  ];

  it("is refused at the start of a stream, and in a bounded read, and nothing is made", async () => {
    await machine.file("f.json", "not json\n");
    for (const build of alone) {
      expect(await refusalOf(machine.start({ schema, build }))).toMatchObject(refused);
      expect(await refusalOf(build(machine.session().read.schema(schema).json("/data/in")).collect())).toMatchObject(refused);
    }
    const bounded = machine.session().read.schema(schema).json("/data/in");
    expect(await refusalOf(bounded.where("_corrupt_record IS NOT NULL").count())).toMatchObject(refused);
    expect(await machine.world.files.status("/data/checkpoint")).toBeNull();
  });

  it("is refused under another name, and read beside others", async () => {
    await machine.file("f.json", '{"a":"z","b":3}\nnot json\n{"a":5,"b":6}\n');
    const renamed = machine.session().read.schema("a INT, bad STRING").option("columnNameOfCorruptRecord", "bad").json("/data/in");
    expect(await refusalOf(renamed.select("bad").collect())).toMatchObject({ condition: refused.condition, parameters: { column: "bad" } });
    expect(await renamed.where("bad IS NOT NULL").collect()).toEqual([
      { a: null, bad: '{"a":"z","b":3}' },
      { a: null, bad: "not json" },
    ]);
    expect(await renamed.select("a").collect()).toEqual([{ a: null }, { a: null }, { a: 5 }]);
  });
});
