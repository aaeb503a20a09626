import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Session, StreamingError, expr } from "../../../index.js";

// kind: secrets that are written: what a program knows, and nobody who reads its checkpoint, its progress or its errors.

const secret = "s3cr3t";
/** As bytes are shown. */
const inHex = Buffer.from(secret).toString("hex");

test("neither the checkpoint nor the events of a query have a key or a text of its program in them", async () => {
  const root = mkdtempSync(join(tmpdir(), "tidemark-secrets-"));
  const events: unknown[] = [];
  try {
    mkdirSync(join(root, "in"));
    writeFileSync(join(root, "in/1.json"), '{"k":"a","v":1}\n');
    const session = Session.create({
      conf: {
        "spark.hadoop.fs.s3a.access.key": secret,
        "spark.hadoop.fs.s3a.secret.key": secret,
        "spark.hadoop.fs.s3a.session.token": secret,
      },
      warn: () => {},
    });
    session.streams.addListener({
      onQueryStarted: (event) => void events.push(event),
      onQueryProgress: (event) => void events.push(event),
      onQueryTerminated: (event) => void events.push(event),
    });
    const query = await session.readStream
      .schema("k STRING, v BIGINT")
      .json(join(root, "in"))
      .where(`k <> '${secret}'`)
      .groupBy(expr(`hmac(k, '${secret}', 'SHA256')`).as("g"))
      .agg(expr(`count(hmac(k, '${secret}', 'SHA256'))`).as("n"), expr(`count_if(k = '${secret}')`).as("m"))
      .writeStream.format("memory")
      .queryName("secrets")
      .outputMode("update")
      .trigger({ availableNow: true })
      .option("checkpointLocation", join(root, "checkpoint"))
      .start();
    await query.awaitTermination();
    expect(events.length).toBeGreaterThan(2);
    const files = readdirSync(join(root, "checkpoint"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name)).toContain("query.json");
    const written = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "latin1"));
    for (const text of [...written, JSON.stringify(events)]) {
      expect(text).not.toContain(secret);
      expect(text.toLowerCase()).not.toContain(inHex);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test.each(["kafka.sasl.password", "fs.s3a.secret.key", "token"])("an option %s that nobody knows is refused without its value", (name) => {
  const refused = (): unknown => {
    try {
      return Session.create()
        .readStream.format("kafka")
        .option("kafka.bootstrap.servers", "h:1")
        .option("subscribe", "t")
        .option(name, secret)
        .load();
    } catch (error) {
      return error;
    }
  };
  const error = refused();
  expect(error).toBeInstanceOf(StreamingError);
  const { message, parameters, stack } = error as StreamingError;
  expect(JSON.stringify([message, parameters, stack])).not.toContain(secret);
});
