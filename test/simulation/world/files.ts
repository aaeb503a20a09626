import { posix } from "node:path";
import type { FileStatus, FileSystem, ReadableFile, WritableFile } from "../../../engine/contract/fileSystem.js";
import { SimulatedFile, SimulatedFolder, splitPath, systemError, type SimulatedDisk } from "./disk.js";

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

/** The disk as one process sees it. The compound operations of `FileSystem` are made of primitive ones, so that a crash can fall between any two. */
export class SimulatedFileSystem implements FileSystem {
  constructor(
    private readonly disk: SimulatedDisk,
    private readonly gate: Gate,
  ) {}

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

  async create(path: string): Promise<WritableFile> {
    await this.makeDirectory(parentOf(path));
    return this.gate.pass("create", path, () => {
      const { folder, name } = this.disk.parent(path);
      if (folder.entries.has(name)) throw systemError("EEXIST", path);
      const file = new SimulatedFile(this.gate.nowMs());
      folder.change({ name, node: file });
      return new SimulatedWriter(path, file, this.disk, this.gate);
    });
  }

  async addNew(path: string, bytes: Uint8Array): Promise<boolean> {
    const temporary = await this.writeTemporary(path, bytes);
    const linked = await this.gate.pass("link", path, () => {
      const { folder, name } = this.disk.parent(path);
      const node = this.disk.node(temporary);
      if (node === null) throw systemError("ENOENT", temporary);
      if (folder.entries.has(name)) return false;
      folder.change({ name, node });
      return true;
    });
    await this.remove(temporary);
    if (linked) await this.syncDirectory(parentOf(path));
    return linked;
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    const temporary = await this.writeTemporary(path, bytes);
    await this.gate.pass("rename", path, () => {
      const { folder, name } = this.disk.parent(path);
      const node = this.disk.node(temporary);
      if (node === null) throw systemError("ENOENT", temporary);
      folder.change({ name: splitPath(temporary).at(-1)!, node: null }, { name, node });
    });
    await this.syncDirectory(parentOf(path));
  }

  async makeDirectory(path: string): Promise<void> {
    const parts = splitPath(path);
    for (let depth = 1; depth <= parts.length; depth++) {
      const made = `/${parts.slice(0, depth).join("/")}`;
      const node = this.disk.node(made);
      if (node?.kind === "file") throw systemError("ENOTDIR", made);
      if (node !== null) continue;
      await this.gate.pass("makeFolder", made, () => {
        const { folder, name } = this.disk.parent(made);
        if (!folder.entries.has(name)) folder.change({ name, node: new SimulatedFolder(this.gate.nowMs()) });
      });
      await this.syncDirectory(parentOf(made));
    }
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

  private file(path: string): SimulatedFile | null {
    const node = this.disk.node(path);
    if (node?.kind === "folder") throw systemError("EISDIR", path);
    return node;
  }

  private async writeTemporary(path: string, bytes: Uint8Array): Promise<string> {
    const temporary = `${parentOf(path)}/.${splitPath(path).at(-1)}.${this.gate.uuid()}.tmp`;
    const file = await this.create(temporary);
    try {
      await file.write(bytes);
      await file.sync();
    } catch (error) {
      await this.remove(temporary);
      throw error;
    }
    await file.close();
    return temporary;
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

function parentOf(path: string): string {
  return `/${splitPath(path).slice(0, -1).join("/")}`;
}
