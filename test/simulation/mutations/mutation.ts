/** A change of the text of a file. */
export interface Edit {
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A mistake in the protocol, as changes of the text of one source file. */
export interface Mutation {
  /** What it does wrong. */
  readonly name: string;
  readonly file: string;
  readonly edits: readonly Edit[];
}

export function mutation(name: string, file: string, ...edits: readonly (readonly [find: string, replace: string])[]): Mutation {
  return { name, file, edits: edits.map(([find, replace]) => ({ find, replace })) };
}

/** The text with the mistake in it. @throws where the file is not as it was when the mistake was thought of */
export function mutated(text: string, { name, file, edits }: Mutation): string {
  return edits.reduce((changed, { find, replace }) => {
    const places = changed.split(find).length - 1;
    if (places !== 1) throw new Error(`the mutation "${name}" does not apply: ${file} has its text ${places} times: ${find}`);
    return changed.replace(find, () => replace);
  }, text);
}
