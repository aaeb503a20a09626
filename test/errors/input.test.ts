import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Session } from "../../dataframe/session.js";
import { QueryWorld, refusalOf, type Start } from "../unit/query/queryWorld.js";

// Input that cannot be read: each case has its condition, and when the cause is mended the query goes on and nothing is missing.

let machine: QueryWorld;

beforeEach(() => {
  machine = new QueryWorld();
});

afterEach(() => machine.close());

const keys = (): unknown[] => machine.rows().map(([, k]) => k);

describe("a path", () => {
  it("that is missing is refused at the start", async () => {
    expect(await refusalOf(machine.start())).toMatchObject({ condition: "PATH_NOT_FOUND", parameters: { path: "file:/data/in" } });
    await machine.file("0.json", [{ k: "a" }]);
    await machine.run();
    expect(keys()).toEqual(["a"]);
  });

  it("that goes while the query runs is waited for; when it is back nothing is missing", async () => {
    await machine.file("0.json", [{ k: "a" }]);
    const query = await machine.start({ trigger: { processingTime: 0 } });
    await query.processAllAvailable();
    await machine.world.files.removeTree("/data/in");
    await query.processAllAvailable();
    await machine.file("1.json", [{ k: "b" }]);
    await query.processAllAvailable();
    await query.stop();
    expect(keys()).toEqual(["a", "b"]);
  });

  it.each([
    ["read", /\/data\/in\/1/],
    ["list", /\/data\/in$/],
  ] as const)("that may not be used (%s) is named", async (operation, path) => {
    await machine.file("0.json", [{ k: "a" }]);
    await machine.run();
    await machine.file("1.json", [{ k: "b" }]);
    machine.world.fail({ code: "EACCES", operation, path });
    const refusal = await refusalOf(machine.run());
    expect(refusal).toMatchObject({ condition: "FAILED_READ_FILE.NO_HINT" });
    expect(refusal.parameters["path"]).toMatch(/^file:\/data\/in/);
    machine.world.heal();
    await machine.run();
    expect(keys()).toEqual(["a", "b"]);
  });

  it.skipIf(process.getuid?.() === 0)("that this user may not read is named (skipped as root, who may read everything)", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tidemark-input-"));
    try {
      await mkdir(join(folder, "in"));
      const file = join(folder, "in", "0.json");
      await writeFile(file, '{"k":"a"}\n');
      await chmod(file, 0);
      const session = Session.create({ warn: () => {} });
      const frame = session.read.schema("k STRING").json(join(folder, "in"));
      expect(await refusalOf(frame.collect())).toMatchObject({ condition: "FAILED_READ_FILE.NO_HINT" });
      await chmod(file, 0o600);
      expect(await frame.collect()).toEqual([{ k: "a" }]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

const start = (mode: string, schema = "k STRING, v BIGINT"): Start => ({ schema, readOptions: { mode } });

describe("malformed JSON", () => {
  const lines = '{"k":"a","v":1}\n{"k":"b","v":\n{"k":"c","v":"no number"}\n{"k":"d","v":4}\n';

  it("in PERMISSIVE mode is null, and kept where a column is asked for", async () => {
    await machine.file("0.json", lines);
    await machine.run(start("PERMISSIVE", "k STRING, v BIGINT, _corrupt_record STRING"));
    expect(machine.rows()).toEqual([
      ["a", 1n, null],
      [null, null, '{"k":"b","v":'],
      ["c", null, '{"k":"c","v":"no number"}'],
      ["d", 4n, null],
    ]);
  });

  it("in DROPMALFORMED mode is left out", async () => {
    await machine.file("0.json", lines);
    await machine.run(start("DROPMALFORMED"));
    expect(machine.rows()).toEqual([
      ["a", 1n],
      ["d", 4n],
    ]);
  });

  it("in FAILFAST mode ends the query; mended, it goes on with the same file", async () => {
    await machine.file("0.json", [{ k: "z", v: 0 }]);
    await machine.run(start("FAILFAST"));
    await machine.file("1.json", lines);
    expect(await refusalOf(machine.run(start("FAILFAST")))).toMatchObject({
      condition: "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
      parameters: { badRecord: "[null,null]", failFastMode: "FAILFAST" },
    });
    await machine.overwrite("/data/in/1.json", '{"k":"a","v":1}\n{"k":"b","v":2}\n');
    await machine.run(start("FAILFAST"));
    expect(machine.rows()).toEqual([
      ["z", 0n],
      ["a", 1n],
      ["b", 2n],
    ]);
  });

  it("in a mode that is none is refused before anything is read", async () => {
    await machine.file("0.json", lines);
    const refusal = await refusalOf(machine.run(start("LENIENT")));
    expect(refusal.message).toContain("LENIENT");
    expect(["INVALID_OPTION_VALUE", "PARSE_MODE_UNSUPPORTED"]).toContain(refusal.condition);
  });
});

describe("options and triggers", () => {
  beforeEach(() => machine.file("0.json", [{ k: "a" }]));

  it("that are unknown are refused with the nearest name", async () => {
    const options = { maxFilePerTrigger: "1" };
    const refusal = await refusalOf(machine.start({ readOptions: options }));
    expect(refusal).toMatchObject({ condition: "UNKNOWN_OPTION", parameters: { option: "maxFilePerTrigger" } });
    expect(refusal.message).toContain("maxFilesPerTrigger");
    const conf = refusalOf(machine.start({ conf: { "spark.sql.session.timezon": "UTC" } }));
    expect((await conf).message).toContain("spark.sql.session.timeZone");
    const query = machine.start({ build: (input) => ({ writeStream: input.writeStream.option("compresion", "gzip") }), sink: "json" });
    expect((await refusalOf(query)).message).toContain("compression");
  });

  it.each([
    [{ maxFilesPerTrigger: "0" }, "INVALID_OPTION_VALUE"],
    [{ maxFilesPerTrigger: "many" }, "INVALID_OPTION_VALUE"],
    [{ maxFileAge: "yesterday" }, "INVALID_OPTION_VALUE"],
    [{ latestFirst: "maybe" }, "INVALID_OPTION_VALUE"],
  ])("of no such value are refused: %j", async (readOptions, condition) => {
    expect(await refusalOf(machine.start({ readOptions }))).toMatchObject({ condition });
  });

  it.each([
    [{ processingTime: "-1 seconds" }, /INVALID_TRIGGER|NEGATIVE_TRIGGER_INTERVAL/],
    [{ processingTime: "soon" }, /INVALID_INTERVAL_FORMAT/],
    [{ processingTime: "1 month" }, /INVALID_TRIGGER/],
    [{ processingTime: Number.NaN }, /INVALID_TRIGGER/],
    [{}, /INVALID_TRIGGER/],
  ])("that are no trigger are refused: %j", async (trigger, condition) => {
    const refusal = await refusalOf(machine.start({ trigger: trigger as { processingTime: string } }));
    expect(refusal.condition).toMatch(condition);
  });

  it("leave nothing behind when they are refused", async () => {
    await refusalOf(machine.start({ readOptions: { maxFilesPerTrigger: "0" } }));
    expect(await machine.world.files.status("/data/checkpoint")).toBeNull();
    await machine.run();
    expect(keys()).toEqual(["a"]);
  });
});
