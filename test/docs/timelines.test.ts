import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Value } from "../../engine/arrow/value.js";
import { QueryWorld } from "../unit/query/queryWorld.js";
import { timelineCases, type TimelineCase } from "./timelineCases.js";

// docs/timelines.md is written by the engine: each operator runs over a few batches.

const page = fileURLToPath(new URL("../../docs/timelines.md", import.meta.url));

/** `npm run docs` writes the page instead of comparing it. */
const writes = process.env["WRITE_DOCS"] === "1";

const schema = "at TIMESTAMP, k STRING, v BIGINT";
const firstUs = BigInt(Date.UTC(2026, 0, 1)) * 1000n;
const folders = ["/data/in", "/data/right"] as const;

const jsonOf = (row: string): object => {
  const [time, k, v] = row.split(" ");
  return { at: `2026-01-01T${time!}Z`, k, v: Number(v) };
};

/** A value as the page shows it: a time of the day, a window, `–` for null. */
function shown(value: Value): string {
  if (value === null) return "–";
  if (Array.isArray(value)) return (value as readonly Value[]).map(shown).join("–");
  if (typeof value === "bigint" && value >= firstUs) return new Date(Number(value / 1000n)).toISOString().slice(11, 19);
  return typeof value === "string" ? value : `${value as number | bigint}`;
}

interface ShownBatch {
  readonly batchId: number;
  readonly input: string;
  readonly watermark: string;
  readonly kept: string;
  readonly output: string;
}

/** What each batch read, by which watermark, what it kept, and what came out. */
async function batchesOf({ build, outputMode, steps }: TimelineCase): Promise<ShownBatch[]> {
  const world = new QueryWorld();
  try {
    for (const folder of folders) await world.world.files.makeDirectory(folder);
    const query = await world.start({
      schema,
      outputMode,
      build: (left, session) => build(left, session.readStream.schema(schema).json(folders[1])),
      trigger: { processingTime: 0 },
    });
    const read = new Map<number, string>();
    for (const [i, { left = [], right = [] }] of steps.entries()) {
      const next = (query.lastProgress?.batchId ?? -1) + 1;
      for (const [side, rows] of [left, right].entries())
        if (rows.length > 0) await world.file(`${i}.json`, rows.map(jsonOf), folders[side]);
      read.set(next, [...left, ...right.map((row) => `right: ${row}`)].join("<br>"));
      await query.processAllAvailable();
    }
    const outputs = world.batches();
    const progress = query.recentProgress.filter(({ numInputRows, batchId }) => numInputRows > 0 || outputs.has(batchId));
    await query.stop();
    return progress.map(({ batchId, eventTime, stateOperators }) => ({
      batchId,
      input: read.get(batchId) ?? "–",
      watermark: eventTime["watermark"]?.startsWith("2026") === true ? eventTime["watermark"].slice(11, 19) : "–",
      kept: stateOperators.map(({ numRowsTotal }) => String(numRowsTotal)).join(", "),
      output: (outputs.get(batchId) ?? []).map((row) => row.map(shown).join(" ")).join("<br>") || "–",
    }));
  } finally {
    world.close();
  }
}

async function timeline(given: TimelineCase): Promise<string> {
  const batches = await batchesOf(given);
  const rows = batches.map(
    ({ batchId, input, watermark, kept, output }) => `| ${batchId} | ${input} | ${watermark} | ${kept} | ${output} |`,
  );
  const table = ["| batch | new rows | watermark | rows kept after it | comes out |", "|---|---|---|---|---|", ...rows].join("\n");
  return `## ${given.title}\n\n\`\`\`js\n${given.program}\n\`\`\`\n\n${table}\n\n${given.remark}\n`;
}

const intro = `# Timelines of the stateful operators

What each operator does with a few rows, batch by batch: what came in, the watermark of the batch (by which rows come out and are forgotten; rows are late by that of the batch before), how many rows the operator keeps after it
(\`numRowsTotal\`), and what came out. Rows are a time, a key \`k\` and a value \`v\`. Batches without new rows (–) ran because the watermark had moved. What each keeps and when it forgets is told in
[what stateful operators keep](operators.md). This page is made by running the queries (\`npm run docs\`).
`;

test("docs/timelines.md says what the operators do", { timeout: 300_000 }, async () => {
  const parts = [intro];
  for (const given of timelineCases) parts.push(await timeline(given));
  const text = parts.join("\n");
  if (writes) writeFileSync(page, text);
  expect(readFileSync(page, "utf8") === text, "run `npm run docs`").toBe(true);
});
