import { describe, expect, it } from "vitest";
import type { FileSystem } from "../../../engine/contract/fileSystem.js";
import { SimulatedCrash, World } from "./world.js";

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

async function contentOf(files: FileSystem, path: string): Promise<string | null> {
  const bytes = await files.read(path);
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

/** Does the same in many worlds, each ending in a power cut, and gives the different things that are left of a file. */
async function afterPowerCuts(act: (files: FileSystem) => Promise<void>, path: string): Promise<Set<string | null>> {
  const found = new Set<string | null>();
  for (let seed = 0; seed < 60; seed++) {
    const world = new World(seed);
    const { files } = world.runtime("one");
    await files.makeDirectory("/d");
    await act(files);
    world.crash();
    found.add(await contentOf(world.files, path));
  }
  return found;
}

describe("the simulated disk", () => {
  it("keeps what was synced, name and content", async () => {
    expect(await afterPowerCuts(async (files) => void (await files.addNew("/d/0", text("kept"))), "/d/0")).toEqual(new Set(["kept"]));
    expect(await afterPowerCuts((files) => files.replace("/d/0", text("kept")), "/d/0")).toEqual(new Set(["kept"]));
  });

  it("tears what was written and named but not synced", async () => {
    const left = await afterPowerCuts(async (files) => {
      const file = await files.create("/d/0");
      await file.write(text("abcd"));
      await files.syncDirectory("/d");
    }, "/d/0");
    for (const prefix of ["", "a", "abcd"]) expect(left).toContain(prefix);
    expect([...left].some((content) => content?.includes("\0"))).toBe(true);
    expect([...left].every((content) => content !== null && /^a?b?c?d?\0*$/.test(content))).toBe(true);
  });

  it("loses or keeps a name that was not synced", async () => {
    const left = await afterPowerCuts(async (files) => {
      const file = await files.create("/d/0");
      await file.write(text("x"));
      await file.sync();
    }, "/d/0");
    expect(left).toEqual(new Set([null, "x"]));
  });

  it("may bring back what was removed", async () => {
    const left = await afterPowerCuts(async (files) => {
      await files.addNew("/d/0", text("x"));
      await files.remove("/d/0");
    }, "/d/0");
    expect(left).toEqual(new Set([null, "x"]));
  });

  it("replaces as a whole, whenever the power goes", async () => {
    const left = new Set<string | null>();
    for (let operation = 1; operation <= 8; operation++) {
      for (let seed = 0; seed < 20; seed++) {
        const world = new World(seed);
        const { files } = world.runtime("one");
        await files.addNew("/d/shape", text("before"));
        world.crashAtOperation(operation);
        await files.replace("/d/shape", text("behind")).catch(() => undefined);
        if (world.cancelCrash()) continue;
        left.add(await contentOf(world.files, "/d/shape"));
      }
    }
    expect(left).toEqual(new Set(["before", "behind"]));
  });
});

describe("the simulated processes", () => {
  it("leave what they wrote to the next when they are killed, and do nothing afterwards", async () => {
    const world = new World(1);
    const { files } = world.runtime("one");
    const file = await files.create("/0");
    await file.write(text("cached"));
    world.kill("one");
    await expect(file.write(text("more"))).rejects.toBeInstanceOf(SimulatedCrash);
    await expect(files.addNew("/1", text("x"))).rejects.toBeInstanceOf(SimulatedCrash);
    await expect(files.read("/0")).rejects.toBeInstanceOf(SimulatedCrash);
    const next = world.runtime("one");
    expect(await contentOf(next.files, "/0")).toBe("cached");
    expect(await next.files.status("/1")).toBeNull();
  });

  it("know whether another one of their host lives", async () => {
    const world = new World(1);
    const [one, two, far] = [world.runtime("one"), world.runtime("two"), world.runtime("far", { host: "elsewhere" })];
    expect(await two.isAlive(one.process)).toBe(true);
    expect(await far.isAlive(one.process)).toBeNull();
    world.kill("one");
    expect(await two.isAlive(one.process)).toBe(false);
  });

  it("die at a named point, of that batch only", async () => {
    const world = new World(1);
    const { faults, files } = world.runtime("one");
    world.crashAtPoint("afterStateWrite", 3, "kill");
    await faults.at("afterStateWrite", 2);
    await faults.at("afterSinkCommit", 3);
    expect(() => faults.at("afterStateWrite", 3)).toThrow(SimulatedCrash);
    await expect(files.status("/")).rejects.toBeInstanceOf(SimulatedCrash);
  });

  it("meet a full disk, which keeps what had room, and errors on demand", async () => {
    const world = new World(1);
    const { files } = world.runtime("one");
    world.capacityBytes = 3;
    const file = await files.create("/0");
    await expect(file.write(text("12345"))).rejects.toMatchObject({ code: "ENOSPC" });
    expect(await contentOf(files, "/0")).toBe("123");
    world.heal();
    await file.write(text("45"));
    expect(await contentOf(files, "/0")).toBe("12345");
    world.fail({ code: "EIO", operation: "read", path: /^\/0$/, times: 1 });
    await expect(files.read("/0")).rejects.toMatchObject({ code: "EIO" });
    expect(await contentOf(files, "/0")).toBe("12345");
  });
});

describe("a failure at an operation", () => {
  it("is of that change of the disk only, and leaves nothing of it", async () => {
    const world = new World(1);
    const { files } = world.runtime("one");
    world.failAtOperation(2, "EIO");
    const file = await files.create("/0");
    await expect(file.write(text("lost"))).rejects.toMatchObject({ code: "EIO" });
    await file.write(text("kept"));
    expect(await contentOf(files, "/0")).toBe("kept");
  });
});

describe("the simulated clock", () => {
  it("jumps to the next sleeper when nothing else is left to do, in order", async () => {
    const { clock } = new World(1, { startMs: 1000 });
    const woken: string[] = [];
    const sleep = async (name: string, delayMs: number): Promise<void> => {
      await clock.sleep(delayMs);
      woken.push(`${name} ${clock.nowMs()}`);
    };
    await Promise.all([sleep("late", 5_000), sleep("early", 10), sleep("same", 10)]);
    expect(woken).toEqual(["early 1010", "same 1010", "late 6000"]);
    expect(clock.monotonicMs()).toBe(5000);
  });

  it("stands still when it is told to, and wakes whoever is aborted", async () => {
    const { clock } = new World(1, { startMs: 0, autoAdvance: false });
    const controller = new AbortController();
    let woken = false;
    const sleeping = clock.sleep(1000).then(() => (woken = true));
    const aborted = clock.sleep(1000, controller.signal);
    controller.abort();
    await aborted;
    expect(clock.nowMs()).toBe(0);
    clock.advance(999);
    await Promise.resolve();
    expect(woken).toBe(false);
    clock.advance(1);
    await sleeping;
    expect(clock.nowMs()).toBe(1000);
  });
});
