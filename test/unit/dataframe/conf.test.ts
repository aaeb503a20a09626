import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Conf } from "../../../dataframe/conf.js";
import { confKeys } from "../../../dataframe/confKeys.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";

function conf(given: Record<string, string | number | boolean> = {}): { conf: Conf; warnings: string[] } {
  const warnings: string[] = [];
  return { conf: new Conf(given, (message) => warnings.push(message)), warnings };
}

function refusal(run: () => unknown): Pick<StreamingError, "condition" | "parameters"> {
  try {
    run();
  } catch (error) {
    if (error instanceof StreamingError) return { condition: error.condition, parameters: error.parameters };
    throw error;
  }
  throw new Error("it was accepted");
}

describe("the session configuration", () => {
  it("has Spark's defaults, but for UTC and a partition per core", () => {
    const { conf: fresh } = conf();
    expect(fresh.get("spark.sql.session.timeZone")).toBe("UTC");
    expect(fresh.integer("spark.sql.shuffle.partitions")).toBe(4);
    expect(fresh.boolean("spark.sql.ansi.enabled")).toBe(true);
    expect(fresh.durationMs("spark.sql.streaming.pollingDelay")).toBe(10);
    expect(fresh.find("spark.sql.streaming.checkpointLocation")).toBeUndefined();
    expect(refusal(() => fresh.get("spark.sql.streaming.checkpointLocation")).condition).toBe("MISSING_OPTION");
    expect(fresh.get("spark.sql.streaming.checkpointLocation", "x")).toBe("x");
  });

  it("takes keys with and without `spark.`, in any case, and gives them by full name", () => {
    const { conf: set } = conf({ "sql.session.timeZone": "Europe/Berlin", "SPARK.sql.ansi.enabled": false });
    expect(set.get("spark.sql.session.timezone")).toBe("Europe/Berlin");
    expect(set.toRecord()).toMatchObject({ "spark.sql.session.timeZone": "Europe/Berlin", "spark.sql.ansi.enabled": "false" });
    set.unset("sql.session.timeZone");
    expect(set.get("sql.session.timeZone")).toBe("UTC");
  });

  it.each([
    ["spark.sql.timestampType", "TIMESTAMP_LTZ", "TIMESTAMP_NTZ"],
    ["spark.sql.caseSensitive", "false", "true"],
    ["spark.sql.ansi.doubleQuotedIdentifiers", "FALSE", "true"],
    ["spark.sql.parser.escapedStringLiterals", "false", "true"],
    ["spark.sql.groupByOrdinal", "true", "false"],
    ["spark.sql.crossJoin.enabled", "true", "false"],
    ["spark.sql.session.collation.default", "UTF8_BINARY", "UTF8_LCASE"],
    ["spark.sql.legacy.exponentLiteralAsDecimal.enabled", "false", "true"],
    ["spark.sql.legacy.interval.enabled", "false", "true"],
  ])("takes %s = %s, what it is here, and refuses %s", (key, built, other) => {
    expect(conf({ [key]: built }).conf.get(key)).toBe(built);
    expect(refusal(() => conf({ [key]: other }))).toMatchObject({ condition: "NOT_YET_SUPPORTED" });
  });

  it("refuses a key that nobody knows, with the nearest", () => {
    const { condition, parameters } = refusal(() => conf({ "spark.sql.session.timezon": "UTC" }));
    expect(condition).toBe("UNKNOWN_OPTION");
    expect(parameters).toMatchObject({ option: "spark.sql.session.timezon", suggestion: "Did you mean `spark.sql.session.timeZone`?" });
    expect(refusal(() => conf().conf.get("spark.nothing.like.it")).condition).toBe("UNKNOWN_OPTION");
  });

  it.each([
    ["spark.sql.ansi.enabled", "maybe"],
    ["spark.sql.shuffle.partitions", "0"],
    ["spark.sql.shuffle.partitions", "257"],
    ["spark.sql.shuffle.partitions", "many"],
    ["spark.sql.session.timeZone", "Mars/Olympus"],
    ["spark.sql.streaming.multipleWatermarkPolicy", "average"],
    ["spark.sql.streaming.pollingDelay", "soon"],
  ])("refuses %s = %s", (key, value) => {
    const { condition, parameters } = refusal(() => conf({ [key]: value }));
    expect(condition).toBe("INVALID_OPTION_VALUE");
    expect(parameters).toMatchObject({ option: key, value });
  });

  it("keeps a key of Spark's that means nothing here, and says so once", () => {
    const { conf: set, warnings } = conf({ "spark.executor.memory": "4g", "spark.master": "local[2]" });
    set.set("spark.executor.memory", "8g");
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain("spark.executor.memory");
    expect(set.get("spark.executor.memory")).toBe("8g");
    expect(set.isModifiable("spark.executor.memory")).toBe(false);
  });

  it("refuses a key that would change answers and is not built, rather than ignore it", () => {
    expect(refusal(() => conf({ "spark.sql.caseSensitive": "true" })).condition).toBe("NOT_YET_SUPPORTED");
    expect(conf({ "spark.sql.caseSensitive": "false" }).warnings).toEqual([]);
  });

  it.each(confKeys.flatMap((key) => (key.default === undefined ? [] : [[key.name, key.default]])))(
    "accepts the default of %s",
    (name, value) => {
      expect(conf({ [name]: value }).conf.get(name)).toBe(value);
    },
  );

  it("takes or names as unbuilt every configuration that the golden cases were run with", async () => {
    const cases = join(dirname(fileURLToPath(import.meta.url)), "../../golden/cases");
    const keys = new Map<string, string>();
    for (const name of await readdir(cases)) {
      const parsed: unknown = JSON.parse(await readFile(join(cases, name), "utf8"));
      if (typeof parsed !== "object" || parsed === null || !("conf" in parsed)) continue;
      for (const [key, value] of Object.entries(parsed.conf ?? {})) keys.set(`${key}=${String(value)}`, key);
    }
    expect(keys.size).toBeGreaterThan(3);
    const refused = [...keys].filter(([pair, key]) => {
      const given = { [key]: pair.slice(key.length + 1) };
      try {
        return conf(given).warnings.length > 1;
      } catch (error) {
        return !(error instanceof StreamingError && error.condition === "NOT_YET_SUPPORTED");
      }
    });
    expect(refused).toEqual([]);
  });

  it("has a text for each key", () => {
    for (const key of confKeys) {
      expect(key.doc.length).toBeGreaterThan(20);
    }
  });
});
