import { randomUUID } from "node:crypto";
import { defaultChunkSizes } from "../engine/contract/chunkSizes.js";
import { plainLending } from "../engine/contract/lending.js";
import type { Runtime } from "../engine/contract/runtime.js";
import { inlineExecutor } from "./inlineExecutor.js";
import { isAlive, thisProcess } from "./processIdentity.js";
import { availableMemoryBytes, temporarySpace } from "./spillSpace.js";
import { systemClock } from "./systemClock.js";
import { systemFiles } from "./systemFiles.js";

/** The real world: this machine's disk, S3, clock and processes; nothing fails on purpose. `parts` replaces some of it (another executor, faults of a kill test). */
export function systemRuntime(parts: Partial<Runtime> = {}): Runtime {
  return {
    files: systemFiles(),
    clock: systemClock,
    executor: inlineExecutor,
    process: thisProcess(),
    isAlive,
    uuid: randomUUID,
    faults: { at: () => undefined },
    chunks: defaultChunkSizes,
    lending: plainLending,
    spill: temporarySpace,
    memoryBytes: availableMemoryBytes(),
    ...parts,
  };
}
