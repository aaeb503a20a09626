import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { progressView } from "../../cli/progressView.js";
import type { StreamingQueryProgress } from "../../engine/query/progress.js";
import type { StreamingQuery } from "../../engine/query/streamingQuery.js";
import { QueryWorld, refusalOf, type Frame } from "../unit/query/queryWorld.js";

// Records that are malformed are never silent: they are counted, of the columns that are read, and who fails of one says where it is.

let machine: QueryWorld;

beforeEach(() => {
  machine = new QueryWorld();
});

afterEach(() => machine.close());

type Format = "json" | "csv";

const texts: Readonly<Record<Format, string>> = {
  json: '{"a":1,"b":2}\nnot json\n{"a":"x","b":3}\n[{"a":1},{"a":"x"}]\n{"a":4,"b":"y"}\n',
  csv: "1,2\n1,2,3\nx,3\n\n4,y\n5\n",
};

const schemas: Readonly<Record<Format, string>> = { json: "a INT, b INT", csv: "a INT, b INT" };

function start(
  format: Format,
  given: Readonly<Record<string, string>> = {},
  build = (frame: Frame): Frame => frame,
): Promise<StreamingQuery> {
  return machine.runWriter((session) =>
    build(session.readStream.format(format).schema(schemas[format]).options(given).load("/data/in")).writeStream.format("noop"),
  );
}

const malformedRows = (query: StreamingQuery): (string | undefined)[] =>
  query.recentProgress.map(({ sources }) => sources[0]!.metrics.malformedRows);

describe("kind: malformed records are counted in the progress, per source and of the columns that were read", () => {
  it.each([
    ["json", {}, "4"],
    ["json", { mode: "DROPMALFORMED" }, "4"],
    ["csv", {}, "4"],
    ["csv", { mode: "DROPMALFORMED" }, "4"],
    ["csv", { multiLine: "true" }, "4"],
  ] as const)("%s %j", async (format, given, count) => {
    await machine.file("0.txt", texts[format]);
    const query = await start(format, given);
    expect(malformedRows(query)).toEqual([count]);
  });

  it.each([
    // Of the field that nobody reads it is not known what it holds.
    ["json", "3"],
    ["csv", "1"],
  ] as const)("%s, where one column is read", async (format, count) => {
    await machine.file("0.txt", texts[format]);
    const query = await start(format, {}, (frame) => frame.select("a"));
    expect(malformedRows(query)).toEqual([count]);
  });

  it("counts each batch for itself, over several files, and is 0 where all is well; a filter in the reader changes nothing", async () => {
    for (const name of ["0", "1"]) await machine.file(`${name}.json`, `{"a":1,"b":2}\nbroken ${name}\n{"a":"x","b":1}\n`);
    await machine.file("2.json", '{"a":1,"b":2}\n');
    const query = await start("json", { maxFilesPerTrigger: "2" }, (frame) => frame.where("a > 100 AND b > 1"));
    expect(malformedRows(query)).toEqual(["4", "0"]);
  });

  it("tells the sources apart, and knows nothing of those that cannot have any", async () => {
    await machine.file("0.json", "broken\n", "/data/left");
    await machine.file("0.csv", "x,y\nz,u\n", "/data/right");
    await machine.file("0.txt", "anything\n", "/data/text");
    const query = await machine.runWriter((session) => {
      const left = session.readStream.schema("a INT").json("/data/left");
      const right = session.readStream.format("csv").schema("a INT, b INT").load("/data/right").select("a");
      const text = session.readStream.text("/data/text").selectExpr("length(value) AS a");
      return left.union(right).union(text).writeStream.format("noop");
    });
    const [progress] = query.recentProgress;
    expect(progress!.sources.map(({ metrics }) => metrics.malformedRows)).toEqual(["1", "2", undefined]);
  });

  it("from_json is no source: what it cannot read is a null", async () => {
    await machine.file("0.json", '{"a":1,"b":2}\n');
    const query = await start("json", {}, (frame) => frame.selectExpr("from_json('{', 'x INT') AS j", "a"));
    expect(malformedRows(query)).toEqual(["0"]);
  });

  it("is shown by the command: in the line of the batch, in all, and at the end", async () => {
    await machine.file("0.json", "broken\n");
    await machine.file("1.json", '{"a":1}\n');
    const query = await start("json", { maxFilesPerTrigger: "1" });
    let written = "";
    const view = progressView("people", { isTTY: false, columns: 200, write: (text) => void (written += text) }, () => 0);
    query.recentProgress.forEach((progress: StreamingQueryProgress) => view.progress(progress));
    view.end();
    const [first, second] = written.split("\n");
    expect(first).toMatch(/batch 0 · 1 rows in \(1 malformed\), .* · in all 1 rows in, 1 out, 1 malformed$/);
    expect(second).toMatch(/batch 1 · 1 rows in, .* · in all 2 rows in, 2 out, 1 malformed$/);
    expect(view.tally(query.id).summary).toBe("ended after batch 1: 2 rows in, 2 out, 1 malformed");
  });
});

/** The refusal of a file with a record that is none. */
async function where(
  format: Format,
  text: string | Uint8Array,
  name: string,
  given: Readonly<Record<string, string>> = {},
): Promise<string> {
  const world = new QueryWorld();
  try {
    await world.world.files.makeDirectory("/data/in");
    await world.world.files.addNew(`/data/in/${name}`, typeof text === "string" ? new TextEncoder().encode(text) : text);
    const reader = world.session().read.format(format).schema("k STRING, v INT").option("mode", "FAILFAST").options(given);
    return (await refusalOf(reader.load("/data/in").collect())).message;
  } finally {
    world.close();
  }
}

describe("kind: a refusal of a record says where it is: file, line and text", () => {
  it("JSON", async () => {
    const good = '{"k":"a","v":1}\n';
    expect(await where("json", `${good.repeat(3)}not json\n${good}`, "0.json")).toContain("In line 4 of file:/data/in/0.json: not json.");
    expect(await where("json", `${good}{"k":"a","v":"x"}`, "0.json")).toContain('In line 2 of file:/data/in/0.json: {"k":"a","v":"x"}.');
    expect(await where("json", `\n\r\n${good}  {"k":1,  \r\n`, "a b.json")).toMatch(
      /In line 4 of file:\/data\/in\/a(%20| )b\.json: \{"k":1,/,
    );
    expect(await where("json", gzipSync(`${good.repeat(20_000)}{"v":9999999999}\n`), "0.json.gz")).toContain(
      "In line 20001 of file:/data/in/0.json.gz",
    );
    expect(await where("json", '["é",\n', "0.json")).toContain('In line 1 of file:/data/in/0.json: ["é",');
  });

  it("JSON of several lines, of other line ends, and in another encoding", async () => {
    expect(await where("json", '\n\n[{"v":\n"x"}]\n', "0.json", { multiLine: "true" })).toContain("In line 3 of file:/data/in/0.json: [{");
    expect(await where("json", '{"v":1};{"v":"x"}', "0.json", { lineSep: ";" })).toContain('In line 2 of file:/data/in/0.json: {"v":"x"}.');
    const wide = Buffer.from('{"v":1}\n{"k":"é","v":"x"}\n', "utf16le");
    expect(await where("json", wide, "0.json", { encoding: "UTF-16LE" })).toContain(
      'In line 2 of file:/data/in/0.json: {"k":"é","v":"x"}.',
    );
  });

  it("CSV: values that do not fit, records of another length, and those that cannot be read at all", async () => {
    expect(await where("csv", "a,1\nb,2\nc,x\n", "0.csv")).toContain("In line 3 of file:/data/in/0.csv: c,x.");
    expect(await where("csv", "a,1\nb\n", "0.csv")).toContain("In line 2 of file:/data/in/0.csv: b.");
    expect(await where("csv", gzipSync(`${"a,1\n".repeat(1000)}b,1,2\n`), "0.csv.gz")).toContain("In line 1001 of file:/data/in/0.csv.gz");
    const unescaped = { unescapedQuoteHandling: "RAISE_ERROR" };
    expect(await where("csv", 'a,1\n"b"c,2\n', "0.csv", unescaped)).toContain('In line 2 of file:/data/in/0.csv: "b"c,2.');
    expect(await where("csv", "a,1\nb,2,3,4\n", "0.csv", { maxColumns: "2" })).toContain("In line 2 of file:/data/in/0.csv: b,2,3,4.");
  });

  it("CSV: a header that comes again, records of several lines, other line ends", async () => {
    expect(await where("csv", "k,v\na,1\nk,v\n", "0.csv", { header: "true" })).toContain("In line 3 of file:/data/in/0.csv: k,v.");
    expect(await where("csv", 'a,1\n"b\nc",x\n"b\nd",2\n', "0.csv", { multiLine: "true" })).toContain("In line 2 of file:/data/in/0.csv:");
    expect(await where("csv", '"b\r\nd",1\r\n"b\r\nc",x\r\n', "0.csv", { multiLine: "true" })).toContain(
      "In line 3 of file:/data/in/0.csv:",
    );
    expect(await where("csv", "a,1;b,x", "0.csv", { lineSep: ";" })).toContain("In line 2 of file:/data/in/0.csv: b,x.");
  });

  it("what is no matter of one record names the file", async () => {
    expect(await where("csv", "x,y\na,1\n", "0.csv", { header: "true", enforceSchema: "false" })).toContain("In file:/data/in/0.csv.");
  });
});
