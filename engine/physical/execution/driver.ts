import type { Batch } from "../../arrow/batch.js";
import type { Lending } from "../../contract/lending.js";
import { assert } from "../../errors/assert.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { Emission, Operator, Pause } from "../operator.js";
import type { LateWatch } from "./lateWatch.js";

/** Where the rows of a port go: into an operator, or out of the plan. */
export type Route =
  | { readonly kind: "operator"; readonly to: WiredOperator; readonly input: number }
  | { readonly kind: "output"; readonly output: string };

/** By port: those who take its rows, each in its turn. */
export type Ports = readonly (readonly Route[])[];

/** An operator in its place. */
export interface WiredOperator {
  readonly operator: Operator;
  readonly ports: Ports;
  /** Of operators that lose late rows: keeps some of them. */
  readonly late?: LateWatch | null;
}

/** Rows for one of the plan's outputs. */
export interface OutputRows {
  readonly output: string;
  readonly batch: Batch;
}

/** An operator that has been asked for rows and may have more. */
interface Step {
  readonly emissions: Iterator<Emission | Pause>;
  readonly ports: Ports;
  /** What it gave last, which goes back before it is asked for more. */
  lent: Batch | null;
  /** Who takes that, and how many of them have had their turn. */
  routes: readonly Route[];
  turns: number;
}

/**
 * Takes emissions through the operators below, depth first: an operator is asked for its next rows when everything below has dealt with the last ones. So
 * each batch is lent until the next pull from whoever gave it, a batch that comes out until the next pull from here, and no more than one batch of each
 * operator is under way. What `beforePull` throws ends it. An operator that waits is pulled again when it need not wait any more; nothing else is pulled meanwhile. Where several take the rows of a port, the second gets a batch when everything below the first has dealt with it.
 */
export function* drive(
  emissions: Iterable<Emission | Pause>,
  ports: Ports,
  lending: Lending,
  beforePull: () => void = () => {},
): Generator<OutputRows | Pause, void, void> {
  const steps: Step[] = [stepOf(emissions, ports)];
  try {
    while (steps.length > 0) {
      const step = steps.at(-1)!;
      const route = step.routes[step.turns];
      if (route !== undefined) {
        step.turns++;
        const batch = step.lent!;
        if (route.kind === "output") yield { output: route.output, batch };
        else steps.push(stepOf((route.to.late ?? route.to.operator).process(batch, route.input), route.to.ports));
        continue;
      }
      if (step.lent !== null) lending.takeBack(step.lent);
      step.lent = null;
      beforePull();
      const next = step.emissions.next();
      if (next.done === true) {
        steps.pop();
        continue;
      }
      if ("until" in next.value) {
        yield next.value;
        continue;
      }
      const { port, batch } = next.value;
      const routes = step.ports[port];
      assert(routes !== undefined, `rows on port ${port}, which leads nowhere`);
      step.lent = lending.lend(batch);
      step.routes = routes;
      step.turns = 0;
    }
  } finally {
    // A receiver that failed takes no more: operators that are half done may let go of what they hold.
    for (const { emissions: left } of steps.toReversed()) left.return?.();
  }
}

function stepOf(emissions: Iterable<Emission | Pause>, ports: Ports): Step {
  return { emissions: emissions[Symbol.iterator](), ports, lent: null, routes: [], turns: 0 };
}

/** Takes the rows of an output; whoever gives them waits for it. */
export type Receiver = (rows: OutputRows) => Promise<void> | void;

/**
 * Hands rows to a receiver, one batch after the other: the next one is pulled when it is done with the last, and when what an operator waits for is there.
 *
 * @throws OPERATION_CANCELED when `stopped` is aborted while an operator waits: what it waits for may never come
 */
export async function deliver(rows: Iterable<OutputRows | Pause>, receiver: Receiver, stopped: AbortSignal | null): Promise<void> {
  for (const out of rows) {
    const busy = "until" in out ? untilOrStopped(out.until, stopped) : receiver(out);
    if (busy !== undefined) await busy;
  }
}

async function untilOrStopped(until: Promise<unknown>, stopped: AbortSignal | null): Promise<void> {
  if (stopped === null) return void (await until);
  const over = new AbortController();
  const canceled = new Promise<never>((_, reject) => {
    if (stopped.aborted) reject(new StreamingError("OPERATION_CANCELED"));
    stopped.addEventListener("abort", () => reject(new StreamingError("OPERATION_CANCELED")), { signal: over.signal });
  });
  try {
    await Promise.race([until, canceled]);
  } finally {
    over.abort();
  }
}
