import { defaultChunkSizes, type ChunkSizes } from "../../engine/contract/chunkSizes.js";
import { plainLending, type Lending } from "../../engine/contract/lending.js";
import type { Runtime } from "../../engine/contract/runtime.js";
import { inlineExecutor } from "../../runtime/inlineExecutor.js";
import { systemRuntime } from "../../runtime/systemRuntime.js";
import { Random } from "../simulation/world/random.js";
import { copyingExecutor } from "./copyingExecutor.js";
import { spoilingLending } from "./spoiler.js";

/** What of a runtime no answer may depend on: how much goes at once, whether batches are overwritten when they go back, whether plans and tasks are copies. */
export type Handling = Pick<Runtime, "chunks" | "lending" | "executor">;

/**
 * How this run handles batches. `CHUNKS` says: a number (so many of everything at once), `default` (as in production), or `seed:N`; without it a seed is drawn.
 * It is printed, so that what failed can be run again.
 */
export function handling(): Handling {
  return (drawn ??= announced(process.env["CHUNKS"] ?? `seed:${Math.floor(Math.random() * 1e6)}`));
}

let drawn: Handling | null = null;

/** The real world, handled so. */
export function testRuntime(parts: Partial<Runtime> = {}): Runtime {
  return systemRuntime({ ...handling(), ...parts });
}

function announced(choice: string): Handling {
  const chosen = handlingOf(choice);
  const owner = chosen.lending === plainLending ? "batches are left alone" : "batches are overwritten when they go back";
  console.log(`CHUNKS=${choice}: ${JSON.stringify(chosen.chunks)}; ${owner}`);
  return chosen;
}

function handlingOf(choice: string): Handling {
  if (choice === "default") return { chunks: defaultChunkSizes, lending: plainLending, executor: inlineExecutor };
  if (!choice.startsWith("seed:")) return { chunks: chunksOf(() => Number(choice)), lending: spoilingLending, executor: copyingExecutor };
  const random = new Random(Number(choice.slice("seed:".length)));
  const lending: Lending = random.pick([plainLending, spoilingLending, spoilingLending]);
  return { chunks: chunksOf(() => random.pick([1, 2, 3, null])), lending, executor: copyingExecutor };
}

/** `size`: of each; null is that of production. Bytes come in pieces that cut most records. */
function chunksOf(size: () => number | null): ChunkSizes {
  const { readBytes, inputRows, emittedRows, stateRows, pieceRows, sliceRows, joinPairs, spillBytes } = defaultChunkSizes;
  const bytes = size();
  return {
    readBytes: bytes === null ? readBytes : 97 * bytes,
    inputRows: size() ?? inputRows,
    emittedRows: size() ?? emittedRows,
    stateRows: size() ?? stateRows,
    pieceRows: size() ?? pieceRows,
    sliceRows: size() ?? sliceRows,
    joinPairs: size() ?? joinPairs,
    spillBytes: size() ?? spillBytes,
  };
}
