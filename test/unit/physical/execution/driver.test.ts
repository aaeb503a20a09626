import { expect, it } from "vitest";
import { batchFromRows, rowsOf } from "../../../../engine/arrow/columns.js";
import type { Batch } from "../../../../engine/arrow/batch.js";
import { field, types, type Schema } from "../../../../engine/arrow/types.js";
import { plainLending, type Lending } from "../../../../engine/contract/lending.js";
import { deliver, drive, type Ports, type Route } from "../../../../engine/physical/execution/driver.js";
import { emission, nothing, type Emission, type Operator } from "../../../../engine/physical/operator.js";
import { withoutPauses } from "../pulled.js";

const schema: Schema = types.struct([field("n", types.int)]);
const batchOfOne = (n: number): Batch => batchFromRows(schema, [[n]]);
const numberIn = (batch: Batch): number => rowsOf(batch)[0]![0] as number;

/** Gives each number twice, as n·10 and n·10 + 1; says what it does and when. */
class Doubling implements Operator {
  constructor(
    private readonly name: string,
    private readonly log: string[],
  ) {}

  begin(): void {}

  *process(batch: Batch): Iterable<Emission> {
    const n = numberIn(batch);
    try {
      for (const digit of [0, 1]) {
        this.log.push(`${this.name} makes ${10 * n + digit}`);
        yield emission(batchOfOne(10 * n + digit));
      }
    } finally {
      this.log.push(`${this.name} is done with ${n}`);
    }
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}

const main: Route = { kind: "output", output: "main" };

function twoOperators(log: string[]): Ports {
  const below = { operator: new Doubling("below", log), ports: [[main]] };
  const above = { operator: new Doubling("above", log), ports: [[{ kind: "operator", to: below, input: 0 }]] as const };
  return [[{ kind: "operator", to: above, input: 0 }]];
}

const madeAndWritten = (n: number): string[] => [`below makes ${n}`, `${n} comes`, `${n} is written`];

it("an operator makes its next batch when all below it, and the receiver, are done with the last", async () => {
  const log: string[] = [];
  const receiver = async ({ batch }: { readonly batch: Batch }): Promise<void> => {
    log.push(`${numberIn(batch)} comes`);
    await new Promise(setImmediate);
    log.push(`${numberIn(batch)} is written`);
  };
  await deliver(drive([emission(batchOfOne(1))], twoOperators(log), plainLending), receiver, null);
  expect(log).toEqual([
    "above makes 10",
    ...madeAndWritten(100),
    ...madeAndWritten(101),
    "below is done with 10",
    "above makes 11",
    ...madeAndWritten(110),
    ...madeAndWritten(111),
    "below is done with 11",
    "above is done with 1",
  ]);
});

it.each(["throws", "rejects"])("a receiver that %s ends the operators that are half done, those below first", async (how) => {
  const log: string[] = [];
  const receiver = ({ batch }: { readonly batch: Batch }): Promise<void> | void => {
    if (numberIn(batch) === 100) return;
    if (how === "throws") throw new Error("full");
    return Promise.reject(new Error("full"));
  };
  await expect(deliver(drive([emission(batchOfOne(1))], twoOperators(log), plainLending), receiver, null)).rejects.toThrow("full");
  expect(log.slice(-3)).toEqual(["below makes 101", "below is done with 10", "above is done with 1"]);
});

it("each port has its way, and a port that leads nowhere is a fault", () => {
  const emissions: Emission[] = [
    { port: 0, batch: batchOfOne(1) },
    { port: 1, batch: batchOfOne(2) },
  ];
  const ports: Ports = [[main], [{ kind: "output", output: "late" }]];
  expect([...withoutPauses(drive(emissions, ports, plainLending))].map(({ output, batch }) => `${output} ${numberIn(batch)}`)).toEqual([
    "main 1",
    "late 2",
  ]);
  expect(() => [...drive(emissions, ports.slice(0, 1), plainLending)]).toThrow("port 1");
});

const turns = (n: number): string[] => [
  ...[0, 1].flatMap((digit) => [`below makes ${10 * n + digit}`, `main ${10 * n + digit}`, `${10 * n + digit} goes back`]),
  `below is done with ${n}`,
  `copy ${n}`,
  `${n} goes back`,
];

it("several take the rows of a port in turn: the second when all below the first is done, before the batch goes back", () => {
  const log: string[] = [];
  const lending: Lending = {
    lend: (batch) => batch,
    takeBack: (batch) => void log.push(`${numberIn(batch)} goes back`),
  };
  const doubling = { operator: new Doubling("below", log), ports: [[main]] };
  const twice: Ports = [
    [
      { kind: "operator", to: doubling, input: 0 },
      { kind: "output", output: "copy" },
    ],
  ];
  for (const { output, batch } of withoutPauses(drive([emission(batchOfOne(1)), emission(batchOfOne(2))], twice, lending))) {
    log.push(`${output} ${numberIn(batch)}`);
  }
  expect(log).toEqual([...turns(1), ...turns(2)]);
});
