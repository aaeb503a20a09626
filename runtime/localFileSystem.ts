import { randomUUID } from "node:crypto";
import fs from "node:fs";
import paths, { basename, dirname, join, resolve, sep } from "node:path";
import type { FileStatus, FileSystem, ReadableFile, WritableFile } from "../engine/contract/fileSystem.js";
import { openFolder, openToRead, unreadableKind, withDescriptor } from "./descriptors.js";
import { DurableWrites } from "./durableWrites.js";

/*
 * Calls that only touch the kernel's caches (open, link, stat, small reads and writes) are synchronous: each takes microseconds, a trip through the
 * thread pool ten times as long, and a micro-batch makes dozens of them. What waits for the disk (fsync, large reads and writes) is asynchronous,
 * so that the files of a batch are synced side by side. No synchronous call may wait for anything but the kernel: pipes, sockets and devices are never
 * opened to be waited for (`descriptors.ts`).
 */

/** Up to this size a read or write is a copy within memory. */
const smallBytes = 64 * 1024;

/** One call of the kernel takes at most 2 GiB. */
const largestCallBytes = 1024 * 1024 * 1024;

const writes = new DurableWrites({
  paths,
  createFile: async (path) => new LocalWritableFile(await withDescriptor(path, () => fs.openSync(path, "wx"))),
  link(from, to) {
    try {
      fs.linkSync(from, to);
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      throw error;
    }
  },
  rename: fs.renameSync,
  remove,
  makeFolder: (path) => fs.mkdirSync(path),
  syncFolder: syncDirectory,
  kindOf(path) {
    const status = statusOf(path);
    return status === null ? null : status.directory ? "folder" : "other";
  },
  uuid: randomUUID,
});

/** This machine's disk. */
export const localFileSystem: FileSystem = {
  create: (path) => writes.create(path),
  addNew: (path, bytes) => writes.addNew(path, bytes),
  replace: (path, bytes) => writes.replace(path, bytes),
  makeDirectory: (path) => writes.makeDirectory(path),

  async read(path) {
    const opened = await orNull(() => openToRead(path));
    if (opened === null) return null;
    try {
      return await readAllBytes(opened.fd, opened.sizeBytes);
    } finally {
      fs.closeSync(opened.fd);
    }
  },

  async open(path) {
    const opened = await orNull(() => openToRead(path));
    return opened === null ? null : new LocalReadableFile(opened.fd, opened.sizeBytes);
  },

  async status(path) {
    return statusOf(resolve(path));
  },

  async realPath(path) {
    return realPathOf(resolve(path)).split(sep).join("/");
  },

  async list(directory) {
    const folder = resolve(directory);
    const names = await namesIn(folder);
    // An entry may be gone, or be a link to nowhere, by the time that it is looked at.
    return names
      .toSorted(byCodeUnits)
      .map((name) => statusOf(join(folder, name)) ?? unnameable(folder, name))
      .filter((status) => status !== null);
  },

  async listNames(directory) {
    return namesIn(resolve(directory));
  },

  syncDirectory,

  remove,

  async removeTree(path) {
    if (statusOf(resolve(path)) === null) return false;
    await fs.promises.rm(path, { recursive: true, force: true });
    return true;
  },
};

class LocalReadableFile implements ReadableFile {
  constructor(
    private readonly fd: number,
    readonly sizeBytes: number,
  ) {}

  async read(into: Uint8Array, position: number): Promise<number> {
    return into.length <= smallBytes
      ? fs.readSync(this.fd, into, 0, into.length, position)
      : readAt(this.fd, into, 0, into.length, position);
  }

  async sync(): Promise<void> {
    // Windows syncs only what is open for writing.
    if (process.platform !== "win32") await sync(this.fd);
  }

  async close(): Promise<void> {
    fs.closeSync(this.fd);
  }
}

class LocalWritableFile implements WritableFile {
  constructor(private readonly fd: number) {}

  write(bytes: Uint8Array): Promise<void> {
    return writeAllBytes(this.fd, bytes);
  }

  sync(): Promise<void> {
    return sync(this.fd);
  }

  async close(): Promise<void> {
    fs.closeSync(this.fd);
  }
}

async function readAllBytes(fd: number, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let length = 0;
  while (length < size) {
    const wanted = Math.min(size - length, largestCallBytes);
    const got = wanted <= smallBytes ? fs.readSync(fd, bytes, length, wanted, length) : await readAt(fd, bytes, length, wanted, length);
    if (got === 0) break;
    length += got;
  }
  return bytes.subarray(0, length);
}

async function writeAllBytes(fd: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(bytes.length - done, largestCallBytes);
    done += length <= smallBytes ? fs.writeSync(fd, bytes, done, length) : await writeAt(fd, bytes, done, length);
  }
}

async function remove(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows knows no fsync of a folder; its renames and links are written through.
  if (process.platform === "win32") return;
  const fd = await openFolder(path);
  try {
    await sync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function realPathOf(path: string): string {
  try {
    return fs.realpathSync.native(path);
  } catch {
    // What is not there, or not to be looked into, may still lie in a folder that is reached through links.
    const folder = dirname(path);
    return folder === path ? path : join(realPathOf(folder), basename(path));
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await orNull(() => withDescriptor(folder, () => fs.readdirSync(folder)))) ?? [];
}

/** An entry whose name is no UTF-8: Node gives it with a character in place of each wrong byte, and by that name there is none. */
function unnameable(folder: string, name: string): FileStatus | null {
  if (!name.includes("\uFFFD")) return null;
  return { path: join(folder, name), name, directory: false, sizeBytes: 0, modifiedMs: 0, unreadable: "file whose name is no UTF-8" };
}

function statusOf(path: string): FileStatus | null {
  const stats = fs.statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  const kind = unreadableKind(stats);
  const portable = sep === "/" ? path : path.split(sep).join("/");
  return {
    path: portable,
    name: portable.slice(portable.lastIndexOf("/") + 1),
    directory: stats.isDirectory(),
    sizeBytes: stats.size,
    modifiedMs: Math.floor(stats.mtimeMs),
    ...(kind === null ? {} : { unreadable: kind }),
  };
}

/** What `call` gives; null when it says that there is no such file. */
async function orNull<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** In Node's threads: on a busy disk taking a name away can wait for its journal. */
function unlink(path: string): Promise<void> {
  return new Promise((done, fail) => fs.unlink(path, (error) => (error ? fail(error) : done())));
}

function codeOf(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code;
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sync(fd: number): Promise<void> {
  return new Promise((done, fail) => fs.fsync(fd, (error) => (error ? fail(error) : done())));
}

function readAt(fd: number, into: Uint8Array, offset: number, length: number, position: number): Promise<number> {
  return new Promise((done, fail) => fs.read(fd, into, offset, length, position, (error, got) => (error ? fail(error) : done(got))));
}

function writeAt(fd: number, bytes: Uint8Array, offset: number, length: number): Promise<number> {
  return new Promise((done, fail) => fs.write(fd, bytes, offset, length, null, (error, written) => (error ? fail(error) : done(written))));
}
