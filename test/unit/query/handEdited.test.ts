import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileOutput } from "../../simulation/harness/output.js";
import { QueryWorld, refusalOf, type Start } from "./queryWorld.js";

// People edit logs. What Spark 4.3 accepts in one (each line here was tried with it) is accepted; for the rest the message says what is wrong.

let machine: QueryWorld;
const query: Start = { schema: "v INT", sink: "json", readOptions: { maxFilesPerTrigger: "1" } };
const checkpoint = "/data/checkpoint";

beforeEach(async () => {
  machine = new QueryWorld();
  for (let i = 0; i < 3; i++) await machine.file(`${i}.json`, [{ v: i }]);
  await machine.run(query);
});

afterEach(() => machine.close());

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const text = (await machine.text(path))!;
  const edited = change(text);
  expect(edited).not.toBe(text);
  await machine.overwrite(path, edited);
  await machine.file("3.json", [{ v: 3 }]);
}

async function values(): Promise<number[]> {
  const rows = [...(await fileOutput(machine.world.files, "/data/out", "json")).values()].flat();
  return rows.map((row) => (JSON.parse(row) as { v: number }).v);
}

const logs = {
  offsets: `${checkpoint}/offsets/2`,
  commits: `${checkpoint}/commits/2`,
  source: `${checkpoint}/sources/0/2`,
  manifest: "/data/out/_spark_metadata/2",
};

const crlf = (text: string): string => text.replaceAll("\n", "\r\n");
const newline = (text: string): string => `${text}\n`;
/** Spaces around lines and between the tokens of JSON. */
const spaces = (text: string): string =>
  text
    .split("\n")
    .map((line, i) => (i === 0 ? line : `  ${JSON.stringify(JSON.parse(line), null, 1).replaceAll("\n", " ")}  `))
    .join("\n");
const half = (text: string): string => text.slice(0, Math.floor(text.length / 2) + 3);
const leadingZero = (text: string): string => text.replace("v1", "v01");

/** Changes the JSON of one line. */
const member =
  (line: number, change: (object: Record<string, unknown>) => Record<string, unknown>) =>
  (text: string): string =>
    text
      .split("\n")
      .map((json, i) => (i === line ? JSON.stringify(change(JSON.parse(json) as Record<string, unknown>)) : json))
      .join("\n");
const without =
  (line: number, name: string) =>
  (text: string): string =>
    member(line, (object) => Object.fromEntries(Object.entries(object).filter(([key]) => key !== name)))(text);
const offset =
  (now: string) =>
  (text: string): string =>
    text.replace('{"logOffset":2}', now);

type Edit = readonly [what: string, path: string, change: (text: string) => string];

describe("kind: texts that people edit: accepted, as by Spark", () => {
  it.each<Edit>([
    ...Object.entries(logs).flatMap(([log, path]): Edit[] => [
      [`${log}: line ends of Windows`, path, crlf],
      [`${log}: a newline at the end`, path, newline],
      [`${log}: spaces`, path, spaces],
      [`${log}: v01`, path, leadingZero],
    ]),
    ["offsets: no time", logs.offsets, without(1, "batchTimestampMs")],
    ["offsets: no watermark, where it was 0", logs.offsets, without(1, "batchWatermarkMs")],
    ["offsets: no configuration", logs.offsets, without(1, "conf")],
    ["offsets: no metadata", logs.offsets, (text: string) => ["v1", "{}", text.split("\n")[2]!].join("\n")],
    ["offsets: members that nobody knows", logs.offsets, member(1, (object) => ({ ...object, more: { than: [1] } }))],
    ["offsets: null for a member", logs.offsets, member(1, (object) => ({ ...object, conf: null, batchWatermarkMs: null }))],
    ["offsets: a number alone", logs.offsets, offset("2")],
    ["offsets: spaces in the offset", logs.offsets, offset('{ "logOffset" : 2 }')],
    ["offsets: a number with a fraction of 0", logs.offsets, offset('{"logOffset":2.0}')],
    ["offsets: a member that nobody knows in the offset", logs.offsets, offset('{"logOffset":2,"x":1}')],
    ["commits: the version alone", logs.commits, () => "v1"],
    ["commits: an empty object", logs.commits, () => "v1\n{}"],
    ["commits: null for the watermark", logs.commits, () => 'v1\n{"nextBatchWatermarkMs":null}'],
    ["commits: a line more", logs.commits, (text: string) => `${text}\nmore`],
    ["commits: empty lines at the end", logs.commits, (text: string) => `${text}\n\n  \n`],
    ["commits: spaces around the version", logs.commits, (text: string) => text.replace("v1", " v1 ")],
    ["source: a member that nobody knows", logs.source, member(1, (object) => ({ ...object, x: 1 }))],
    ["manifest: a member that nobody knows", logs.manifest, member(1, (object) => ({ ...object, x: 1 }))],
    [
      "the query's id with line ends of Windows and more",
      `${checkpoint}/metadata`,
      (text: string) => `  ${text.replace("}", ',"x":1}')}\r\n\r\n`,
    ],
  ])("%s", async (_what, path, change) => {
    await edit(path, change);
    await machine.run(query);
    expect(await values()).toEqual([0, 1, 2, 3]);
  });
});

describe("kind: texts that people edit: refused, with what is wrong", () => {
  it.each<readonly [...Edit, reason: string]>([
    ...Object.entries(logs).flatMap(([log, path]): (readonly [...Edit, reason: string])[] => [
      [`${log}: nothing`, path, () => "", "it is empty"],
      [`${log}: a half`, path, half, "it is cut off after"],
      [`${log}: other text`, path, (text: string) => text.replace(/\{[^]*/, "foo"), '"foo" is no JSON'],
    ]),
    ["offsets: an offset that goes back", logs.offsets, offset('{"logOffset":0}'), "its offsets are not those that were committed"],
    [
      "offsets: a text for a number",
      logs.offsets,
      member(1, (o) => ({ ...o, batchWatermarkMs: "0" })),
      "`batchWatermarkMs` is no whole number",
    ],
    ["offsets: a line more", logs.offsets, (text: string) => `${text}\n-`, "its offsets are not those that were committed"],
    ["commits: a text for a number", logs.commits, () => 'v1\n{"nextBatchWatermarkMs":"5"}', "`nextBatchWatermarkMs` is no whole number"],
    ["source: no path", logs.source, without(1, "path"), "it is not what a batch was committed with"],
    ["source: no time", logs.source, without(1, "timestamp"), "it is not what a batch was committed with"],
    ["manifest: no size", logs.manifest, without(1, "size"), "it is not what a batch was committed with"],
    ["the query's id: a number", `${checkpoint}/metadata`, () => '{"id":5}', "`id` is no text"],
  ])("%s", async (_what, path, change, reason) => {
    await edit(path, change);
    const refusal = await refusalOf(machine.run(query));
    expect(refusal.condition).toMatch(/^(CHECKPOINT|MANIFEST)_CORRUPT$/);
    expect(refusal.parameters["path"]).toBe(path);
    expect(refusal.parameters["reason"]).toContain(reason);
  });
});
