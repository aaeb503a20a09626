import type { Cache } from "./cache.js";

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

/** Told of every function that is asked for; null when nobody asks. */
let observer: ((generated: GeneratedFunction) => void) | null = null;

/**
 * Makes a function from its text. Strict mode; it sees its parameters, what is bound, and the globals of the language.
 *
 * The caller knows its type.
 *
 * @example (compileFunction({ name: "twice", parameters: ["a"], body: "return 2 * a;" }) as (a: number) => number)(21) // 42
 */
export function compileFunction(generated: GeneratedFunction): unknown {
  observer?.(generated);
  return compile(generated);
}

/** The same for a text that comes again and again, with the same objects bound: the function that was made for it before, as long as the cache has it. */
export function compileCached<F>(cache: Cache<F>, generated: GeneratedFunction): F {
  observer?.(generated);
  return cache.get(generated.body, () => compile(generated) as F);
}

function compile(generated: GeneratedFunction): unknown {
  const { name, bound = {} } = generated;
  compiledCount++;
  const make = new Function(
    ...Object.keys(bound),
    `"use strict";\nreturn ${functionText(generated)};\n//# sourceURL=tidemark/${name}-${compiledCount}.js`,
  ) as (...values: readonly unknown[]) => unknown;
  return make(...Object.values(bound));
}

/** The text of the function that is made: what `explain("codegen")` prints. */
export function functionText({ name, parameters, body }: GeneratedFunction): string {
  return `function ${name}(${parameters.join(", ")}) {\n${body}\n}`;
}

/** Runs `work` and gives the functions that it asked for, in order, each once. */
export function observeCompilation(work: () => void): readonly GeneratedFunction[] {
  const compiled = new Map<string, GeneratedFunction>();
  const outer = observer;
  observer = (generated) => void compiled.set(functionText(generated), generated);
  try {
    work();
  } finally {
    observer = outer;
  }
  return [...compiled.values()];
}
