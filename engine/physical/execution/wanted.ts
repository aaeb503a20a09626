import type { Ports, Route, WiredOperator } from "./driver.js";

/** Whether rows that go to these ports can still change what comes out: a table that is read for its first rows is not read to its end. */
export class Wanted {
  private readonly mayEnd: boolean;

  /** @param operators of the pipeline, each after those that feed it */
  constructor(private readonly operators: readonly WiredOperator[]) {
    this.mayEnd = operators.some(({ operator }) => operator.isFull !== undefined);
  }

  at(ports: Ports): boolean {
    if (!this.mayEnd) return true;
    const wanting = new Set<WiredOperator>();
    const wants = (route: Route): boolean => route.kind === "output" || wanting.has(route.to);
    for (const wired of this.operators.toReversed()) {
      if (wired.operator.isFull !== true && wired.ports.flat().some(wants)) wanting.add(wired);
    }
    return ports.flat().some(wants);
  }
}
