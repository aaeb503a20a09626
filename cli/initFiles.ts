const job = `import { type Session, schema, t, window, avg, count } from "tidemark";

export const Reading = schema({ sensorId: t.string, at: t.timestamp, celsius: t.double });

/** The mean temperature of each sensor in each minute. */\nexport default (session: Session) =>
  session.readStream
    .schema(Reading)
    .json("data/readings")
    .withWatermark("at", "10 seconds")
    .groupBy(window("at", "1 minute"), "sensorId")
    .agg(avg("celsius").as("mean"), count().as("readings"))
    .writeStream.queryName("averages")
    .outputMode("append")
    .format("json")
    .option("path", "out/averages")
    .option("checkpointLocation", "out/checkpoint")
    .trigger({ processingTime: "1 second" });
`;

const readings = `{"sensorId":"attic","at":"2026-01-01T12:00:05Z","celsius":20.0}
{"sensorId":"cellar","at":"2026-01-01T12:00:20Z","celsius":12.5}
{"sensorId":"attic","at":"2026-01-01T12:00:40Z","celsius":22.0}
{"sensorId":"attic","at":"2026-01-01T12:02:00Z","celsius":23.5}
`;

const test = `import assert from "node:assert";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Session } from "tidemark";

test("a minute's mean is that of its readings", async () => {
  const folder = mkdtempSync(join(tmpdir(), "averages-"));
  try {
    const output = join(folder, "averages");
    execFileSync("npx", ["tidemark", "backfill", "averages.ts", "--output", output, "--quiet"]);
    const averages = await Session.create().read.json(output);
    const rows = await averages.where("sensorId = 'attic'").orderBy("window.start").select("mean", "readings").collect();
    assert.deepEqual(rows[0], { mean: 21, readings: 2 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
`;

const tsconfig = `{
  "compilerOptions": {
    "strict": true,
    "target": "es2022",
    "module": "nodenext",
    "noEmit": true,
    "skipLibCheck": true
  },
  "include": ["*.ts"]
}
`;

/** What `tidemark init` writes, by its place in the folder. */
export const initFiles: Readonly<Record<string, string>> = {
  "averages.ts": job,
  "data/readings/1.json": readings,
  "averages.test.mjs": test,
  "tsconfig.json": tsconfig,
  ".gitignore": "node_modules/\nout/\n",
};
