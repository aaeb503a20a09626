import { spawn } from "node:child_process";
import { getEventListeners, once } from "node:events";
import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import type { Task } from "../../../engine/contract/executor.js";
import { inlineExecutor } from "../../../runtime/inlineExecutor.js";
import { isAlive, startTicks, thisProcess } from "../../../runtime/processIdentity.js";
import { systemClock } from "../../../runtime/systemClock.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";

const task = (order: number): Task => ({ fragment: 0, order, input: null, statePartition: null });

/** A line of `/proc/<pid>/stat`. */
const statLine = (state: string): string => `42 (a) b (c) ${state} 1 1 1 0 -1 4194304 1 0 0 0 1 1 0 0 20 0 1 0 987654 1 1 1`;

describe("the system's clock", () => {
  it("sleeps at least as long as it was asked to", async () => {
    const before = systemClock.monotonicMs();
    await systemClock.sleep(20);
    expect(systemClock.monotonicMs() - before).toBeGreaterThanOrEqual(19);
  });

  it("wakes when it is aborted, without an error and without a listener left", async () => {
    const controller = new AbortController();
    const sleeping = systemClock.sleep(2 ** 40, controller.signal);
    setTimeout(() => controller.abort(), 5);
    await sleeping;
    await systemClock.sleep(2 ** 40, controller.signal);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });
});

describe("the inline executor", () => {
  it("runs tasks one after the other and gives the results in their order", async () => {
    const events: string[] = [];
    const results = await inlineExecutor.runAll([task(0), task(1), task(2)], async ({ order }) => {
      events.push(`begin ${order}`);
      await systemClock.sleep(3 - order);
      events.push(`end ${order}`);
      return order * 10;
    });
    expect(results).toEqual([0, 10, 20]);
    expect(events).toEqual(["begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2"]);
  });

  it("fails with the first failure and starts nothing after it", async () => {
    const started: number[] = [];
    const running = inlineExecutor.runAll([task(0), task(1), task(2)], async ({ order }) => {
      started.push(order);
      if (order === 1) throw new Error("task 1");
    });
    await expect(running).rejects.toThrow("task 1");
    expect(started).toEqual([0, 1]);
  });
});

describe("the identity of a process", () => {
  const self = thisProcess();
  const onLinux = process.platform === "linux";

  it("is alive while it runs", async () => {
    expect(self).toMatchObject({ host: hostname(), pid: process.pid });
    expect(await isAlive(self)).toBe(true);
    expect(await isAlive(systemRuntime().process)).toBe(true);
  });

  it("is unknown on another host", async () => {
    expect(await isAlive({ ...self, host: `not-${self.host}` })).toBeNull();
  });

  it("is told from an earlier process with the same pid", async () => {
    const { startToken: _token, ...withoutToken } = self;
    expect(await isAlive({ ...withoutToken, startedMs: self.startedMs - 60_000 })).toBe(false);
    expect(await isAlive(withoutToken)).toBe(true);
  });

  it.runIf(onLinux)("is told by boot, namespace and start ticks", async () => {
    const [boot, namespace, ticks] = self.startToken!.split("/");
    expect(await isAlive({ ...self, startToken: `${boot}/${namespace}/${Number(ticks) - 1}` })).toBe(false);
    expect(await isAlive({ ...self, startToken: `another-boot/${namespace}/${ticks}` })).toBe(false);
    expect(await isAlive({ ...self, startToken: `${boot}/1/${ticks}` })).toBeNull();
  });

  it("dies with its process", async () => {
    const program = 'process.stdout.write("up"); setInterval(() => undefined, 1000)';
    const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "ignore"] });
    await once(child.stdout, "data");
    const identity = { host: self.host, pid: child.pid!, startedMs: 0 };
    expect(await isAlive(identity)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await isAlive(identity)).toBe(false);
  });

  it("reads the start ticks behind a command with spaces and parentheses, and none of a zombie", () => {
    expect(startTicks(statLine("S"))).toBe("987654");
    expect(startTicks(statLine("Z"))).toBeNull();
  });
});
