import type { ConditionTable } from "../condition.js";

/** Functions that users write. */
export const userFunctionConditions = {
  FAILED_EXECUTE_UDF: {
    sqlState: "39000",
    message: "User defined function (<functionName>: (<signature>) => <result>) failed due to: <reason>.",
    advice: "Nothing of the batch was committed. Arguments may be null; mend the function, and start again.",
  },
  UDF_RESULT_MISMATCH: {
    sqlState: "42K0E",
    message: "The user defined function <functionName> has to give <expected>, and gave <actual>.",
    advice: "Give null where there is no value; mend the function, or state the type that it gives.",
  },
  UDF_ASYNC_UNSUPPORTED: {
    sqlState: "0A000",
    message: "The asynchronous function <functionName> cannot be asked <place>: there no batch can wait for its answers.",
    advice: "Compute it as a column of its own first, with withColumn or in a subquery, and use that column.",
  },
  UDF_RETURNED_PROMISE: {
    sqlState: "42K0E",
    message: "The user defined function <functionName> gave a promise, but was not declared as asynchronous.",
    advice: "Write it as an async function, or give it the option concurrency.",
  },
  INVALID_UDF_NAME: {
    sqlState: "42602",
    message: "<name> is no name that a function can be called by in SQL.",
    advice: "Use letters, digits and _, and a letter or _ first.",
  },
} satisfies ConditionTable;
