import { shownValue } from "../engine/errors/shownValue.js";
import { StreamingError } from "../engine/errors/streamingError.js";

/*
 * What the compiler refuses, a plain JavaScript job may still pass. Public methods check the kinds of their arguments by a table of signatures (`door.ts`);
 * functions where they make expressions of them. What an argument means is checked by whoever uses it.
 */

/** A kind of argument. */
export interface Kind {
  /** As the message says it, behind "should be". */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** Whether it may be left out. */
  readonly isOptional?: boolean;
  /** Whether it stands for all arguments from here on. */
  readonly isRest?: boolean;
}

/** The kinds of a method's arguments, in order. */
export type Signature = readonly Kind[];

export function optional(kind: Kind): Kind {
  return { ...kind, isOptional: true };
}

export function rest(kind: Kind): Kind {
  return { ...kind, isRest: true };
}

export function either(...kinds: readonly Kind[]): Kind {
  return {
    expected: kinds.map(({ expected }) => expected).join(", or "),
    accepts: (value) => kinds.some((kind) => kind.accepts(value)),
  };
}

/** An object of values by name, each of one kind. */
export function recordOf(expected: string, kind: Kind): Kind {
  return { expected, accepts: (value) => isPlainObject(value) && Object.values(value).every((member) => kind.accepts(member)) };
}

/** At least one of a kind. */
export function listOf(expected: string, kind: Kind): Kind {
  return { expected, accepts: (value) => Array.isArray(value) && value.length > 0 && value.every((element) => kind.accepts(element)) };
}

export function instanceOf(expected: string, type: abstract new (...args: never[]) => object): Kind {
  return { expected, accepts: (value) => value instanceof type };
}

export const text: Kind = { expected: "a text", accepts: (value) => typeof value === "string" };
export const path: Kind = { expected: "one path, which may be a pattern such as data/{a,b}/*.json", accepts: text.accepts };
export const number: Kind = { expected: "a number", accepts: (value) => typeof value === "number" };
export const boolean: Kind = { expected: "true or false", accepts: (value) => typeof value === "boolean" };
export const callable: Kind = { expected: "a function", accepts: (value) => typeof value === "function" && !isClass(value) };
/** What is checked for what it means by whoever takes it, whatever it is. */
export const anything: Kind = { expected: "anything", accepts: () => true };
export const optionValue: Kind = {
  expected: "a text, a number or a boolean",
  accepts: (value) => ["string", "number", "bigint", "boolean"].includes(typeof value),
};

/** An object of functions, of which some are needed and the others may be left out; no other members. */
export function functionsOf(expected: string, needed: readonly string[], others: readonly string[]): Kind {
  const known = [...needed, ...others];
  return {
    expected,
    accepts: (value) => {
      if (typeof value !== "object" || value === null) return false;
      const members = known.map((name) => (value as Record<string, unknown>)[name]);
      return (
        members.every((member, i) => typeof member === "function" || (member === undefined && i >= needed.length)) && members.some(Boolean)
      );
    },
  };
}

/** A class is a function that must not be called. */
function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Checks the arguments of a call.
 *
 * @throws NOT_EXPECTED_TYPE
 */
export function checkArguments(owner: string, signature: Signature, args: readonly unknown[]): void {
  for (const [i, kind] of signature.entries()) {
    if (kind.isRest) {
      for (let j = i; j < args.length; j++) if (!kind.accepts(args[j])) throw notExpected(owner, j + 1, kind.expected, args[j], true);
    } else if (!(kind.isOptional && args[i] === undefined) && !kind.accepts(args[i])) {
      throw notExpected(owner, i + 1, kind.expected, args[i]);
    }
  }
}

/** The refusal of an argument of the wrong kind. @param isRest whether more of its kind may follow: then an array of them was meant to be spread */
export function notExpected(owner: string, place: number, expected: string, given: unknown, isRest = false): StreamingError {
  return new StreamingError("NOT_EXPECTED_TYPE", {
    argument: String(place),
    owner,
    expected,
    given: givenText(given),
    suggestion: isRest && Array.isArray(given) ? `Give them one by one: ${owner}(...list).` : "Give it one.",
  });
}

function givenText(given: unknown): string {
  if (given === undefined || given === null) return String(given);
  if (Array.isArray(given)) return `the array ${shownValue(given)}`;
  if (typeof given === "function") return shownValue(given);
  if (typeof given !== "object") return `the ${typeof given} ${shownValue(given)}`;
  const { name } = (given as { constructor?: { name?: unknown } }).constructor ?? {};
  return isPlainObject(given) ? `the object ${shownValue(given)}` : `a ${typeof name === "string" ? name : "nameless object"}`;
}

/** The methods of a class by name; those that give a promise give their refusals by it. */
export interface Signatures<T> {
  readonly direct?: Readonly<Partial<Record<keyof T, Signature>>>;
  readonly promised?: Readonly<Partial<Record<keyof T, Signature>>>;
}

/** From here on the methods of a class check their arguments. */
export function guard<T extends object>(name: string, prototype: T, { direct, promised }: Signatures<T>): void {
  for (const [method, signature] of Object.entries<Signature | undefined>(direct ?? {}))
    wrap(name, prototype, method, signature ?? [], false);
  for (const [method, signature] of Object.entries<Signature | undefined>(promised ?? {}))
    wrap(name, prototype, method, signature ?? [], true);
}

function wrap(name: string, prototype: object, method: string, signature: Signature, isPromised: boolean): void {
  const original = (prototype as Readonly<Record<string, (...args: unknown[]) => unknown>>)[method]!;
  const owner = `${name}.${method}`;
  const checked = function (this: unknown, ...args: unknown[]): unknown {
    try {
      checkArguments(owner, signature, args);
    } catch (error) {
      if (isPromised) return Promise.reject(error);
      throw error;
    }
    return original.apply(this, args);
  };
  Object.defineProperty(checked, "name", { value: method });
  Object.defineProperty(prototype, method, { value: checked, writable: true, configurable: true });
}
