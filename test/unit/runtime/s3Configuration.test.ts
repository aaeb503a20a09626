import { describe, expect, test } from "vitest";
import { absolutePath, displayPath, pathOfUri, uriOf } from "../../../connectors/files/uri.js";
import { expandGlob } from "../../../connectors/files/glob.js";
import { Session } from "../../../dataframe/session.js";
import { s3Settings } from "../../../runtime/s3/configuration.js";
import { World } from "../../simulation/world/world.js";

const key = (name: string): string => `spark.hadoop.fs.s3a.${name}`;

describe("paths on S3", () => {
  test.each([
    ["s3://bucket/a/b", "s3://bucket/a/b"],
    ["s3a://bucket/a//./b/", "s3://bucket/a/b"],
    ["S3N://bucket", "s3://bucket"],
    ["s3://bucket/a/../../b", "s3://bucket/b"],
    ["s3://bucket/day=1/*.json", "s3://bucket/day=1/*.json"],
    ["s3://my.bucket-1/ü x%20y#z", "s3://my.bucket-1/ü x%20y#z"],
  ])("%s is %s", (given, path) => {
    expect(absolutePath(given)).toBe(path);
    expect(displayPath(path)).toBe(path);
    expect(pathOfUri(uriOf(path))).toBe(path);
  });

  test.each(["s3:", "s3:/bucket/x", "s3://", "s3:///x", "s3://key:s3cr3t@bucket/x", "s3a://b u/x"])("%s is refused", (given) => {
    expect(() => absolutePath(given)).toThrow(expect.objectContaining({ condition: "S3_PATH_INVALID" }));
    try {
      absolutePath(given);
    } catch (error) {
      expect(String(error)).not.toContain("s3cr3t");
    }
  });

  test("patterns look at the folders that they must", async () => {
    const world = new World(1);
    const { files } = world;
    for (const name of ["in/a/1.json", "in/a/2.txt", "in/b/3.json", "in/c"]) await files.addNew(`s3://bucket/${name}`, new Uint8Array(1));
    const found = await expandGlob(files, "s3://bucket/in/*/*.json");
    expect(found.map(({ path }) => path)).toEqual(["s3://bucket/in/a/1.json", "s3://bucket/in/b/3.json"]);
    expect((await expandGlob(files, "s3://bucket/{in,out}/a/1.json")).map(({ path }) => path)).toEqual(["s3://bucket/in/a/1.json"]);
  });
});

describe("how a bucket is reached", () => {
  test("without configuration the client looks for itself", () => {
    expect(s3Settings("b", {}, {})).toMatchObject({ endpoint: null, region: null, keys: null, pathStyle: false, retryLimit: 12 });
  });

  test("by the environment, by configuration, by that of the bucket", () => {
    const environment = { AWS_ENDPOINT_URL: "http://env:1" };
    expect(s3Settings("b", {}, environment)).toMatchObject({ endpoint: "http://env:1", pathStyle: true });
    const conf = { [key("endpoint")]: "host:9000", [key("connection.ssl.enabled")]: "false", [key("bucket.b.endpoint.region")]: "eu-1" };
    expect(s3Settings("b", conf, environment)).toMatchObject({ endpoint: "http://host:9000", region: "eu-1" });
    expect(s3Settings("c", conf, environment)).toMatchObject({ region: null });
    expect(s3Settings("b", { ...conf, [key("path.style.access")]: "false" }, {})).toMatchObject({ pathStyle: false });
  });

  test("what makes no sense is refused by its name", () => {
    expect(() => s3Settings("b", { [key("endpoint")]: "http://" }, {})).toThrow(
      expect.objectContaining({ condition: "INVALID_OPTION_VALUE" }),
    );
    expect(() => s3Settings("b", { [key("access.key")]: "k" }, {})).toThrow(expect.objectContaining({ condition: "MISSING_OPTION" }));
    expect(() => Session.create({ conf: { [key("retry.limit")]: "often" } })).toThrow(
      expect.objectContaining({ condition: "INVALID_OPTION_VALUE" }),
    );
  });

  test("keys of a bucket are keys of the session", () => {
    const session = Session.create({ conf: { [key("bucket.my-bucket.endpoint")]: "http://h:1" }, warn: (message) => expect.fail(message) });
    expect(session.conf.get(key("bucket.my-bucket.endpoint"))).toBe("http://h:1");
    expect(() => session.conf.set(key("bucket.my-bucket.retry.limit"), "often")).toThrow(
      expect.objectContaining({ condition: "INVALID_OPTION_VALUE" }),
    );
  });

  test("SET shows no keys", async () => {
    const session = Session.create({ conf: { [key("access.key")]: "open", [key("secret.key")]: "sesame" } });
    for (const statement of ["SET", `SET ${key("secret.key")}`, `SET ${key("secret.key")} = sesame`]) {
      expect(JSON.stringify(await (await session.sql(statement)).collect())).not.toMatch(/open|sesame/);
    }
  });
});
