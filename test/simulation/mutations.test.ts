import { describe, expect, it } from "vitest";
import { findMutation, mutations } from "./mutations/run.js";
import { Random } from "./world/random.js";

// The simulation can see: each mistake in the protocol, planted into a copy of the engine, is found by it. MUTATIONS says how many are drawn, `all` is every one; MUTATION=text those of that name.

const seeds = 500;
const chosen = process.env["MUTATION"];
const wanted = process.env["MUTATIONS"] ?? "1";
const seed = Number(process.env["MUTATION_SEED"] ?? Math.floor(Math.random() * 1e6));

function drawn() {
  if (chosen !== undefined) return mutations.filter(({ name }) => name.includes(chosen));
  if (wanted === "all") return mutations;
  const random = new Random(seed);
  const left = [...mutations];
  return Array.from({ length: Math.min(Number(wanted), left.length) }, () => left.splice(random.below(left.length), 1)[0]!);
}

it("there are thirty mistakes and more, each with a name of its own", () => {
  expect(mutations.length).toBeGreaterThanOrEqual(30);
  expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
});

describe(`planted mistakes (MUTATION_SEED=${seed})`, () => {
  it.each(drawn())(
    "$name",
    async (mutation) => {
      const finding = await findMutation(mutation, seeds);
      console.log(`found by seed ${finding.seed}: ${mutation.name}`);
      expect(finding).toEqual({ seed: expect.any(Number) as number, said: finding.said });
    },
    1_200_000,
  );
});
