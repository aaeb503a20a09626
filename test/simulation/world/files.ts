import { posix } from "node:path";
import type { FileStatus, FileSystem, ReadableFile, WritableFile } from "../../../engine/contract/fileSystem.js";
import { DurableWrites, type DiskSteps } from "../../../runtime/durableWrites.js";
import { SimulatedFile, SimulatedFolder, systemError, type SimulatedDisk, type SimulatedNode } from "./disk.js";

/** What one primitive operation of a simulated file system is called in traces and fault rules. */
export type Operation =
  | "read"
  | "list"
  | "status"
  | "create"
  | "write"
  | "sync"
  | "link"
  | "rename"
  | "remove"
  | "makeFolder"
  | "syncFolder";

/** Stands between a process and the disk: lets an operation through, fails it, or lets the process die in it. */
export interface Gate {
  /**
   * Runs `effect` when the process lives and nothing was arranged for this operation. `half`, where the operation has one, is what it leaves
   * when it is interrupted in the middle.
   */
  pass<T>(operation: Operation, path: string, effect: () => T, half?: () => void): Promise<T>;
  nowMs(): number;
  uuid(): string;
  /** How many bytes the disk holds. */
  capacityBytes(): number;
}

/** The disk as one process sees it. Durable writes are made of steps as those of a real disk are, by the same code, so that a crash can fall between any two. */
export class SimulatedFileSystem implements FileSystem {
  private readonly writes: DurableWrites;

  constructor(
    private readonly disk: SimulatedDisk,
    private readonly gate: Gate,
  ) {
    this.writes = new DurableWrites(this.steps());
  }

  create(path: string): Promise<WritableFile> {
    return this.writes.create(path);
  }

  addNew(path: string, bytes: Uint8Array): Promise<boolean> {
    return this.writes.addNew(path, bytes);
  }

  replace(path: string, bytes: Uint8Array): Promise<void> {
    return this.writes.replace(path, bytes);
  }

  makeDirectory(path: string): Promise<void> {
    return this.writes.makeDirectory(path);
  }

  read(path: string): Promise<Uint8Array | null> {
    return this.gate.pass("read", path, () => this.file(path)?.bytes.slice() ?? null);
  }

  open(path: string): Promise<ReadableFile | null> {
    return this.gate.pass("read", path, () => {
      const file = this.file(path);
      return file === null ? null : new SimulatedReader(path, file, this.gate);
    });
  }

  status(path: string): Promise<FileStatus | null> {
    return this.gate.pass("status", path, () => this.disk.status(path));
  }

  /** There are no links on this disk. */
  async realPath(path: string): Promise<string> {
    return posix.resolve("/", path);
  }

  list(directory: string): Promise<FileStatus[]> {
    return this.gate.pass("list", directory, () => {
      const node = this.disk.node(directory);
      if (node === null) return [];
      return [...this.disk.folder(directory).entries.keys()].toSorted().map((name) => this.disk.status(`${directory}/${name}`)!);
    });
  }

  syncDirectory(path: string): Promise<void> {
    return this.gate.pass("syncFolder", path, () => this.disk.folder(path).sync());
  }

  remove(path: string): Promise<boolean> {
    return this.gate.pass("remove", path, () => {
      if (this.disk.node(path) === null) return false;
      const { folder, name } = this.disk.parent(path);
      if (folder.entries.get(name)!.kind === "folder") throw systemError("EISDIR", path);
      folder.change({ name, node: null });
      return true;
    });
  }

  removeTree(path: string): Promise<boolean> {
    return this.gate.pass("remove", path, () => {
      if (this.disk.node(path) === null) return false;
      const { folder, name } = this.disk.parent(path);
      folder.change({ name, node: null });
      return true;
    });
  }

  private steps(): DiskSteps {
    const { disk, gate } = this;
    return {
      paths: posix,
      createFile: (path) =>
        gate.pass("create", path, () => {
          const { folder, name } = disk.parent(path);
          if (folder.entries.has(name)) throw systemError("EEXIST", path);
          const file = new SimulatedFile(gate.nowMs());
          folder.change({ name, node: file });
          return new SimulatedWriter(path, file, disk, gate);
        }),
      link: (from, to) =>
        gate.pass("link", to, () => {
          const { folder, name } = disk.parent(to);
          if (folder.entries.has(name)) return false;
          folder.change({ name, node: this.existing(from) });
          return true;
        }),
      rename: (from, to) =>
        gate.pass("rename", to, () => {
          const { folder, name } = disk.parent(to);
          const node = this.existing(from);
          folder.change({ name: disk.parent(from).name, node: null }, { name, node });
        }),
      remove: (path) => this.remove(path),
      makeFolder: (path) =>
        gate.pass("makeFolder", path, () => {
          const { folder, name } = disk.parent(path);
          if (folder.entries.has(name)) throw systemError("EEXIST", path);
          folder.change({ name, node: new SimulatedFolder(gate.nowMs()) });
        }),
      syncFolder: (path) => this.syncDirectory(path),
      kindOf: (path) => {
        const kind = disk.node(path)?.kind ?? null;
        return kind === null || kind === "folder" ? kind : "other";
      },
      uuid: () => gate.uuid(),
    };
  }

  private existing(path: string): SimulatedNode {
    const node = this.disk.node(path);
    if (node === null) throw systemError("ENOENT", path);
    return node;
  }

  private file(path: string): SimulatedFile | null {
    const node = this.disk.node(path);
    if (node?.kind === "folder") throw systemError("EISDIR", path);
    return node;
  }
}

class SimulatedReader implements ReadableFile {
  readonly sizeBytes: number;
  private closed = false;

  constructor(
    private readonly path: string,
    private readonly file: SimulatedFile,
    private readonly gate: Gate,
  ) {
    this.sizeBytes = file.bytes.length;
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return this.gate.pass("read", this.path, () => {
      if (this.closed) throw systemError("EBADF", this.path);
      const piece = this.file.bytes.subarray(position, position + into.length);
      into.set(piece);
      return piece.length;
    });
  }

  sync(): Promise<void> {
    return this.gate.pass("sync", this.path, () => {
      if (this.closed) throw systemError("EBADF", this.path);
      this.file.syncedLength = this.file.bytes.length;
    });
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

class SimulatedWriter implements WritableFile {
  private closed = false;

  constructor(
    private readonly path: string,
    private readonly file: SimulatedFile,
    private readonly disk: SimulatedDisk,
    private readonly gate: Gate,
  ) {}

  write(bytes: Uint8Array): Promise<void> {
    const copy = bytes.slice();
    const full = (): void => {
      if (this.closed) throw systemError("EBADF", this.path);
      const room = Number.isFinite(this.gate.capacityBytes()) ? Math.max(0, this.gate.capacityBytes() - this.disk.usedBytes()) : Infinity;
      this.append(copy.subarray(0, room));
      if (room < copy.length) throw systemError("ENOSPC", this.path);
    };
    return this.gate.pass("write", this.path, full, () => this.append(copy.subarray(0, copy.length >> 1)));
  }

  sync(): Promise<void> {
    return this.gate.pass("sync", this.path, () => {
      if (this.closed) throw systemError("EBADF", this.path);
      this.file.syncedLength = this.file.bytes.length;
    });
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  private append(bytes: Uint8Array): void {
    const grown = new Uint8Array(this.file.bytes.length + bytes.length);
    grown.set(this.file.bytes);
    grown.set(bytes, this.file.bytes.length);
    this.file.bytes = grown;
    this.file.modifiedMs = this.gate.nowMs();
  }
}
