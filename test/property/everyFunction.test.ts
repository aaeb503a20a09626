import fc from "fast-check";
import { expect, it } from "vitest";
import { Session } from "../../dataframe/session.js";
import { aggregateFunctions } from "../../engine/expression/aggregates/index.js";
import { listAggregates } from "../../engine/expression/aggregates/listAggregates.js";
import { functionTable } from "../../engine/expression/functions/table.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { argumentTable, typeAndValue, type Argument, type ArgumentTable } from "./argumentPool.js";
import { runs } from "./runs.js";

// Every function with arguments of every type: it gives a value or a condition, never an error of the machine; and of constants the same as of columns.

interface Callable {
  readonly name: string;
  readonly arity: readonly [minimum: number, maximum: number];
  readonly isAggregate: boolean;
}

const plainName = /^[a-z]\w*$/;
/** Words that are no calls in SQL. */
const grammar = new Set(["and", "or", "in", "between", "like", "ilike", "case", "div", "not"]);
/** What draws anew at each call, or reads the clock. */
const unsteady = new Set(
  "uuid rand random randn shuffle randstr uniform current_timestamp now localtimestamp current_date curdate unix_timestamp".split(" "),
);

const callables: readonly Callable[] = [
  ...functionTable.flatMap(({ name, aliases = [], arity }) =>
    [name, ...aliases].map((each) => ({ name: each, arity, isAggregate: false })),
  ),
  ...[...new Set([...Object.values(aggregateFunctions), ...Object.values(listAggregates)])].map(({ name, minArgs, maxArgs }) => ({
    name,
    arity: [minArgs, maxArgs] as const,
    isAggregate: true,
  })),
].filter(({ name }) => plainName.test(name) && !grammar.has(name));

/** Functions that make as much as a number says get no large ones. */
const growing = /repeat|space|pad|sequence|stack/;
const isLarge = ({ constant }: Argument): boolean => /2147483|92233|32767|79769|9999999/.test(constant);

async function outcome({ session, fields, row }: ArgumentTable, sql: string): Promise<unknown> {
  try {
    return (await typeAndValue(session, sql, fields, row)).map(([type, value]) => [type, value]);
  } catch (error) {
    if (error instanceof StreamingError && error.condition !== "INTERNAL_ERROR") return error.condition;
    throw new Error(`${sql} ends in an error of the machine`, { cause: error });
  }
}

const isRefusedAsColumn = /FOLDABLE|LITERAL|INVALID_PARAMETER_VALUE/;

it("gives a value or a condition for arguments of every type, constant or not", { timeout: 600_000 }, async () => {
  const table = await argumentTable(Session.create({ print: () => {}, warn: () => {} }));
  const places = fc.array(fc.nat(table.arguments.length - 1), { minLength: 3, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(fc.nat(callables.length - 1), fc.nat(2), places, async (which, more, drawn) => {
      const { name, arity, isAggregate } = callables[which]!;
      const count = Math.min(arity[0] + more, arity[1], 3);
      const args = drawn.slice(0, Math.max(count, Math.min(arity[0], 3))).map((place) => table.arguments[place]!);
      if (growing.test(name) && args.some(isLarge)) return;
      const constant = await outcome(table, `${name}(${args.map((arg) => arg.constant).join(", ")})`);
      const column = await outcome(table, `${name}(${args.map((arg) => arg.column).join(", ")})`);
      // A constant null ends an evaluation before the others are looked at; constants have a type of their own beside decimals.
      const isNull = args.some((arg) => arg.constant.includes("NULL"));
      if (isAggregate || unsteady.has(name) || isNull || args.some((arg) => arg.typeName.startsWith("decimal"))) return;
      if (typeof column === "string" && isRefusedAsColumn.test(column)) return;
      if (typeof constant === "string" && isRefusedAsColumn.test(constant)) return;
      const shown = `${name}(${args.map((arg) => arg.constant).join(", ")})`;
      expect([shown, valuesOf(column)]).toEqual([shown, valuesOf(constant)]);
    }),
    // The same calls in every run; PROPERTY_SEED draws others.
    { numRuns: runs(250), seed: Number(process.env["PROPERTY_SEED"] ?? 1) },
  );
});

/** Without what a constant knows of itself in its type: that it is not null. */
function valuesOf(result: unknown): unknown {
  return typeof result === "string" ? result : (result as readonly (readonly [unknown, unknown])[]).map(([, value]) => value);
}
