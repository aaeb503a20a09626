import type { Column } from "../arrow/column.js";
import { columnFromUsers, valueFromResult } from "../arrow/userResults.js";
import { sqlTypeName, type DataType } from "../arrow/types.js";
import type { Value } from "../arrow/value.js";
import type { UserFunction } from "../contract/userFunction.js";
import { shownValue, thrownText } from "../errors/shownValue.js";
import { StreamingError } from "../errors/streamingError.js";

/** What a message says of a user's function. */
export interface Signature {
  readonly name: string;
  readonly argumentTypes: readonly DataType[];
  readonly returns: DataType;
}

/** What a function threw, as a condition that names it. */
export function failedFunction({ name, argumentTypes, returns }: Signature, thrown: unknown): StreamingError {
  const signature = argumentTypes.map(sqlTypeName).join(", ");
  const parameters = { functionName: name, signature, result: sqlTypeName(returns), reason: thrownText(thrown) };
  return new StreamingError("FAILED_EXECUTE_UDF", parameters, { cause: thrown });
}

/** What a function gave that it must not give. */
export function wrongResult(functionName: string, type: DataType, given: unknown, cause?: unknown): StreamingError {
  const about = cause instanceof StreamingError && isInside(cause) ? ` (${detailOf(cause)})` : "";
  const actual = `${shownKind(given)}${about}`;
  return new StreamingError("UDF_RESULT_MISMATCH", { functionName, expected: sqlTypeName(type), actual }, { cause });
}

/** Whether it is a member that is wrong, which the value alone does not show. */
function isInside({ parameters }: StreamingError): boolean {
  return parameters["column"] === undefined || parameters["column"].includes(".");
}

function detailOf({ condition, parameters }: StreamingError): string {
  if (condition === "VALUE_NOT_OF_TYPE") {
    return `${parameters["column"]} is to be ${parameters["type"]}, and is ${parameters["value"]}`;
  }
  return condition === "UNKNOWN_FIELD" ? `it has no field ${parameters["field"]}` : condition;
}

function shownKind(given: unknown): string {
  if (given === undefined) return "undefined";
  return typeof given === "object" || typeof given === "function" ? shownValue(given) : `${shownValue(given)}, a ${typeof given}`;
}

/** Calls of one function over columns of arguments, as users see values. */
export class UserFunctionCalls {
  readonly #function: UserFunction;
  readonly #signature: Signature;

  constructor(made: UserFunction, argumentTypes: readonly DataType[]) {
    this.#function = made;
    this.#signature = { name: made.name, argumentTypes, returns: made.returns };
  }

  /** Calls it for one row. @throws FAILED_EXECUTE_UDF */
  call(args: readonly (readonly unknown[])[], row: number): unknown {
    const { call } = this.#function;
    try {
      switch (args.length) {
        case 1:
          return call(args[0]![row]);
        case 2:
          return call(args[0]![row], args[1]![row]);
        default:
          return call(...args.map((values) => values[row]));
      }
    } catch (error) {
      throw this.failed(error);
    }
  }

  /** The same of one that takes its time. @throws FAILED_EXECUTE_UDF */
  async ask(args: readonly (readonly unknown[])[], row: number): Promise<unknown> {
    const { call } = this.#function;
    try {
      return await call(...args.map((values) => values[row]));
    } catch (error) {
      throw this.failed(error);
    }
  }

  failed(error: unknown): StreamingError {
    return failedFunction(this.#signature, error);
  }

  /** One result. @throws UDF_RESULT_MISMATCH, UDF_RETURNED_PROMISE */
  value(given: unknown): Value {
    const { name, returns, nullable } = this.#function;
    try {
      return valueFromResult(returns, nullable, given, "result");
    } catch (error) {
      throw this.#wrong(name, returns, given, error);
    }
  }

  /**
   * The results as a column; null for the rows that did not ask.
   *
   * @throws UDF_RESULT_MISMATCH, UDF_RETURNED_PROMISE
   */
  column(given: readonly unknown[], asks: ((row: number) => boolean) | null): Column {
    const { name, returns, nullable } = this.#function;
    const refuse = (value: unknown, error?: unknown): StreamingError => this.#wrong(name, returns, value, error);
    if (asks === null) return columnFromUsers(returns, nullable, given, refuse);
    if (!nullable && given.some((value, row) => value === null && asks(row))) throw refuse(null);
    return columnFromUsers(returns, true, given, refuse);
  }

  #wrong(name: string, returns: DataType, given: unknown, error?: unknown): StreamingError {
    const isPromise = typeof given === "object" && given !== null && "then" in given && typeof given.then === "function";
    if (!isPromise) return wrongResult(name, returns, given, error);
    // What it comes to is nobody's business any more.
    Promise.resolve(given as Promise<unknown>).catch(() => {});
    return new StreamingError("UDF_RETURNED_PROMISE", { functionName: name });
  }
}
