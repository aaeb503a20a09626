import { afterEach, describe, expect, test } from "vitest";
import { rowsOf } from "../../engine/arrow/columns.js";
import { field, types, type Schema } from "../../engine/arrow/types.js";
import { readAll, type Offset, type Source } from "../../engine/contract/source.js";

/** A source under test, with data that the test can add. */
export interface SourceFixture {
  /** The schema to ask for. */
  readonly schema: Schema;
  /** Opens the source as a new run of the same query would: same options, same log. */
  open(): Promise<Source>;
  /** Makes at least one more row available. */
  addData(): Promise<void>;
  close(): Promise<void>;
}

/** The rows of a range, as text: JSON of the values, or the lines of what the engine would decode. */
export async function readRange(source: Source, start: Offset | null, end: Offset, schema: Schema = source.schema): Promise<string[]> {
  const scan = source.scan({ schema, filters: [] });
  const rows: string[] = [];
  for (const partition of await scan.partitions(start, end)) {
    // A partition is plain data: it must survive being sent to another thread.
    const reader = await scan.open(JSON.parse(JSON.stringify(partition)));
    if (reader.kind === "columns") {
      for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
        rows.push(
          ...rowsOf(batch).map((row) => JSON.stringify(row, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value))),
        );
      }
    } else {
      rows.push(...linesOf(await readBytes((into) => reader.read(into))));
    }
    await reader.close();
  }
  return rows;
}

async function readBytes(read: (into: Uint8Array) => Promise<number>): Promise<string> {
  const chunks: Buffer[] = [];
  // A small buffer, so that reads end in the middle of rows.
  const into = new Uint8Array(new SharedArrayBuffer(7));
  for (let length = await read(into); length > 0; length = await read(into)) chunks.push(Buffer.from(into.slice(0, length)));
  return Buffer.concat(chunks).toString("utf8");
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** What every source promises (engine/contract/source.ts). */
export function sourceContract(name: string, make: () => Promise<SourceFixture>): void {
  describe(`${name} as a source`, () => {
    let fixture: SourceFixture;
    afterEach(() => fixture.close());

    async function opened(): Promise<Source> {
      fixture = await make();
      return fixture.open();
    }
    async function nextOffset(source: Source, start: Offset | null): Promise<Offset> {
      await fixture.addData();
      const end = await source.latestOffset(start, readAll);
      expect(end).not.toBeNull();
      return end!;
    }

    test("offsets are one line of JSON, and stand still without new data", async () => {
      const source = await opened();
      expect(await source.latestOffset(null, readAll)).toBeNull();
      const first = await nextOffset(source, null);
      expect(first).not.toMatch(/[\n\r]/);
      expect(() => JSON.parse(first) as unknown).not.toThrow();
      const again = await source.latestOffset(first, readAll);
      expect(again === null || source.sameOffset(first, again)).toBe(true);
      const second = await nextOffset(source, first);
      expect(source.sameOffset(first, second)).toBe(false);
      expect(source.sameOffset(second, second)).toBe(true);
    });

    test("a range has the same rows every time, and ranges add up", async () => {
      const source = await opened();
      const first = await nextOffset(source, null);
      const second = await nextOffset(source, first);
      const [a, b, all] = [
        await readRange(source, null, first),
        await readRange(source, first, second),
        await readRange(source, null, second),
      ];
      expect(a.length).toBeGreaterThan(0);
      expect(b.length).toBeGreaterThan(0);
      expect([...a, ...b].toSorted()).toEqual(all.toSorted());
      expect(await readRange(source, first, second)).toEqual(b);
      await fixture.addData();
      expect(await readRange(source, null, first)).toEqual(a);
      await source.stop();
    });

    test("a new run reads the same rows for the offsets of the run before", async () => {
      const source = await opened();
      const first = await nextOffset(source, null);
      const second = await nextOffset(source, first);
      const rows = await readRange(source, first, second);
      await source.commit(first);
      await source.stop();
      const restarted = await fixture.open();
      expect(await readRange(restarted, first, second)).toEqual(rows);
      const again = await restarted.latestOffset(first, readAll);
      expect(again).not.toBeNull();
      const third = await nextOffset(restarted, again);
      expect((await readRange(restarted, again, third)).length).toBeGreaterThan(0);
    });

    test("what was promised before a crash is what comes after it", async () => {
      const source = await opened();
      const planned = await nextOffset(source, null);
      const rows = await readRange(source, null, planned);
      const restarted = await fixture.open();
      await nextOffset(restarted, null);
      expect(await readRange(restarted, null, planned)).toEqual(rows);
    });

    test("commits lose nothing that comes after them", async () => {
      const source = await opened();
      const first = await nextOffset(source, null);
      await source.commit(first);
      await source.commit(first);
      const second = await nextOffset(source, first);
      expect((await readRange(source, first, second)).length).toBeGreaterThan(0);
    });

    test("available now ends at what was there", async () => {
      const source = await opened();
      const first = await nextOffset(source, null);
      await fixture.addData();
      await source.prepareForAvailableNow();
      const end = (await source.latestOffset(first, readAll)) ?? first;
      const rows = await readRange(source, null, end);
      await fixture.addData();
      const later = await source.latestOffset(end, readAll);
      expect(later === null || source.sameOffset(later, end)).toBe(true);
      expect(await readRange(source, null, end)).toEqual(rows);
    });

    test("gives the fields asked for, no field too", async () => {
      const source = await opened();
      const end = await nextOffset(source, null);
      const scan = source.scan({ schema: types.struct([]), filters: [] });
      expect(scan.decode === null || scan.decode.schema.fields.length === 0).toBe(true);
      const rows = await readRange(source, null, end);
      expect((await readRange(source, null, end, types.struct([]))).length).toBe(rows.length);
      const last = fixture.schema.fields.at(-1)!;
      expect((await readRange(source, null, end, types.struct([field(last.name, last.type, last.nullable)]))).length).toBe(rows.length);
    });

    test("leaves filters it does not apply", async () => {
      const source = await opened();
      const filters = [{ op: "isNotNull", column: [fixture.schema.fields[0]!.name] }] as const;
      for (const filter of source.scan({ schema: fixture.schema, filters }).residual) expect(filters).toContainEqual(filter);
    });
  });
}
