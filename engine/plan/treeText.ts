interface Branch<N> {
  readonly node: N;
  /** What stands before its line, and before those of its inputs. */
  readonly first: string;
  readonly rest: string;
}

/** A tree as readable lines, the last step first. A plan may be as deep as a program has verbs: nothing recurses. */
export function treeText<N>(root: N, show: (node: N) => { readonly line: string; readonly inputs: readonly N[] }): string {
  const lines: string[] = [];
  const waiting: Branch<N>[] = [{ node: root, first: "", rest: "" }];
  for (let branch = waiting.pop(); branch !== undefined; branch = waiting.pop()) {
    const { node, first, rest } = branch;
    const { line, inputs } = show(node);
    lines.push(first + line);
    for (let i = inputs.length - 1; i >= 0; i--) {
      waiting.push({ node: inputs[i]!, first: `${rest}+- `, rest: `${rest}${i === inputs.length - 1 ? "   " : "|  "}` });
    }
  }
  return lines.join("\n");
}
