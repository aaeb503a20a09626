/**
 * Computes something of a tree in steps that do not recurse: a step yields an input when it needs what comes of it. A plan may be as deep as a program has verbs.
 *
 * @example descend(plan, function* (node) { return 1 + Math.max(0, ...(yield* eachOf(childrenOf(node)))); }) // its depth
 */
export function descend<N, R>(root: N, stepsOf: (node: N) => Generator<N, R, R>): R {
  const begun = [stepsOf(root)];
  let given: R | undefined;
  for (;;) {
    // What is given to the first step of a generator goes nowhere.
    const step = begun.at(-1)!.next(given as R);
    if (step.done !== true) {
      begun.push(stepsOf(step.value));
      continue;
    }
    begun.pop();
    if (begun.length === 0) return step.value;
    given = step.value;
  }
}

/** Asks for what comes of several inputs, in their order. */
export function* eachOf<N, R>(nodes: readonly N[]): Generator<N, R[], R> {
  const results: R[] = [];
  for (const node of nodes) results.push(yield node);
  return results;
}
