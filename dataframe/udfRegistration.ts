import { StreamingError } from "../engine/errors/streamingError.js";
import { checkArguments, text } from "./arguments.js";
import type { TypeInput } from "./schema.js";
import type { CheckedType } from "./types/ddl.js";
import { madeFunction, udf, type Given, type ReturnedValue, type UdfOptions, type UserDefinedFunction } from "./userFunctions.js";

/** The functions that text can name in a session: `session.udf`. */
export class UdfRegistration {
  /** By the name in lower case, what plans call them by. */
  readonly #names: Map<string, string>;

  /** @param names where it puts what is registered */
  constructor(names: Map<string, string>) {
    this.#names = names;
  }

  /**
   * Gives a function a name in SQL, `expr`, `selectExpr` and conditions of text, whatever the case; a function that had the name is forgotten, one of Spark's own is hidden.
   *
   * @throws INVALID_UDF_NAME
   * @example const double = session.udf.register("double", (x: number) => x * 2, "INT"); df.selectExpr("double(id) AS twice")
   */
  register<P extends readonly unknown[], V>(name: string, made: UserDefinedFunction<P, V>): UserDefinedFunction<P, V>;
  register<P extends readonly unknown[], const D extends TypeInput>(
    name: string,
    compute: (...values: P) => Given<ReturnedValue<D>> | null | Promise<Given<ReturnedValue<D>> | null>,
    returns: D & CheckedType<D>,
    options?: UdfOptions,
  ): UserDefinedFunction<P, ReturnedValue<D>>;
  register(name: string, given: unknown, returns?: TypeInput, options: UdfOptions = {}): unknown {
    checkArguments("udf.register", [text], [name]);
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new StreamingError("INVALID_UDF_NAME", { name });
    const known = madeFunction(given) === undefined ? udf(given as () => unknown, returns as TypeInput & string, options) : given;
    this.#names.set(name.toLowerCase(), madeFunction(known)!.known(name));
    return known;
  }
}
