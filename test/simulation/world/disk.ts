import type { FileStatus } from "../../../engine/contract/fileSystem.js";
import type { Random } from "./random.js";

export class SimulatedFile {
  readonly kind = "file";
  bytes: Uint8Array = new Uint8Array(0);
  /** How many of the bytes survive a power cut for certain. */
  syncedLength = 0;

  constructor(public modifiedMs: number) {}
}

/** One change of a folder that a power cut may undo; a rename is two edits that happen together. */
type FolderChange = readonly { readonly name: string; readonly node: SimulatedNode | null }[];

export class SimulatedFolder {
  readonly kind = "folder";
  /** What processes see. */
  entries = new Map<string, SimulatedNode>();
  /** What survives a power cut for certain. */
  synced = new Map<string, SimulatedNode>();
  /** Changes since the last sync, in order. */
  pending: FolderChange[] = [];

  constructor(public modifiedMs: number) {}

  change(...edits: FolderChange): void {
    apply(this.entries, edits);
    this.pending.push(edits);
  }

  sync(): void {
    this.synced = new Map(this.entries);
    this.pending = [];
  }
}

export type SimulatedNode = SimulatedFile | SimulatedFolder;

function copyOf(node: SimulatedNode): SimulatedNode {
  if (node.kind === "file") {
    const file = new SimulatedFile(node.modifiedMs);
    file.bytes = node.bytes;
    file.syncedLength = node.bytes.length;
    return file;
  }
  const folder = new SimulatedFolder(node.modifiedMs);
  folder.entries = new Map([...node.entries].map(([name, inner]) => [name, copyOf(inner)]));
  folder.sync();
  return folder;
}

function apply(entries: Map<string, SimulatedNode>, edits: FolderChange): void {
  for (const { name, node } of edits) {
    if (node === null) entries.delete(name);
    else entries.set(name, node);
  }
}

export function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: simulated, '${path}'`), { code, path });
}

export function splitPath(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

/** A disk with a page cache: what processes see, and what a power cut leaves of it. Knows no processes and never fails by itself. */
export class SimulatedDisk {
  readonly root = new SimulatedFolder(0);

  /** Takes over what another disk holds, durably. */
  copyFrom(other: SimulatedDisk): void {
    this.root.entries = new Map([...other.root.entries].map(([name, node]) => [name, copyOf(node)]));
    this.root.sync();
  }

  node(path: string): SimulatedNode | null {
    let node: SimulatedNode = this.root;
    for (const name of splitPath(path)) {
      const next: SimulatedNode | undefined = node.kind === "folder" ? node.entries.get(name) : undefined;
      if (next === undefined) return null;
      node = next;
    }
    return node;
  }

  /** The folder at `path`. @throws ENOENT, ENOTDIR */
  folder(path: string): SimulatedFolder {
    const node = this.node(path);
    if (node === null) throw systemError("ENOENT", path);
    if (node.kind === "file") throw systemError("ENOTDIR", path);
    return node;
  }

  /** The folder that holds `path`, and the name in it. */
  parent(path: string): { folder: SimulatedFolder; name: string } {
    const parts = splitPath(path);
    const name = parts.pop() ?? "";
    return { folder: this.folder(parts.join("/")), name };
  }

  status(path: string): FileStatus | null {
    const node = this.node(path);
    if (node === null) return null;
    const parts = splitPath(path);
    return {
      path: `/${parts.join("/")}`,
      name: parts.at(-1) ?? "",
      directory: node.kind === "folder",
      sizeBytes: node.kind === "file" ? node.bytes.length : 0,
      modifiedMs: node.modifiedMs,
    };
  }

  usedBytes(folder: SimulatedFolder = this.root, seen = new Set<SimulatedNode>()): number {
    let total = 0;
    for (const node of folder.entries.values()) {
      if (seen.has(node)) continue;
      seen.add(node);
      total += node.kind === "file" ? node.bytes.length : this.usedBytes(node, seen);
    }
    return total;
  }

  /** The power goes: of what was not synced, `random` says what survives. What is there afterwards is durable. */
  powerCut(random: Random): void {
    this.settle(this.root, random, new Set());
  }

  private settle(folder: SimulatedFolder, random: Random, settled: Set<SimulatedNode>): void {
    const survived = new Map(folder.synced);
    for (const change of survivingChanges(folder.pending, random)) apply(survived, change);
    folder.entries = survived;
    folder.sync();
    for (const node of survived.values()) {
      if (settled.has(node)) continue;
      settled.add(node);
      if (node.kind === "folder") this.settle(node, random, settled);
      else tear(node, random);
    }
  }
}

/** A journal keeps a prefix of a folder's changes; a disk without one may keep any of them. */
function survivingChanges(pending: readonly FolderChange[], random: Random): FolderChange[] {
  if (random.chance(0.5)) return pending.slice(0, random.below(pending.length + 1));
  return pending.filter(() => random.chance(0.5));
}

/** Of the bytes that were not synced a prefix survives; sometimes its end was allocated but never written. */
function tear(file: SimulatedFile, random: Random): void {
  const kept = file.syncedLength + random.below(file.bytes.length - file.syncedLength + 1);
  const bytes = file.bytes.slice(0, kept);
  if (random.chance(0.3)) bytes.fill(0, file.syncedLength + random.below(kept - file.syncedLength + 1));
  file.bytes = bytes;
  file.syncedLength = kept;
}
