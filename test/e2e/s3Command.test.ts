import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Session } from "../../dataframe/session.js";
import { requireServers } from "../servers/availability.js";
import { s3Keys, startS3 } from "../servers/s3/s3Server.js";
import { buildCommand, CommandProcess } from "./command.js";
import { jsonLines, range, readingDdl } from "./s3Readings.js";

async function idsIn(path: string): Promise<number[]> {
  const rows = await (await Session.create().read.parquet(path)).collect();
  return rows.map((row) => Number(row["id"])).toSorted((a, b) => a - b);
}

await requireServers("the command, with paths on S3", "versitygw (Go) or moto (Python)", startS3, (server) => {
  const root = `s3://${server.bucket}/command`;
  let folder = "";
  const environment = { ...process.env };

  beforeAll(async () => {
    await buildCommand();
    folder = await mkdtemp(join(tmpdir(), "tidemark-s3-"));
    // As whoever runs the command has them.
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_ACCESS_KEY_ID: s3Keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3Keys.secretAccessKey,
    });
    await writeFile(
      join(folder, "job.mjs"),
      `export default (session) => session.readStream.schema("${readingDdl}").json("${root}/in").where("id >= 5")
        .writeStream.format("parquet").option("path", "${root}/out").option("checkpointLocation", "${root}/checkpoint")
        .trigger({ availableNow: true });\n`,
    );
    const { files } = Session.create().runtime;
    await files.addNew(`${root}/in/a.json`, new TextEncoder().encode(jsonLines(0, 20)));
  });
  afterAll(async () => {
    for (const name of ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
    }
    await rm(folder, { recursive: true, force: true });
    await server.stop();
  });

  test("a job is run, and run again", async () => {
    for (let i = 0; i < 2; i++) {
      const ended = await CommandProcess.tidemark(["run", "job.mjs"], folder).end();
      expect(ended).toMatchObject({ code: 0 });
      expect(`${ended.stdout}${ended.stderr}`).not.toContain(s3Keys.secretAccessKey);
    }
    expect(await idsIn(`${root}/out`)).toEqual(range(20).slice(5));
  });

  test("a backfill reads from S3", async () => {
    const ended = await CommandProcess.tidemark(["backfill", "job.mjs", "--output", `${root}/again`], folder).end();
    expect(ended).toMatchObject({ code: 0 });
    expect(await idsIn(`${root}/again`)).toEqual(range(20).slice(5));
  });

  test("a statement reads from S3", async () => {
    const ended = await CommandProcess.tidemark(["sql", `SELECT count(*) AS n FROM parquet.\`${root}/out\``], folder).end();
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain("15");
  });
});
