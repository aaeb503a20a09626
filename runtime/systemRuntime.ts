import { randomUUID } from "node:crypto";
import type { Runtime } from "../engine/contract/runtime.js";
import { inlineExecutor } from "./inlineExecutor.js";
import { localFileSystem } from "./localFileSystem.js";
import { isAlive, thisProcess } from "./processIdentity.js";
import { systemClock } from "./systemClock.js";

/** The real world: this machine's disk, clock and processes; nothing fails on purpose. `parts` replaces some of it (another executor, faults of a kill test). */
export function systemRuntime(parts: Partial<Runtime> = {}): Runtime {
  return {
    files: localFileSystem,
    clock: systemClock,
    executor: inlineExecutor,
    process: thisProcess(),
    isAlive,
    uuid: randomUUID,
    faults: { at: () => undefined },
    ...parts,
  };
}
