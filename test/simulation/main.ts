import { parseArgs } from "node:util";
import { shrink } from "./harness/shrink.js";
import { storyOf, type Story } from "./harness/story.js";
import { tell } from "./harness/tell.js";

/**
 * `npm run simulate -- --seeds N [--from SEED]`: random histories of deaths, errors and several owners; prints one summary line, exit code 1 if one of them does not end well.
 * `--seed SEED` tells one story with all that happens in it; `--shrink` makes what fails smaller and prints what is left of it. `--stop` ends with the first that fails.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "500" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    shrink: { type: "boolean", default: false },
    stop: { type: "boolean", default: false },
  },
});

const first = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1)
  throw new Error("--seeds, --from and --seed are whole numbers");

const failed: number[] = [];
const kinds = new Map<string, number>();
let deaths = 0;
let told = 0;
const startedMs = performance.now();
for (let seed = first; seed < first + count && !(values.stop && failed.length > 0); seed++) {
  const story = storyOf(seed);
  kinds.set(story.kind, (kinds.get(story.kind) ?? 0) + 1);
  told++;
  try {
    deaths += (await tell(story, values.seed === undefined ? undefined : (line) => console.log(line))).deaths;
  } catch (error) {
    failed.push(seed);
    console.log(`seed ${seed} (${story.kind}: ${story.query.name}): ${firstLines(error)}; replay: npm run simulate -- --seed ${seed}`);
    if (values.shrink) console.log(shown(await shrink(story, goesWrong)));
  }
}

async function goesWrong(story: Story): Promise<boolean> {
  try {
    await tell(story);
    return false;
  } catch {
    return true;
  }
}

function firstLines(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.split("\n").slice(0, 12).join("\n  ");
}

/** What a story is made of, as text. */
function shown({ query, ...story }: Story): string {
  return JSON.stringify({ query: query.name, ...story }, null, 2);
}

const seconds = (performance.now() - startedMs) / 1000;
const parts = [...kinds].map(([kind, n]) => `${n} ${kind}`).join(", ");
console.log(
  `simulate: ${told} seeds from ${first} (${parts}), ${deaths} deaths, ${failed.length} failed${failed.length > 0 ? ` (${failed.join(" ")})` : ""}, ${seconds.toFixed(1)} s`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
