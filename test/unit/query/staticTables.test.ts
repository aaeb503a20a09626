import { afterEach, beforeEach, expect, it } from "vitest";
import type { Session } from "../../../dataframe/session.js";
import type { Runtime } from "../../../engine/contract/runtime.js";
import { QueryWorld, type Frame } from "./queryWorld.js";

let machine: QueryWorld;

beforeEach(() => {
  machine = new QueryWorld();
});

afterEach(() => machine.close());

/** A process that notes which files it opens. */
function watching(opened: string[]): Runtime {
  const runtime = machine.process();
  const files = Object.create(runtime.files) as Runtime["files"];
  files.open = (path) => {
    opened.push(path);
    return runtime.files.open(path);
  };
  return { ...runtime, files };
}

const tableNames = ["a", "b", "c", "d"];

/** Tables joined with tables: a with (b with (c with d)). */
function nested(session: Session, [name, ...inner]: readonly string[]): Frame {
  const table: Frame = session.read.schema(`v BIGINT, ${name} STRING`).json(`/data/${name}`);
  return inner.length === 0 ? table : table.join(nested(session, inner), "v");
}

it("each table of nested joins is read once, by a stream and by a bounded query", async () => {
  await machine.file("0.json", [{ v: 1 }, { v: 2 }]);
  for (const name of tableNames)
    await machine.file(
      "t.json",
      [
        { v: 1, [name]: name },
        { v: 3, [name]: "none" },
      ],
      `/data/${name}`,
    );
  const opened: string[] = [];
  const runtime = watching(opened);
  await machine.run({ runtime, schema: "v BIGINT", build: (input, session) => input.join(nested(session, tableNames), "v") });
  expect(machine.rows()).toEqual([[1n, ...tableNames]]);
  const tables = tableNames.map((name) => `/data/${name}/t.json`);
  expect(opened.filter((path) => tables.includes(path)).toSorted()).toEqual(tables);
  opened.length = 0;
  const session = machine.session({ runtime });
  expect(await nested(session, tableNames).count()).toBe(2);
  expect(opened.toSorted()).toEqual(tables);
});
