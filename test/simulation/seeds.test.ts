import { describe, expect, it } from "vitest";
import { shrink } from "./harness/shrink.js";
import { storyOf, type Story } from "./harness/story.js";
import { tell } from "./harness/tell.js";
import { during } from "./harness/during.js";

// Random histories: queries over random input on a disk, an object store and a broker, which die and fail at random, also while they recover, or have several owners.
// SIMULATION_SEEDS says how many; `npm run simulate` tells one, and makes what fails smaller.

/** Seeds that have found something once (CHANGELOG.md). */
const memorable = [583, 707, 36, 100, 156, 268, 7842750, 7845142];
const count = Number(process.env["SIMULATION_SEEDS"] ?? 200);
const seeds = [...memorable, ...Array.from({ length: count }, (_, i) => i + 1)];

describe("random histories", () => {
  it(
    `${seeds.length} of them give what the undisturbed queries give, each twice the same`,
    async () => {
      let deaths = 0;
      const kinds = new Set<string>();
      for (const seed of seeds) {
        const story = storyOf(seed);
        kinds.add(story.kind);
        await during(`seed ${seed} (${story.kind}: ${story.query.name}); replay: npm run simulate -- --seed ${seed}`, async () => {
          const told = await tell(story);
          if (seed % 9 === 0) expect((await tell(story)).trace).toEqual(told.trace);
          deaths += told.deaths;
        });
      }
      expect([...kinds].toSorted()).toEqual(["broker", "bucket", "disk", "owners"]);
      expect(deaths).toBeGreaterThan(seeds.length);
    },
    120_000 + seeds.length * 10_000,
  );
});

describe("a story that goes wrong", () => {
  it("is made smaller as long as it still does", async () => {
    const story = storyOf(1);
    const file = story.rounds.flat().at(-1)!;
    const goesWrong = async (smaller: Story): Promise<boolean> =>
      smaller.rounds.flat().some(({ name }) => name === file.name) && smaller.troubles.some(({ what }) => what === "crashAtOperation");
    expect(await goesWrong(story)).toBe(true);
    const smallest = await shrink(story, goesWrong);
    expect(smallest.rounds.flat().map(({ name }) => name)).toEqual([file.name]);
    expect(smallest.troubles.filter(({ what }) => what !== "nothing").map(({ what }) => what)).toEqual(["crashAtOperation"]);
  });
});
