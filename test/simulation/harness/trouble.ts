import { crashPoints, type CrashPoint } from "../../../engine/contract/runtime.js";
import type { Random } from "../world/random.js";
import type { CrashKind, FailureRule, World } from "../world/world.js";

/** What goes wrong in one start of a query. Plain data. */
export type Trouble =
  | { readonly what: "nothing" }
  | { readonly what: "crashAtOperation"; readonly count: number; readonly kind: CrashKind }
  | { readonly what: "crashAtPoint"; readonly point: CrashPoint; readonly batchId: number; readonly kind: CrashKind }
  | { readonly what: "failAtOperation"; readonly count: number; readonly code: string }
  | { readonly what: "failToRead"; readonly operation: "read" | "list" | "status"; readonly place: string };

export const noTrouble: Trouble = { what: "nothing" };

/** Of what may fail to be read. */
const places = [
  "/offsets",
  "/commits",
  "/state",
  "/sources",
  "/epochs",
  "/data/in",
  "/data/out",
  "/data/(late|malformed)",
  "/answers",
  "_spark_metadata",
  "metadata$",
  "query\\.json$",
];

export function drawTrouble(random: Random): Trouble {
  const kind: CrashKind = random.pick(["kill", "power"]);
  const which = random.below(12);
  if (which < 5) return { what: "crashAtOperation", count: 1 + random.below(60), kind };
  if (which < 7) return { what: "crashAtPoint", point: random.pick(crashPoints), batchId: random.below(8), kind };
  if (which < 9) return { what: "failAtOperation", count: 1 + random.below(60), code: random.pick(["EIO", "ENOSPC"]) };
  if (which < 11) return { what: "failToRead", operation: random.pick(["read", "list", "status"]), place: random.pick(places) };
  return noTrouble;
}

/** Arranges it for the start that comes, in place of what was arranged before. */
export function arrangeTrouble(world: World, trouble: Trouble): void {
  world.cancelCrash();
  world.heal();
  switch (trouble.what) {
    case "nothing":
      return;
    case "crashAtOperation":
      return world.crashAtOperation(trouble.count, trouble.kind);
    case "crashAtPoint":
      return world.crashAtPoint(trouble.point, trouble.batchId, trouble.kind);
    case "failAtOperation":
      return world.failAtOperation(trouble.count, trouble.code);
    case "failToRead":
      return world.fail({ code: "EIO", operation: trouble.operation, path: new RegExp(trouble.place), times: 1 } satisfies FailureRule);
  }
}
