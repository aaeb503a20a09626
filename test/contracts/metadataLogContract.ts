import { describe, expect, it } from "vitest";
import type { MetadataLog } from "../../engine/contract/checkpoint.js";

/** A log under test: `open` gives what a new process sees of it. */
export interface LogUnderTest<T> {
  readonly open: () => Promise<MetadataLog<T>>;
  /** An entry that is different for each id. */
  readonly entry: (id: number) => T;
}

/** What every `MetadataLog` promises. */
export function metadataLogContract<T>(title: string, make: () => Promise<LogUnderTest<T>>): void {
  describe(`metadata log: ${title}`, () => {
    it("is empty at first", async () => {
      const log = await (await make()).open();
      expect(await log.latestId()).toBeNull();
      expect(await log.get(0)).toBeNull();
      await log.purgeBefore(10);
    });

    it("gives back what was added, to this and to the next process", async () => {
      const { open, entry } = await make();
      const log = await open();
      for (let id = 0; id < 12; id++) expect(await log.add(id, entry(id))).toBe(true);
      for (const reader of [log, await open()]) {
        expect(await reader.latestId()).toBe(11);
        for (let id = 0; id < 12; id++) expect(await reader.get(id)).toEqual(entry(id));
        expect(await reader.get(12)).toBeNull();
      }
    });

    it("never changes an entry", async () => {
      const { open, entry } = await make();
      const log = await open();
      await log.add(0, entry(0));
      expect(await log.add(0, entry(5))).toBe(false);
      expect(await log.get(0)).toEqual(entry(0));
    });

    it("lets one of two writers win, and the other one see it", async () => {
      const { open, entry } = await make();
      const [a, b] = [await open(), await open()];
      const won = await Promise.all([a.add(0, entry(0)), b.add(0, entry(1))]);
      expect(won.filter(Boolean)).toHaveLength(1);
      const winner = entry(won[0] ? 0 : 1);
      for (const log of [a, b]) {
        expect(await log.get(0)).toEqual(winner);
        expect(await log.latestId()).toBe(0);
      }
    });

    it("refuses to leave a gap", async () => {
      const { open, entry } = await make();
      const log = await open();
      await expect(log.add(1, entry(1))).rejects.toMatchObject({ condition: "INTERNAL_ERROR" });
      await log.add(0, entry(0));
      await expect(log.add(2, entry(2))).rejects.toMatchObject({ condition: "INTERNAL_ERROR" });
      expect(await (await open()).latestId()).toBe(0);
    });

    it("forgets what is purged and goes on behind what is left", async () => {
      const { open, entry } = await make();
      const log = await open();
      for (let id = 0; id < 5; id++) await log.add(id, entry(id));
      await log.purgeBefore(3);
      await log.purgeBefore(2);
      for (const reader of [log, await open()]) {
        expect(await reader.get(2)).toBeNull();
        expect(await reader.get(3)).toEqual(entry(3));
        expect(await reader.latestId()).toBe(4);
      }
      expect(await (await open()).add(5, entry(5))).toBe(true);
    });
  });
}
