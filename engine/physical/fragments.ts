import { factsOf, inputsOf, isLeaf, nodesOf, streamInputsOf, streamNodesOf, type PhysicalNode, type PlanRoot } from "./plan.js";

/**
 * A part of a plan that runs without waiting for another, from where rows come in (scans, tables in memory, exchanges) to where somebody takes them (exchanges, sinks).
 * A plan by itself, and plain data: it can be sent to another thread. Its roots have the ids of outputs, or of exchanges that other fragments receive from.
 */
export interface Fragment {
  /** Its place in the list: those that it receives from come before it. */
  readonly id: number;
  readonly roots: readonly PlanRoot[];
}

/**
 * Cuts a plan into fragments: before every node that must see rows of all tasks together (those of its keys, for state, or all of them). What reads
 * several fragments, however many exchanges lie behind each, comes after all of them, so that no two fragments wait for each other.
 */
export function fragmentsOf(roots: readonly PlanRoot[]): readonly Fragment[] {
  const depths = depthsOf(roots);
  const cut = new Cutting(depths);
  const ends = [...cut.exchanges(), ...roots.map(({ outputId, node }) => ({ outputId, node, depth: depths.get(node)! }))];
  const ordered = connected(ends, depths).toSorted(([a], [b]) => a.depth - b.depth);
  return ordered.map((group, id) => ({ id, roots: group.map(({ outputId, node }) => ({ outputId, node: cut.rewritten(node) })) }));
}

/** The fragment that reads each scan, or rows in memory. The leaves are those of the plan that was cut. */
export function fragmentsByLeaf(fragments: readonly Fragment[]): ReadonlyMap<PhysicalNode, number> {
  const ids = new Map<PhysicalNode, number>();
  for (const { id, roots } of fragments) for (const node of nodesOf(roots)) if (isLeaf(node) && !ids.has(node)) ids.set(node, id);
  return ids;
}

type Depths = ReadonlyMap<PhysicalNode, number>;

/** How many exchanges lie between each node and the leaves, at most; tables are read before and have none. */
function depthsOf(roots: readonly PlanRoot[]): Depths {
  const depths = new Map<PhysicalNode, number>();
  for (const node of streamNodesOf(roots)) {
    const below = streamInputsOf(node).reduce((most, input) => Math.max(most, depths.get(input)!), 0);
    depths.set(node, below + (factsOf(node).gathers(node) ? 1 : 0));
  }
  return depths;
}

interface End extends PlanRoot {
  readonly depth: number;
}

class Cutting {
  /** What is read across a cut, and the id under which it goes. */
  readonly #exchanges = new Map<PhysicalNode, string>();
  readonly #rewritten = new Map<PhysicalNode, PhysicalNode>();

  /** `depths` has every node once, inputs first. */
  constructor(private readonly depths: Depths) {
    for (const node of depths.keys()) {
      for (const input of streamInputsOf(node)) {
        if (this.#isCut(input, node) && !this.#exchanges.has(input)) this.#exchanges.set(input, `exchange-${this.#exchanges.size}`);
      }
      this.#rewritten.set(node, this.#rewrite(node));
    }
  }

  exchanges(): readonly End[] {
    return [...this.#exchanges].map(([node, outputId]) => ({ outputId, node, depth: this.depths.get(node)! }));
  }

  #isCut(input: PhysicalNode, reader: PhysicalNode): boolean {
    return this.depths.get(input)! < this.depths.get(reader)!;
  }

  /** The node over its inputs, in the place of those behind a cut what receives from them. */
  rewritten(root: PhysicalNode): PhysicalNode {
    return this.#rewritten.get(root)!;
  }

  /** Over inputs that are rewritten. */
  #rewrite(node: PhysicalNode): PhysicalNode {
    const streams = streamInputsOf(node);
    const inputs = inputsOf(node).map((input): PhysicalNode => {
      if (!streams.includes(input)) return input;
      if (!this.#isCut(input, node)) return this.#rewritten.get(input)!;
      return { kind: "receive", exchange: this.#exchanges.get(input)!, output: input.output };
    });
    return inputs.length === 0 ? node : factsOf(node).withInputs(node, inputs);
  }
}

/** Ends that read a node in common, without a cut between, belong together. All nodes of a group have one depth. */
function connected(ends: readonly End[], depths: Depths): readonly (readonly [End, ...End[]])[] {
  const pieces = new DisjointSets<PhysicalNode>();
  for (const [node, depth] of depths) {
    for (const input of streamInputsOf(node)) if (depths.get(input) === depth) pieces.join(input, node);
  }
  const groups = new Map<PhysicalNode, [End, ...End[]]>();
  for (const end of ends) {
    const piece = pieces.of(end.node);
    const group = groups.get(piece);
    if (group === undefined) groups.set(piece, [end]);
    else group.push(end);
  }
  return [...groups.values()];
}

/** Sets that are joined and never parted; each is known by one of its members. Tarjan, "Efficiency of a good but not linear set union algorithm". */
class DisjointSets<T> {
  readonly #above = new Map<T, T>();

  of(member: T): T {
    let root = member;
    for (let next = this.#above.get(root); next !== undefined; next = this.#above.get(root)) root = next;
    for (let at = member; at !== root;) {
      const next = this.#above.get(at)!;
      this.#above.set(at, root);
      at = next;
    }
    return root;
  }

  join(a: T, b: T): void {
    const [from, to] = [this.of(a), this.of(b)];
    if (from !== to) this.#above.set(from, to);
  }
}
