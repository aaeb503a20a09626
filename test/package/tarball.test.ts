import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonRows, reading, writeFiles } from "../cli/readings.js";
import { requireServers } from "../servers/availability.js";
import { run } from "../servers/processes.js";

const project = fileURLToPath(new URL("../../", import.meta.url));

/** The package as a user has it: packed, and installed into an empty folder, which npm makes a CommonJS one. */
async function installed(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-package-"));
  // Not `prepare`: the tests run what is built, and nobody may rebuild it under them. What `prepack` does to package.json is done to a copy.
  const staged = mkdtempSync(join(tmpdir(), "tidemark-staged-"));
  const manifest = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as { readonly files: readonly string[] };
  for (const name of ["package.json", ...manifest.files]) cpSync(join(project, name), join(staged, name), { recursive: true });
  await run("npm", ["run", "manifest"], { cwd: staged });
  await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], { cwd: staged });
  rmSync(staged, { recursive: true });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"))!;
  await run("npm", ["init", "-y"], { cwd: folder });
  await run("npm", ["install", "--no-audit", "--no-fund", join(folder, tarball)], { cwd: folder });
  return folder;
}

const job = `import { type Session, window, count, col } from "tidemark";
import { Reading } from "./lib/reading.js";
import { hot } from "./lib/hot";

export default (session: Session) =>
  session.readStream.schema(Reading).json("in")
    .where(col("celsius").gt(hot))
    .groupBy(window("at", "10 seconds"), "sensorId").agg(count().as("n"))
    .select("sensorId", "n")
    .writeStream.outputMode("complete").format("memory").queryName("counts")
    .trigger({ availableNow: true });
`;

const files = {
  "lib/reading.ts": `import { schema, t } from "tidemark";
export const Reading = schema({ sensorId: t.string, at: t.timestamp, celsius: t.double });
// Not only types are TypeScript's own.
export enum Limit { Hot = 19 }
`,
  "lib/hot.js": 'import { Limit } from "./reading.js";\nexport const hot = Limit.Hot;\n',
  "in/1.json": reading(1) + reading(2) + reading(3, "b"),
};

const toJson = (text: string): string =>
  text.replace(
    '.outputMode("complete").format("memory").queryName("counts")',
    '.outputMode("append").format("json").option("path", "out").option("checkpointLocation", "cp")',
  );

await requireServers("the package, installed into an empty folder", "the npm registry", installed, (folder) => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const bin = join(folder, "node_modules/.bin/tidemark");

  test("is small, whole, and leaves the AWS SDK to those who want it", async () => {
    const [megabytes] = (await run("du", ["-sm", "--apparent-size", "node_modules"], { cwd: folder })).split("\t");
    expect(Number(megabytes)).toBeLessThanOrEqual(40);
    expect(existsSync(join(folder, "node_modules/@aws-sdk"))).toBe(false);
    const packed = readdirSync(join(folder, "node_modules/tidemark"));
    const pages = ["ARCHITECTURE.md", "CHANGELOG.md", "DECISIONS.md", "LICENSE", "README.md"];
    expect(packed.toSorted()).toEqual([...pages, "checkpoints", "dist", "docs", "notebooks", "package.json", "test"]);
    const own = JSON.parse(readFileSync(join(folder, "node_modules/tidemark/package.json"), "utf8")) as object;
    expect(own).not.toHaveProperty("scripts");
    expect((JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { type?: string }).type).not.toBe("module");
    expect(await run(bin, ["--version"], { cwd: folder })).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("the links of its README and its pages lead to what is in it", () => {
    const own = join(folder, "node_modules/tidemark");
    const pages = ["README.md", ...readdirSync(join(own, "docs"), { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`)];
    const links = pages
      .filter((page) => page.endsWith(".md"))
      .flatMap((page) =>
        [...readFileSync(join(own, page), "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => join(dirname(page), path!)),
      );
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter((path) => !existsSync(join(own, path)))).toEqual([]);
  });

  describe("jobs load as ES modules in a CommonJS folder", () => {
    const stateless = toJson(job).replace(
      '.groupBy(window("at", "10 seconds"), "sensorId").agg(count().as("n"))\n    .select("sensorId", "n")',
      '.select("sensorId")',
    );
    const untyped = stateless.replace("type Session, ", "").replace(": Session", "");
    const jobs = { "job.ts": stateless, "job.mts": stateless, "job.js": untyped, "job.mjs": untyped };

    beforeAll(() => writeFiles(folder, { ...files, ...jobs }));

    test.each(Object.keys(jobs))("%s, with relative imports of TypeScript and JavaScript", async (name) => {
      for (const made of ["out", "cp"]) rmSync(join(folder, made), { recursive: true, force: true });
      await run(bin, ["run", name, "--quiet"], { cwd: folder });
      expect(jsonRows(join(folder, "out"))).toEqual([{ sensorId: "a" }, { sensorId: "a" }, { sensorId: "b" }]);
    });
  });

  test.each([
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ])("a strict TypeScript project compiles against its types: module %s, moduleResolution %s", async (module, moduleResolution) => {
    const consumer = join(folder, `consumer-${moduleResolution}`);
    writeFiles(consumer, {
      "package.json": '{ "type": "module" }',
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          strict: true,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          target: "es2022",
          module,
          moduleResolution,
          types: [],
        },
        files: ["job.ts"],
      }),
      "job.ts": job.replace("./lib/hot", "./lib/hot.js"),
      "lib/reading.ts": files["lib/reading.ts"],
      "lib/hot.ts": files["lib/hot.js"],
    });
    await run(process.execPath, [join(project, "node_modules/typescript/bin/tsc"), "-p", consumer], { cwd: folder });
    writeFiles(consumer, { "job.ts": job.replace("./lib/hot", "./lib/hot.js").replace('"sensorId").agg', '"sensrId").agg') });
    await expect(
      run(process.execPath, [join(project, "node_modules/typescript/bin/tsc"), "-p", consumer], { cwd: folder }),
    ).rejects.toThrow(/sensrId/);
  });

  test("a script of one's own", async () => {
    writeFiles(folder, {
      "script.mjs": `import { Session } from "tidemark";
console.log(JSON.stringify(await Session.create().range(0, 3).collect()));
`,
    });
    expect(await run(process.execPath, ["script.mjs"], { cwd: folder })).toBe('[{"id":0},{"id":1},{"id":2}]\n');
  });

  test("the demo runs from there", async () => {
    expect(await run(bin, ["demo", "--seconds", "1"], { cwd: folder })).toMatch(/Done: \d+ batches/);
    cpSync(join(folder, "demo"), join(folder, "demo-copy"), { recursive: true });
    expect(readdirSync(join(folder, "demo-copy/averages"))).toContain("_spark_metadata");
  });
});
