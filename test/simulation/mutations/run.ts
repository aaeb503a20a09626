import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { rolldown } from "rolldown";
import { durabilityMutations } from "./durability.js";
import { kafkaMutations } from "./kafka.js";
import { mutated, type Mutation } from "./mutation.js";
import { ownershipMutations } from "./ownership.js";
import { recoveryMutations } from "./recovery.js";

export const mutations: readonly Mutation[] = [...durabilityMutations, ...recoveryMutations, ...ownershipMutations, ...kafkaMutations];

/** What the simulation said of a mutated engine. */
export interface Finding {
  /** How many seeds it took; null: none of them found it. */
  readonly seed: number | null;
  /** What it printed last, or why it did not run. */
  readonly said: string;
}

/**
 * Makes the simulation anew with a mistake in it, and runs seeds until one finds it.
 *
 * @throws where the mutation does not apply any more
 */
export async function findMutation(mutation: Mutation, seeds: number): Promise<Finding> {
  const folder = resolve(`.cache/mutations/${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    const bundle = await rolldown({
      input: { simulate: "test/simulation/main.ts" },
      platform: "node",
      external: /^[^./]/,
      tsconfig: "tsconfig.json",
      logLevel: "warn",
      plugins: [planted(mutation)],
    });
    await bundle.write({ dir: folder, format: "esm", entryFileNames: "[name].js", chunkFileNames: "chunks/[name].js" });
    await bundle.close();
    const args = [`${folder}/simulate.js`, "--seeds", String(seeds), "--stop"];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env: { ...process.env, CHUNKS: "default" } });
    const seed = /^seed (\d+) /m.exec(stdout)?.[1];
    return { seed: seed === undefined ? null : Number(seed), said: `${stdout}${stderr}`.trim().split("\n").slice(-25).join("\n") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts the mistake into its file; a file that is not in the simulation at all cannot be judged by it. */
function planted(mutation: Mutation) {
  const path = resolve(mutation.file);
  let isThere = false;
  return {
    name: "mutation",
    load: {
      filter: { id: path },
      handler: async () => {
        isThere = true;
        const { readFile } = await import("node:fs/promises");
        return { code: mutated(await readFile(path, "utf8"), mutation), moduleType: "ts" as const };
      },
    },
    buildEnd: () => {
      if (!isThere) throw new Error(`the mutation "${mutation.name}" is of ${mutation.file}, which the simulation does not run`);
    },
  };
}
