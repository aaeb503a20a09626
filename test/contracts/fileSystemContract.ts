import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FileSystem } from "../../engine/contract/fileSystem.js";

/** A file system under test, and an empty folder of it. */
export interface FileSystemUnderTest {
  /** An object store: it does not know whether what it removes was there, makes a file at its `sync`, and has keys where a disk has folders. */
  readonly isObjectStore?: boolean;
  readonly files: FileSystem;
  readonly root: string;
  dispose(): Promise<void>;
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : new TextDecoder().decode(bytes));

/** What every `FileSystem` promises to a process that does not crash. */
export function fileSystemContract(title: string, make: () => Promise<FileSystemUnderTest>): void {
  describe(`file system: ${title}`, () => {
    let files: FileSystem;
    let root: string;
    let dispose: () => Promise<void>;
    let isObjectStore = false;

    beforeEach(async () => {
      const made = await make();
      ({ files, root } = made);
      dispose = () => made.dispose();
      isObjectStore = made.isObjectStore === true;
    });
    afterEach(() => dispose());

    const namesIn = async (folder: string): Promise<string[]> => (await files.list(folder)).map((entry) => entry.name);

    it("answers null or false for what is not there", async () => {
      expect(await files.read(`${root}/none`)).toBeNull();
      expect(await files.open(`${root}/none`)).toBeNull();
      expect(await files.status(`${root}/none/deeper`)).toBeNull();
      expect(await files.list(`${root}/none`)).toEqual([]);
      expect(await files.remove(`${root}/none`)).toBe(isObjectStore);
      expect(await files.removeTree(`${root}/none`)).toBe(false);
    });

    it("knows a path without dots and slashes, whether it is there or not", async () => {
      await files.makeDirectory(`${root}/a/b`);
      const real = await files.realPath(root);
      expect(await files.realPath(`${root}/a/./x/../b/`)).toBe(`${real}/a/b`);
      expect(await files.realPath(`${root}/none/../neither/deeper/`)).toBe(`${real}/neither/deeper`);
    });

    it("adds a file once and never overwrites it", async () => {
      const path = `${root}/logs/deep/0`;
      expect(await files.addNew(path, text("first"))).toBe(true);
      expect(await files.addNew(path, text("second"))).toBe(false);
      expect(textOf(await files.read(path))).toBe("first");
      expect(await namesIn(`${root}/logs/deep`)).toEqual(["0"]);
    });

    it("lets exactly one of many adders win", async () => {
      const path = `${root}/0`;
      const won = await Promise.all(Array.from({ length: 8 }, (_, i) => files.addNew(path, text(`adder ${i}`))));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(textOf(await files.read(path))).toBe(`adder ${won.indexOf(true)}`);
      expect(await namesIn(root)).toEqual(["0"]);
    });

    it("replaces a file as a whole, or makes it", async () => {
      const path = `${root}/shape`;
      await files.replace(path, text("a long first version"));
      await files.replace(path, text("short"));
      expect(textOf(await files.read(path))).toBe("short");
      expect(await namesIn(root)).toEqual(["shape"]);
    });

    it("streams into a new file, makes its folders, and refuses one that exists", async () => {
      const path = `${root}/a/b/data`;
      const file = await files.create(path);
      await file.write(text("one "));
      await file.write(new Uint8Array(0));
      await file.write(text("two"));
      await file.sync();
      await file.close();
      await files.syncDirectory(`${root}/a/b`);
      expect(textOf(await files.read(path))).toBe("one two");
      const again = async (): Promise<void> => (await files.create(path)).sync();
      await expect(again()).rejects.toMatchObject({ code: "EEXIST" });
      expect(textOf(await files.read(path))).toBe("one two");
    });

    it("reads at positions, and 0 bytes from the end on", async () => {
      await files.addNew(`${root}/data`, text("0123456789"));
      const file = (await files.open(`${root}/data`))!;
      expect(file.sizeBytes).toBe(10);
      const into = new Uint8Array(4);
      expect(await file.read(into, 3)).toBe(4);
      expect(textOf(into)).toBe("3456");
      expect(await file.read(into, 8)).toBe(2);
      expect(textOf(into.subarray(0, 2))).toBe("89");
      expect(await file.read(into, 10)).toBe(0);
      await file.close();
    });

    it("reads into shared memory and writes from it", async () => {
      const shared = new Uint8Array(new SharedArrayBuffer(8));
      shared.set(text("sharing!"));
      const file = await files.create(`${root}/shared`);
      await file.write(shared.subarray(0, 5));
      await file.sync();
      await file.close();
      const into = new Uint8Array(new SharedArrayBuffer(8));
      const reader = (await files.open(`${root}/shared`))!;
      expect(await reader.read(into, 0)).toBe(5);
      await reader.close();
      expect([...into.subarray(0, 5)]).toEqual([...text("shari")]);
    });

    it("writes and reads what is larger than its small-file path", async () => {
      const bytes = Uint8Array.from({ length: 300_001 }, (_, i) => (i * 31) & 255);
      await files.addNew(`${root}/large`, bytes);
      const read = await files.read(`${root}/large`);
      expect(read!.length).toBe(bytes.length);
      expect(Buffer.compare(read!, bytes)).toBe(0);
      const file = (await files.open(`${root}/large`))!;
      const piece = new Uint8Array(200_000);
      expect(await file.read(piece, 150_000)).toBe(150_001);
      expect(Buffer.compare(piece.subarray(0, 150_001), bytes.subarray(150_000))).toBe(0);
      await file.close();
    });

    it("lists in code-unit order, with sizes and kinds", async () => {
      for (const name of ["b", "B", "10", "9", "ä"]) await files.addNew(`${root}/l/${name}`, text(name));
      await files.makeDirectory(`${root}/l/folder`);
      const entries = await files.list(`${root}/l`);
      expect(entries.map((entry) => entry.name)).toEqual(["10", "9", "B", "b", "folder", "ä"]);
      expect(entries.map((entry) => entry.directory)).toEqual([false, false, false, false, true, false]);
      expect(entries.at(-1)).toMatchObject({ path: `${root}/l/ä`, sizeBytes: 2 });
      expect(await files.status(`${root}/l/10`)).toMatchObject({ name: "10", path: `${root}/l/10`, sizeBytes: 2, directory: false });
      expect(await files.status(`${root}/l`)).toMatchObject({ name: "l", directory: true });
    });

    it("makes folders that may be there already", async () => {
      await files.makeDirectory(`${root}/x/y/z`);
      await files.makeDirectory(`${root}/x/y/z`);
      expect((await files.status(`${root}/x/y/z`))?.directory).toBe(true);
    });

    it("removes files and trees", async () => {
      await files.addNew(`${root}/t/u/1`, text("1"));
      await files.addNew(`${root}/t/2`, text("2"));
      expect(await files.remove(`${root}/t/2`)).toBe(true);
      expect(await files.remove(`${root}/t/2`)).toBe(isObjectStore);
      expect(await files.removeTree(`${root}/t`)).toBe(true);
      expect(await files.list(root)).toEqual([]);
    });

    it("fails with the system's code when a file stands where a folder should, unless keys are no folders", async () => {
      if (isObjectStore) {
        await files.addNew(`${root}/plain`, text("x"));
        // Some services keep files below; either way nothing is lost.
        const added = await files.addNew(`${root}/plain/0`, text("y")).catch((error: unknown) => error);
        if (added !== true) expect(added).toMatchObject({ code: "ENOTDIR" });
        expect(textOf(await files.read(`${root}/plain`))).toBe("x");
        return;
      }
      await files.addNew(`${root}/plain`, text("x"));
      await expect(files.addNew(`${root}/plain/0`, text("y"))).rejects.toMatchObject({ code: expect.stringMatching(/^(ENOTDIR|EEXIST)$/) });
      await expect(files.makeDirectory(`${root}/plain/deeper`)).rejects.toMatchObject({
        code: expect.stringMatching(/^(ENOTDIR|EEXIST)$/),
      });
    });
  });
}
