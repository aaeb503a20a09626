import { memorySpace } from "../../runtime/memorySpace.js";
import type { FileSystem } from "../../../engine/contract/fileSystem.js";
import type { CrashPoint, ProcessIdentity, Runtime } from "../../../engine/contract/runtime.js";
import { assert } from "../../../engine/errors/assert.js";
import { ObjectStoreError } from "../../../engine/contract/objectStore.js";
import { filesByPath } from "../../../runtime/filesByPath.js";
import type { Bucket } from "../../../runtime/objects/bucket.js";
import { ObjectFileSystem } from "../../../runtime/objects/objectFileSystem.js";
import { Retries } from "../../../runtime/objects/retries.js";
import { handling } from "../../runtime/testRuntime.js";
import { brokerAddress, SimulatedBroker, type BrokerOperation } from "./broker.js";
import { SimulatedObjects, SimulatedObjectStore, type ObjectGate, type ObjectOperation } from "./bucket.js";
import { SimulatedClock } from "./clock.js";
import { SimulatedDisk, systemError } from "./disk.js";
import { SimulatedFileSystem, type Gate, type Operation } from "./files.js";
import { Random } from "./random.js";

type AnyOperation = Operation | ObjectOperation | BrokerOperation;

/** What a process meets in the moment of its death and ever after: nothing it still tries takes effect. */
export class SimulatedCrash extends Error {
  constructor(readonly processName: string) {
    super(`process ${processName} is dead`);
    this.name = "SimulatedCrash";
  }
}

/** `kill`: the process dies, what it wrote is still seen by the next. `power`: every process dies and what was not synced may be lost or torn. */
export type CrashKind = "kill" | "power";

/** An operation that is to fail with a system error. */
export interface FailureRule {
  readonly code: string;
  readonly operation?: AnyOperation;
  readonly path?: RegExp;
  /** How many operations fail before the rule is used up; for ever when absent. */
  readonly times?: number;
}

interface SimulatedProcess {
  readonly name: string;
  readonly identity: ProcessIdentity;
  alive: boolean;
}

/** Operations that leave something behind; the others need no crash of their own. */
const changing = new Set<AnyOperation>([
  ...(["create", "write", "sync", "link", "rename", "remove", "makeFolder", "syncFolder"] as const),
  ...(["putObject", "removeObjects", "completeUpload"] as const),
  "tellBroker",
]);

/** What goes wrong between a process and an object store, by its chance. */
export interface ObjectFaults {
  /** A request is refused, as by a busy service. */
  readonly refused: number;
  /** A request is done and its answer lost. */
  readonly lost: number;
  /** A change is done long after its process has given it up. */
  readonly late: number;
  /** How old a listing may be, ms. */
  readonly staleMs: number;
}

const noObjectFaults: ObjectFaults = { refused: 0, lost: 0, late: 0, staleMs: 0 };

/** What goes wrong between a process and a broker, by its chance. */
export interface BrokerFaults {
  /** A connection ends before a request is there. */
  readonly refused: number;
  /** A request is done and its answer lost. */
  readonly lost: number;
  /** The process dies with a request on its way, which arrives long after. */
  readonly late: number;
}

const noBrokerFaults: BrokerFaults = { refused: 0, lost: 0, late: 0 };

/** A request that was given up is done within this time, if it is done at all. */
const latestMs = 30_000;

/**
 * A machine that can be crashed at any moment: disk, clock and processes, all from one seed. The same seed and the same program give the same
 * trace.
 *
 *     const world = new World(7);
 *     world.crashAtOperation(12, "power");
 *     await run(world.runtime("first")).catch(onlyCrashes);   // dies inside its 12th change of the disk
 *     await run(world.runtime("second"));                     // finds what survived
 */
export class World {
  readonly random: Random;
  readonly clock: SimulatedClock;
  readonly disk = new SimulatedDisk();
  /** What every bucket together holds. */
  readonly objects = new SimulatedObjects();
  /** Reached at `brokerAddress`. */
  readonly broker = new SimulatedBroker();
  objectFaults: ObjectFaults = noObjectFaults;
  /** What goes wrong between a process and the broker. */
  brokerFaults: BrokerFaults = noBrokerFaults;
  /** Every operation that changed the disk, every crash point, in order. */
  readonly trace: string[] = [];
  /** The disk as the test sees it: never fails, is not counted, outlives every crash. */
  readonly files: FileSystem;
  /** Operations so far that changed the disk. */
  operations = 0;
  capacityBytes = Infinity;
  /** Each operation takes up to this long on the simulated clock. */
  latencyMs = 0;

  private readonly processes: SimulatedProcess[] = [];
  private failures: { rule: FailureRule; left: number }[] = [];
  private crashOperation: { at: number; kind: CrashKind } | null = null;
  private failOperation: { at: number; code: string } | null = null;
  private crashPoint: { point: CrashPoint; batchId: number; kind: CrashKind } | null = null;
  private stall: { left: number; readonly ms: number; readonly reading: string | null } | null = null;

  constructor(seed: number, options: { startMs?: number; autoAdvance?: boolean } = {}) {
    this.random = new Random(seed);
    this.clock = new SimulatedClock(options.startMs ?? Date.UTC(2026, 0, 1), options.autoAdvance ?? true);
    const gate = {
      pass: async <T>(_operation: string, _path: string, effect: () => T): Promise<T> => effect(),
      nowMs: () => this.clock.nowMs(),
      uuid: () => `observer-${this.trace.length}`,
      capacityBytes: () => Infinity,
      stalenessMs: () => 0,
    };
    this.files = this.filesOf(new SimulatedFileSystem(this.disk, gate), gate);
  }

  /** What a new process of that name is given. A name may be used again: that is a restart. */
  runtime(processName: string, options: { host?: string } = {}): Runtime {
    const process: SimulatedProcess = {
      name: processName,
      identity: { host: options.host ?? "simulated", pid: 100 + this.processes.length, startedMs: this.clock.nowMs() },
      alive: true,
    };
    this.processes.push(process);
    return {
      files: this.filesOf(new SimulatedFileSystem(this.disk, this.gateOf(process)), this.objectGateOf(process)),
      clock: this.clock,
      process: process.identity,
      isAlive: async (other) => this.isAlive(process, other),
      uuid: () => this.random.uuid(),
      faults: { at: (point, batchId) => this.reached(process, point, batchId) },
      spill: memorySpace,
      network: { exchange: (host, port, request) => this.exchange(process, `${host}:${port}`, request) },
      memoryBytes: 2 ** 34,
      ...handling(),
    };
  }

  /** The process of that name dies now (kill −9). */
  kill(processName: string): void {
    for (const process of this.processes) if (process.name === processName) process.alive = false;
    this.trace.push(`kill ${processName}`);
  }

  /** The power goes now: every process dies. */
  crash(): void {
    for (const process of this.processes) process.alive = false;
    this.disk.powerCut(this.random);
    this.trace.push("power cut");
  }

  /** Crashes inside the `count`-th change of the disk from now on (1 = the next). */
  crashAtOperation(count: number, kind: CrashKind = "power"): void {
    this.crashOperation = { at: this.operations + count, kind };
  }

  /** The `count`-th change of the disk from now on is not done: it fails with a system error, once. */
  failAtOperation(count: number, code: string): void {
    this.failOperation = { at: this.operations + count, code };
  }

  crashAtPoint(point: CrashPoint, batchId: number, kind: CrashKind = "power"): void {
    this.crashPoint = { point, batchId, kind };
  }

  /**
   * Whoever does the `count`-th operation from now on, of any kind, stops there for so long, as a process that gets no processor does, and then goes on.
   *
   * @param reading only reads below this folder count
   */
  stallAtOperation(count: number, ms: number, reading: string | null = null): void {
    this.stall = { left: count, ms, reading };
  }

  /** Whether an arranged crash has not happened yet; takes it back. */
  cancelCrash(): boolean {
    const waiting = this.crashOperation !== null || this.crashPoint !== null;
    this.crashOperation = null;
    this.crashPoint = null;
    return waiting;
  }

  fail(rule: FailureRule): void {
    this.failures.push({ rule, left: rule.times ?? Infinity });
  }

  /** Nothing fails any more. */
  heal(): void {
    this.failOperation = null;
    this.failures = [];
    this.capacityBytes = Infinity;
    this.objectFaults = noObjectFaults;
    this.brokerFaults = noBrokerFaults;
  }

  private gateOf(process: SimulatedProcess): Gate {
    return {
      pass: (operation, path, effect, half) => this.pass(process, operation, path, effect, half),
      nowMs: () => this.clock.nowMs(),
      uuid: () => this.random.uuid(),
      capacityBytes: () => this.capacityBytes,
    };
  }

  /** The disk, and every bucket, through the object store's own file system. */
  private filesOf(disk: FileSystem, gate: ObjectGate): FileSystem {
    const retries = new Retries({ limit: 12, intervalMs: 100 }, this.clock, () => this.random.next());
    const bucketOf = async (name: string): Promise<Bucket> => {
      return { name, store: new SimulatedObjectStore(name, this.objects, gate), retries, partBytes: 64 * 1024 };
    };
    return filesByPath(disk, new ObjectFileSystem(bucketOf, () => this.clock.nowMs()));
  }

  private objectGateOf(process: SimulatedProcess): ObjectGate {
    return {
      pass: (operation, path, effect) => this.passObject(process, operation, path, effect),
      nowMs: () => this.clock.nowMs(),
      stalenessMs: () => (this.objectFaults.staleMs > 0 ? this.random.next() * this.objectFaults.staleMs : 0),
    };
  }

  private async passObject<T>(process: SimulatedProcess, operation: ObjectOperation, path: string, effect: () => T): Promise<T> {
    const { refused, lost, late } = this.objectFaults;
    this.assertAlive(process);
    if (this.happens(refused)) throw this.objectFailure("SlowDown", operation, path);
    if (changing.has(operation) && this.happens(late)) {
      void this.clock.sleep(this.random.next() * latestMs).then(() => ignoringFailure(effect));
      throw this.objectFailure("ETIMEDOUT", operation, path);
    }
    const answer = await this.pass(process, operation, path, effect);
    if (this.happens(lost)) throw this.objectFailure("ECONNRESET", operation, path);
    return answer;
  }

  /** One request over a connection that may end. What died in the middle of one may have sent it. */
  private async exchange(process: SimulatedProcess, address: string, request: Uint8Array): Promise<Uint8Array> {
    assert(address === brokerAddress, `nobody is at ${address}`);
    const { refused, lost, late } = this.brokerFaults;
    const name = SimulatedBroker.nameOf(request);
    this.assertAlive(process);
    if (this.happens(refused)) throw this.cut(`refused ${name}`);
    if (SimulatedBroker.changes(request) && this.happens(late)) {
      void this.clock.sleep(this.random.next() * latestMs).then(() => this.broker.answer(request));
      this.trace.push(`late ${name}`);
      this.die(process, "kill");
    }
    const operation = SimulatedBroker.changes(request) ? "tellBroker" : "askBroker";
    const answer = await this.pass(process, operation, name, () => this.broker.answer(request));
    if (this.happens(lost)) throw this.cut(`lost ${name}`);
    return answer;
  }

  /** Named as the client's own connections name it, so that it is tried again. */
  private cut(what: string): Error {
    this.trace.push(what);
    return Object.assign(new Error(`the connection ended: ${what}`), { name: "KafkaJSConnectionClosedError" });
  }

  private objectFailure(code: string, operation: ObjectOperation, path: string): ObjectStoreError {
    this.trace.push(`${code} ${operation} ${path}`);
    return new ObjectStoreError(code, `${operation} ${path}`, true);
  }

  /** Nothing is drawn for what cannot happen: so the same seed tells the same story without it. */
  private happens(chance: number): boolean {
    return chance > 0 && this.random.chance(chance);
  }

  private async pass<T>(process: SimulatedProcess, operation: AnyOperation, path: string, effect: () => T, half?: () => void): Promise<T> {
    this.assertAlive(process);
    // At least one turn: no caller may count on its I/O being done in the same one.
    await (this.latencyMs > 0 ? this.clock.sleep(this.random.next() * this.latencyMs) : Promise.resolve());
    this.assertAlive(process);
    if (this.stallsAt(operation, path)) await this.stallHere(process, operation, path);
    if (changing.has(operation)) {
      this.operations++;
      this.trace.push(`${process.name} ${operation} ${path}`);
      if (this.crashOperation?.at === this.operations) {
        const { kind } = this.crashOperation;
        this.crashOperation = null;
        this.dieDuring(process, kind, effect, half);
      }
      if (this.failOperation?.at === this.operations) {
        const { code } = this.failOperation;
        this.failOperation = null;
        this.trace.push(code);
        // Disks have such errors. A connection ends.
        throw operation === "tellBroker" ? this.cut(`failed ${path}`) : systemError(code, path);
      }
    }
    this.failByRule(operation, path);
    return effect();
  }

  private stallsAt(operation: AnyOperation, path: string): boolean {
    if (this.stall === null) return false;
    const { reading } = this.stall;
    if (reading !== null && !(operation === "read" && path.startsWith(`${reading}/`))) return false;
    return --this.stall.left === 0;
  }

  private async stallHere(process: SimulatedProcess, operation: string, path: string): Promise<void> {
    const { ms } = this.stall!;
    this.stall = null;
    this.trace.push(`${process.name} stalls in ${operation} ${path}`);
    await this.clock.sleep(ms);
    this.trace.push(`${process.name} wakes`);
    this.assertAlive(process);
  }

  /** The operation was not begun, was half done, or was done but never acknowledged. */
  private dieDuring(process: SimulatedProcess, kind: CrashKind, effect: () => unknown, half?: () => void): never {
    const outcome = this.random.pick(["not begun", "half", "done"] as const);
    if (outcome === "half") half?.();
    if (outcome === "done") ignoringFailure(effect);
    this.trace.push(outcome);
    this.die(process, kind);
  }

  private die(process: SimulatedProcess, kind: CrashKind): never {
    if (kind === "power") this.crash();
    else this.kill(process.name);
    throw new SimulatedCrash(process.name);
  }

  private reached(process: SimulatedProcess, point: CrashPoint, batchId: number): void {
    this.assertAlive(process);
    this.trace.push(`${process.name} at ${point} of ${batchId}`);
    if (this.crashPoint?.point !== point || this.crashPoint.batchId !== batchId) return;
    const { kind } = this.crashPoint;
    this.crashPoint = null;
    this.die(process, kind);
  }

  private failByRule(operation: AnyOperation, path: string): void {
    const failure = this.failures.find(
      ({ rule, left }) =>
        left > 0 && (rule.operation === undefined || rule.operation === operation) && (rule.path === undefined || rule.path.test(path)),
    );
    if (!failure) return;
    failure.left--;
    throw systemError(failure.rule.code, path);
  }

  private isAlive(asking: SimulatedProcess, other: ProcessIdentity): boolean | null {
    if (other.host !== asking.identity.host) return null;
    return this.processes.some(({ identity, alive }) => alive && identity.pid === other.pid && identity.startedMs === other.startedMs);
  }

  private assertAlive(process: SimulatedProcess): void {
    if (!process.alive) throw new SimulatedCrash(process.name);
  }
}

/** Done but never acknowledged, also when it failed: nobody is left to hear of it. */
function ignoringFailure(effect: () => unknown): void {
  try {
    effect();
  } catch {
    // The process dies in this very moment.
  }
}
