import { expect, test } from "vitest";
import { Session } from "../../../index.js";
import { refusalOf } from "../query/queryWorld.js";

test("a signal ends a table that is being read, before it is read to its end", async () => {
  const controller = new AbortController();
  let rows = 0;
  const slow = Session.create()
    .range(200_000)
    .map((row) => {
      if (++rows === 10) controller.abort();
      return row;
    }, "id BIGINT");
  expect(await refusalOf(slow.collect({ signal: controller.signal }))).toMatchObject({
    condition: "OPERATION_CANCELED",
    sqlState: "HY008",
  });
  expect(rows).toBeLessThan(200_000);
  expect(await Session.create().range(3).collect({ signal: new AbortController().signal })).toHaveLength(3);
});

test("so does a session that is interrupted, in commands too", async () => {
  let interrupted = false;
  const session = Session.create({ isInterrupted: () => interrupted, print: () => {} });
  expect(await session.range(3).count()).toBe(3);
  interrupted = true;
  for (const work of [session.range(3).count(), session.range(3).show(), session.range(3).take(1)]) {
    expect(await refusalOf(work)).toMatchObject({ condition: "OPERATION_CANCELED" });
  }
});
