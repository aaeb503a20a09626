import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sum } from "../../../dataframe/functions.js";
import { Session } from "../../../dataframe/session.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { QueryWorld, refusalOf, type Frame } from "./queryWorld.js";

// The names of stateful operators: those that their place gives them, and those that the query gives.

let machine: QueryWorld;

beforeEach(async () => {
  machine = new QueryWorld();
  await machine.file("0.json", [
    { k: "a", v: 1 },
    { k: "b", v: 1 },
  ]);
});

afterEach(() => machine.close());

const byKey = (input: Frame): Frame => input.dropDuplicates("k").id("byKey");
const valuesThenKeys = (input: Frame): Frame => input.dropDuplicates("v").union(input.dropDuplicates("k"));
const totals = (input: Frame): Frame => input.groupBy("k").agg(sum("v").as("v")).where("k <> 'x'").select("k").id("totals");
const twice = (input: Frame): Frame => byKey(input).union(byKey(input));
const generated = (input: Frame): Frame => input.dropDuplicates("k").union(input.dropDuplicates("v").id("deduplicate-0"));
const byValue = (input: Frame): Frame => input.dropDuplicates("v").id("byValue");

function refusal(work: () => unknown): Pick<StreamingError, "condition" | "parameters"> {
  try {
    work();
  } catch (error) {
    if (error instanceof StreamingError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("the id of a stateful operator", () => {
  it("keeps its state where others change places", async () => {
    await machine.run({ build: (input) => byKey(input).union(byValue(input)) });
    await machine.file("1.json", [{ k: "a", v: 2 }]);
    const query = await machine.run({ build: (input) => byValue(input).union(byKey(input)) });
    expect(machine.batches().get(1)).toEqual([[null, "a", 2n]]);
    expect(query.lastProgress?.stateOperators).toHaveLength(2);
  });

  it("is by kind and place without one, so that another place is another operator", async () => {
    await machine.run({ build: (input) => input.dropDuplicates("k").union(input.dropDuplicates("v")) });
    expect(await refusalOf(machine.start({ build: valuesThenKeys }))).toMatchObject({ condition: "STATE_SCHEMA_CHANGED" });
  });

  it("leaves the ids of others as they are, and holds under another configuration", async () => {
    const conf = { "spark.sql.session.timeZone": "Europe/Vienna" };
    await machine.run({ conf, build: (input) => byKey(input).union(input.dropDuplicates("v")) });
    const schemas = await machine.text("/data/checkpoint/state/schema-0.json");
    expect([...schemas!.matchAll(/"operatorId":"([^"]*)"/g)].map(([, id]) => id)).toEqual(["byKey", "deduplicate-1"]);
    await machine.file("1.json", [{ k: "a", v: 3 }]);
    await machine.run({ build: (input) => byKey(input).union(input.dropDuplicates("v")) });
    expect(machine.batches().get(1)).toEqual([[null, "a", 3n]]);
  });

  it("is that of the next operator below, through what passes rows on", async () => {
    await machine.run({ outputMode: "update", build: totals });
    expect(await machine.text("/data/checkpoint/state/schema-0.json")).toContain('"operatorId":"totals"');
  });

  it("is refused where two have it, or nobody could", async () => {
    expect(await refusalOf(machine.start({ build: twice }))).toMatchObject({ condition: "OPERATOR_ID_TWICE", parameters: { id: "byKey" } });
    expect(await refusalOf(machine.start({ build: generated }))).toMatchObject({
      condition: "OPERATOR_ID_TWICE",
      parameters: { id: "deduplicate-0" },
    });
    const input = machine.session().readStream.schema("k STRING").json("/data/in");
    for (const id of ["", "9", "a b", "../x", `a${"b".repeat(64)}`]) {
      expect(refusal(() => input.distinct().id(id))).toMatchObject({
        condition: "OPERATOR_ID_INVALID",
        parameters: { id: JSON.stringify(id) },
      });
    }
    for (const frame of [input, input.distinct().id("first"), input.distinct().union(input.distinct())]) {
      expect(refusal(() => frame.id("second"))).toMatchObject({ condition: "OPERATOR_ID_NAMES_NOTHING" });
    }
  });

  it("means nothing for a table", async () => {
    const session = Session.create();
    const table = session.createDataFrame([{ k: "a" }, { k: "a" }], "k STRING");
    expect(await table.id("x").distinct().id("y").limit(5).id("z").collect()).toEqual([{ k: "a" }]);
    await session.stop();
  });
});
