import { describe, expect, it } from "vitest";
import { boundedPlan, type BackfillRange } from "../../../dataframe/backfill.js";
import { DataFrame } from "../../../dataframe/dataFrame.js";
import { col, count, expr, fromJson, window } from "../../../dataframe/functions.js";
import { schema, t } from "../../../dataframe/schema.js";
import type { Session } from "../../../dataframe/session.js";
import { afterEach, beforeEach } from "vitest";
import { QueryWorld, refusalOf } from "../query/queryWorld.js";

// kind: a backfill of the rows of a range of event time, whatever makes the event time, and whatever is done with the rows.

let machine: QueryWorld;
let session: Session;

const row = (id: string, seconds: number): object => ({ id, at: at(seconds) });
const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

beforeEach(async () => {
  machine = new QueryWorld();
  session = machine.session();
  await machine.file("0.json", [row("a", 0), row("b", 60), row("c", 119), { id: "null", at: null }]);
  await machine.file("1.json", [row("d", 120), row("e", 599), row("f", 600), row("g", 7200)]);
});

afterEach(() => machine.close());

type Frame = DataFrame<Record<string, unknown>>;

const input = (): Frame => session.readStream.schema("id STRING, at TIMESTAMP").json("/data/in");

const range: BackfillRange = { from: null, to: null, eventFrom: at(60), eventTo: at(600) };

async function idsOf(frame: Frame, given: Partial<BackfillRange> = {}): Promise<unknown[]> {
  const { plan } = boundedPlan(session, frame.plan, { ...range, ...given });
  const rows = await new DataFrame<Record<string, unknown>>(session, plan).collect();
  return rows.map((one) => String(one["id"])).toSorted();
}

async function parametersOf(frame: Frame, given: Partial<BackfillRange>): Promise<Readonly<Record<string, string>>> {
  const refusal = await refusalOf(Promise.resolve().then(() => boundedPlan(session, frame.plan, { ...range, ...given })));
  return refusal.parameters;
}

function notesOf(frame: Frame, given: Partial<BackfillRange> = {}): readonly string[] {
  return boundedPlan(session, frame.plan, { ...range, ...given }).notes;
}

describe("a range of files", () => {
  it("is of every format of files, whatever options the stream has", async () => {
    await machine.file("0.csv", "a,1\nb,2\n", "/data/csv");
    const stream = session.readStream.schema("id STRING, n INT").option("maxFilesPerTrigger", 1).csv("/data/csv");
    const all: BackfillRange = { from: null, to: null };
    const idsIn = async (given: BackfillRange): Promise<unknown[]> => {
      const { plan } = boundedPlan(session, stream.plan, given);
      return (await new DataFrame<Record<string, unknown>>(session, plan).collect()).map(({ id }) => id);
    };
    expect(await idsIn(all)).toEqual(["a", "b"]);
    expect(await idsIn({ ...all, from: "2000-01-01T00:00:00Z" })).toEqual(["a", "b"]);
    expect(await idsIn({ ...all, to: "2000-01-01T00:00:00Z" })).toEqual([]);
  });
});

describe("kind: a range that means another time: a range of event time", () => {
  it("is of the watermark's column: the first instant is in it, the last is not, rows without a time are not", async () => {
    expect(await idsOf(input().withWatermark("at", "10 seconds"))).toEqual(["b", "c", "d", "e"]);
    expect(await idsOf(input().withWatermark("at", "10 seconds"), { eventTo: null })).toEqual(["b", "c", "d", "e", "f", "g"]);
    expect(await idsOf(input().withWatermark("at", "10 seconds"), { eventFrom: null, eventTo: at(60) })).toEqual(["a"]);
  });

  it("is of any column of the input, or of what is selected from it, dates too", async () => {
    expect(await idsOf(input(), { eventTime: "at" })).toEqual(["b", "c", "d", "e"]);
    expect(await idsOf(input(), { eventTime: "AT" })).toEqual(["b", "c", "d", "e"]);
    const text = session.readStream.text("/data/in").select(fromJson("value", schema({ id: t.string, at: t.timestamp })).as("data"));
    expect(await idsOf(text.select(col("data.id"), col("data.at").as("time")) as Frame, { eventTime: "time" })).toEqual([
      "b",
      "c",
      "d",
      "e",
    ]);
    expect(await idsOf(text.select("data.id", "data") as Frame, { eventTime: "data.at" })).toEqual(["b", "c", "d", "e"]);
    const days = input().select("id", expr("CAST(at AS DATE)").as("day"));
    expect((await idsOf(days as Frame, { eventTime: "day", eventFrom: "2026-01-01", eventTo: "2026-01-02" })).length).toBe(7);
  });

  it("is taken before rows are grouped, joined, deduplicated or united", async () => {
    const marked = input().withWatermark("at", "10 seconds");
    const counts = marked.groupBy(window("at", "1 hour")).agg(count().as("id"));
    expect(await idsOf(counts as unknown as Frame)).toEqual(["4"]);
    expect(await idsOf(marked.dropDuplicates("id"))).toEqual(["b", "c", "d", "e"]);
    expect(await idsOf(marked.union(marked))).toEqual(["b", "b", "c", "c", "d", "d", "e", "e"]);
    expect(await idsOf(input().union(input()), { eventTime: "at" })).toEqual(["b", "b", "c", "c", "d", "d", "e", "e"]);
    const names = session.read.schema("id STRING, at TIMESTAMP").json("/data/in").select("id");
    // A table beside the stream has no range.
    expect(await idsOf(marked.join(names, "id") as Frame)).toEqual(["b", "c", "d", "e"]);
  });

  it("is refused by name where the event time is not known", async () => {
    const refused = async (frame: Frame, given: Partial<BackfillRange> = {}): Promise<unknown> =>
      (await parametersOf(frame, given))["problem"];
    expect(await refused(input())).toMatch(/no watermark/);
    expect(await refused(input().withWatermark("at", "1 second").union(input()))).toMatch(/no watermark/);
    expect(await refused(input(), { eventTime: "when" })).toMatch(/no stream .* column when/);
    expect(await refused(input(), { eventTime: "id" })).toMatch(/id is a string/);
    expect(await refused(input().groupBy("id").agg(count().as("n")) as Frame, { eventTime: "n" })).toMatch(/column n before/);
  });

  it("that ends before it begins is refused; words that are no times too", async () => {
    expect(await parametersOf(input(), { eventTime: "at", eventFrom: at(600), eventTo: at(60) })).toMatchObject({ flag: "event-to" });
    expect(await parametersOf(input(), { eventTime: "at", from: at(600), to: at(60) })).toMatchObject({ flag: "to" });
    expect(await parametersOf(input(), { eventTime: "at", eventFrom: "yesterday" })).toMatchObject({
      flag: "event-from",
      value: "yesterday",
    });
  });

  it("tells of the windows that it cuts, and of no others", () => {
    const marked = input().withWatermark("at", "10 seconds");
    const windows = (...parameters: [string, string?, string?]): Frame => marked.groupBy(window("at", ...parameters)).count();
    expect(notesOf(windows("1 minute"))).toEqual([]);
    expect(notesOf(windows("10 minutes"))).toEqual([expect.stringContaining(`${at(60)} are cut by --event-from`)]);
    expect(notesOf(windows("7 minutes")).length).toBe(2);
    // Windows that overlap are cut anywhere; those with a start of their own where they start.
    expect(notesOf(windows("2 minutes", "1 minute")).length).toBe(2);
    expect(notesOf(windows("9 minutes", "9 minutes", "1 minute"))).toEqual([]);
    expect(notesOf(marked)).toEqual([]);
    const byFiles = { eventFrom: null, eventTo: null, from: at(0) };
    expect(notesOf(windows("1 minute"), byFiles)).toEqual([expect.stringContaining("modified")]);
    expect(notesOf(marked, byFiles)).toEqual([]);
  });
});
