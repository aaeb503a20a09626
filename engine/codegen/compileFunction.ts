/**
 * The one place where text becomes code: every loop that is generated for a plan, a layout or an encoding goes through here, so that it has a name in stack
 * traces and profiles, can be found under a source URL in a debugger, and can be shown by `explain("codegen")`.
 */
export interface GeneratedFunction {
  /** What the loop is for (`project`, `probe`, `jsonWalk` …): its function name and the stem of its source URL. */
  readonly name: string;
  /** Names of the parameters, in order. */
  readonly parameters: readonly string[];
  /** The statements between the braces. */
  readonly body: string;
  /** Objects and functions that the body names, by that name; bound once. */
  readonly bound?: Readonly<Record<string, unknown>>;
}

/** Numbers the source URLs, so that each loop has its own. */
let compiledCount = 0;

/** Told of every function that is made; null when nobody asks. */
let observer: ((generated: GeneratedFunction) => void) | null = null;

/**
 * Makes a function from its text. Strict mode; it sees its parameters, what is bound, and the globals of the language.
 *
 * The caller knows its type.
 *
 * @example (compileFunction({ name: "twice", parameters: ["a"], body: "return 2 * a;" }) as (a: number) => number)(21) // 42
 */
export function compileFunction(generated: GeneratedFunction): unknown {
  const { name, bound = {} } = generated;
  observer?.(generated);
  compiledCount++;
  const make = new Function(...Object.keys(bound), `${functionText(generated)}\n//# sourceURL=tidemark/${name}-${compiledCount}.js`) as (
    ...values: readonly unknown[]
  ) => unknown;
  return make(...Object.values(bound));
}

/** The text of the function that is made: what `explain("codegen")` prints. */
export function functionText({ name, parameters, body }: GeneratedFunction): string {
  return `"use strict";\nreturn function ${name}(${parameters.join(", ")}) {\n${body}\n};`;
}

/** Runs `work` and gives what it compiled beside its result, in order. What a cache already held is not compiled again, so it is not listed. */
export function observeCompilation<T>(work: () => T): { readonly result: T; readonly compiled: readonly GeneratedFunction[] } {
  const compiled: GeneratedFunction[] = [];
  const outer = observer;
  observer = (generated) => void compiled.push(generated);
  try {
    return { result: work(), compiled };
  } finally {
    observer = outer;
  }
}
