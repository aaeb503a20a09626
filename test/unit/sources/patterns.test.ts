import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { boundedPlan } from "../../../dataframe/backfill.js";
import { DataFrame } from "../../../dataframe/dataFrame.js";
import { QueryWorld, refusalOf } from "../query/queryWorld.js";

// A path or pattern that means nothing is no empty table; a folder is found under its very name.

let machine: QueryWorld;

beforeEach(async () => {
  machine = new QueryWorld();
  await machine.file("0.json", [{ k: "a" }]);
});

afterEach(() => machine.close());

const read = (path: string) => machine.session().read.schema("k STRING").json(path);

describe("kind: a path that means nothing: a pattern that matches nothing", () => {
  const nothing = ["/data/in/*.nope", "/data/none*", "/data/{x,y}", "/data/n?/*.json", "/data/in/[1-9].json"];

  it.each(nothing)("%s is refused in a bounded read, a static side and a backfill", async (path) => {
    const refused = { condition: "PATH_NOT_FOUND", parameters: { path: `file:${path}` } };
    expect(await refusalOf(read(path).collect())).toMatchObject(refused);
    expect(await refusalOf(read(path).count())).toMatchObject(refused);
    const join = (
      input: Parameters<NonNullable<Parameters<QueryWorld["start"]>[0]>["build"] & {}>[0],
      session: ReturnType<QueryWorld["session"]>,
    ) => input.join(session.read.schema("k STRING").json(path), ["k"]);
    expect(await refusalOf(machine.run({ build: join }))).toMatchObject(refused);
    const session = machine.session();
    const stream = session.readStream.schema("k STRING").json(path);
    const backfill = new DataFrame(session, boundedPlan(session, stream.plan, { from: null, to: null }).plan);
    expect(await refusalOf(backfill.collect())).toMatchObject(refused);
    const inferred = session.read.format("json").inferSchema(path);
    expect(await refusalOf(inferred)).toMatchObject(refused);
  });

  it("is what a stream waits for", async () => {
    await machine.run({ path: "/data/later*", schema: "k STRING" });
    await machine.file("1.json", [{ k: "b" }], "/data/later-1");
    await machine.run({ path: "/data/later*", schema: "k STRING" });
    expect(machine.rows()).toEqual([["b"]]);
  });

  it("but an empty folder, or one whose names are all left out, is an empty table", async () => {
    await machine.world.files.makeDirectory("/data/empty");
    expect(await read("/data/empty").count()).toBe(0);
    expect(await read("/data/emp*").count()).toBe(0);
    expect(await machine.session().read.schema("k STRING").option("pathGlobFilter", "*.x").json("/data/in").count()).toBe(0);
  });
});

describe("kind: a path that means nothing: a folder with characters of patterns in its name", () => {
  it.each(["in[2024]", "in{a,b}", "what?", "all*"])("%s is found, and read as a stream too", async (name) => {
    await machine.file("0.json", [{ k: name }], `/data/${name}`);
    expect(await read(`/data/${name}`).collect()).toEqual([{ k: name }]);
    await machine.run({ path: `/data/${name}`, schema: "k STRING" });
    await machine.file("1.json", [{ k: "later" }], `/data/${name}`);
    await machine.run({ path: `/data/${name}`, schema: "k STRING" });
    expect(machine.rows()).toEqual([[name], ["later"]]);
  });

  it("holds what a sink wrote there, by its manifest", async () => {
    await machine.run({ schema: "k STRING", sink: "json", sinkPath: "/data/out[1]" });
    await machine.file("stray.json", [{ k: "stray" }], "/data/out[1]");
    expect(await read("/data/out[1]").collect()).toEqual([{ k: "a" }]);
  });
});
