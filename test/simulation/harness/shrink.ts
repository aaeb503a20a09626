import type { Round } from "./input.js";
import type { Story } from "./story.js";
import { noTrouble, type Trouble } from "./trouble.js";

/** No more attempts than this: each tells the whole story. */
const mostAttempts = 150;

/**
 * The smallest story found that still goes wrong: troubles, scenes, rounds, files and lines are left out as long as it does.
 *
 * @param goesWrong tells a story; true when it does not end well
 */
export async function shrink(story: Story, goesWrong: (smaller: Story) => Promise<boolean>): Promise<Story> {
  let smallest = withoutTail(story);
  let attempts = 0;
  const keep = async (smaller: Story): Promise<boolean> => {
    if (attempts++ >= mostAttempts || !(await goesWrong(smaller))) return false;
    smallest = smaller;
    return true;
  };
  // What is behind the last trouble that mattered, at once.
  for (let length = 0; length < smallest.troubles.length; length = Math.max(1, length * 2)) {
    if (await keep({ ...smallest, troubles: smallest.troubles.slice(0, length) })) break;
  }
  for (let i = smallest.troubles.length - 1; i >= 0; i--) {
    if (smallest.troubles[i]!.what !== "nothing") await keep({ ...smallest, troubles: replaced(smallest.troubles, i) });
  }
  if (smallest.kind !== "owners") {
    for (let i = smallest.rounds.length - 1; i >= 0; i--) await keep({ ...smallest, rounds: smallest.rounds.filter((_, at) => at !== i) });
  }
  for (const [r, f] of places(smallest.rounds)) await keep({ ...smallest, rounds: without(smallest.rounds, r, f) });
  for (const [r, f] of places(smallest.rounds)) {
    for (let line = linesOf(smallest.rounds, r, f).length - 1; line >= 0; line--)
      await keep({ ...smallest, rounds: withoutLine(smallest.rounds, r, f, line) });
  }
  return withoutTail(smallest);
}

function withoutTail(story: Story): Story {
  const last = story.troubles.findLastIndex(({ what }) => what !== "nothing");
  return { ...story, troubles: story.troubles.slice(0, last + 1) };
}

function replaced(troubles: readonly Trouble[], at: number): readonly Trouble[] {
  return troubles.map((trouble, i) => (i === at ? noTrouble : trouble));
}

/** Every file, the last first. */
function places(rounds: readonly Round[]): (readonly [number, number])[] {
  return rounds.flatMap((round, r) => round.map((_, f) => [r, f] as const)).toReversed();
}

function without(rounds: readonly Round[], r: number, f: number): readonly Round[] {
  return rounds.map((round, at) => (at === r ? round.filter((_, i) => i !== f) : round));
}

function linesOf(rounds: readonly Round[], r: number, f: number): string[] {
  return rounds[r]?.[f]?.text.split("\n").filter((line) => line !== "") ?? [];
}

function withoutLine(rounds: readonly Round[], r: number, f: number, line: number): readonly Round[] {
  const kept = linesOf(rounds, r, f).filter((_, i) => i !== line);
  const text = kept.map((one) => `${one}\n`).join("");
  return rounds.map((round, at) => (at === r ? round.map((file, i) => (i === f ? { ...file, text } : file)) : round));
}
