import type { ConditionTable } from "../condition.js";

/** What functions refuse of their arguments, and aggregate functions of their order. */
export const functionConditions = {
  MAP_KEY_VALUE_DIFF_SIZES: {
    sqlState: "22023",
    message: "The key array and value array of a map must have the same length, but they have <keys> and <values> elements.",
    advice: "Bring the arrays to one length, with `slice` for example.",
  },
  "INVALID_PARAMETER_VALUE.START": {
    sqlState: "22023",
    message:
      "The value of parameter(s) <parameter> in <functionName> is invalid: expects a positive or a negative value for `start`, but got 0.",
    advice: "Count from 1, or from -1 backwards from the end.",
  },
  "INVALID_PARAMETER_VALUE.LENGTH": {
    sqlState: "22023",
    message:
      "The value of parameter(s) <parameter> in <functionName> is invalid: expects `length` greater than or equal to 0, but got <length>.",
    advice: "Give the number of elements that are wanted.",
  },
  "INVALID_SCHEMA.NON_STRUCT_TYPE": {
    sqlState: "42K07",
    message:
      "The input schema <inputSchema> is not a valid schema string. The input expression should be evaluated to struct type, but got <dataType>.",
    advice: "Name the columns: 'id INT, name STRING'.",
  },
  NOT_A_SCALAR_FUNCTION: {
    sqlState: "42887",
    message: "<functionName> appears as a scalar expression here, but the function was defined as a table function.",
    advice: "Move it to FROM.",
  },
  UNEXPECTED_INPUT_TYPE: {
    sqlState: "42K09",
    message:
      "Parameter <paramIndex> of function <functionName> requires the <requiredType> type, however <inputSql> has the type <inputType>.",
    advice: "Cast the argument.",
  },
  FAILED_FUNCTION_CALL: {
    sqlState: "38000",
    message: "Failed preparing of the function <funcName> for call: <reason>.",
    advice: "Give the function another argument.",
  },
  SECOND_ARGUMENT_NOT_DOUBLE_LITERAL: {
    sqlState: "22023",
    message: "The second argument should be a double literal.",
    advice: "Write the error as a constant with a fraction: approx_count_distinct(id, 0.01).",
  },
  NON_FOLDABLE_ARGUMENT: {
    sqlState: "42K08",
    message:
      "The function <funcName> requires the parameter <paramName> to be a foldable expression of the type <paramType>, but the actual argument is a non-foldable.",
    advice: "Give it a constant of that type.",
  },
  INVALID_EXTRACT_FIELD: {
    sqlState: "42601",
    message: "Cannot extract <field> from <expr>.",
    advice: "docs/reference/functions.md lists the fields under `extract`.",
  },
  "INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE": {
    sqlState: "22023",
    message:
      "The value of parameter(s) <parameter> in <functionName> is invalid: expects an integer value in [0, <upper>), but got <invalidValue>.",
    advice: "Positions are counted from the right and from 0.",
  },
  "DATATYPE_MISMATCH.NULL_TYPE": {
    sqlState: "42K09",
    message: "Cannot resolve <sqlExpr> due to data type mismatch: Null typed values cannot be used as arguments of <functionName>.",
    advice: "Cast the null to the type that is meant.",
  },
  "DATATYPE_MISMATCH.UNEXPECTED_RETURN_TYPE": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: The <functionName> requires return <expectedType> type, but the actual is <actualType> type.",
    advice: "Give a lambda whose result has that type.",
  },
  "DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: Input to function <functionName> should have been two <arrayType> with same element type, but it's [<leftType>, <rightType>].",
    advice: "Cast one of the arrays to the type of the other.",
  },
  "DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: Input to <functionName> should have been <dataType> followed by a value with same key type, but it's [<leftType>, <rightType>].",
    advice: "Cast the value to the type of the keys.",
  },
  "INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION": {
    sqlState: "42K0D",
    message:
      "Invalid lambda function call. A lambda function should only be used in a higher order function. However, its class is <class>, which is not a higher order function.",
    advice: "transform, filter, exists, forall, aggregate, zip_with, array_sort and the functions of maps take lambdas.",
  },
  "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH": {
    sqlState: "42K0D",
    message: "Invalid lambda function call. A higher order function expects <expectedNumArgs> arguments, but got <actualNumArgs>.",
    advice: "Give the lambda as many parameters as the function passes.",
  },
  "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: Input to <functionName> should have been <dataType> followed by a value with same element type, but it's [<leftType>, <rightType>].",
    advice: "Cast the value to the type of the elements.",
  },
  "DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: <functionName> uses the wrong parameter type. The start and stop expressions must resolve to the same type: <startType> with a step of <stepType>, or <otherStartType> with a step of the same type.",
    advice: "Cast the start, the stop and the step.",
  },
  "DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: Input to the <functionName> should have been two maps with compatible key types, but it's [<leftType>, <rightType>].",
    advice: "Cast the keys to one type.",
  },
  "DATATYPE_MISMATCH.MAP_CONCAT_DIFF_TYPES": {
    sqlState: "42K09",
    message: "Cannot resolve <sqlExpr> due to data type mismatch: The <functionName> should all be of type map, but it's <dataType>.",
    advice: "Give maps whose keys and values have common types.",
  },
  "DATATYPE_MISMATCH.INPUT_SIZE_NOT_ONE": {
    sqlState: "42K09",
    message: "Cannot resolve <sqlExpr> due to data type mismatch: Length of <exprName> should be 1.",
    advice: "Give one character, or NULL to keep what is there.",
  },
  "DATATYPE_MISMATCH.UNEXPECTED_NULL": {
    sqlState: "42K09",
    message: "Cannot resolve <sqlExpr> due to data type mismatch: The <exprName> must not be null.",
    advice: "Give a value.",
  },
  ILLEGAL_SEQUENCE_BOUNDARIES: {
    sqlState: "22023",
    message: "Illegal sequence boundaries: <start> to <stop> by <step>.",
    advice: "Give a step that leads from the start to the stop.",
  },
  NEGATIVE_VALUES_IN_FREQUENCY_EXPRESSION: {
    sqlState: "22003",
    message: "Found the negative value in <frequencyExpression>: <negativeValue>, but expected a positive integral value.",
    advice: "Count with numbers from 0 on.",
  },
  USER_RAISED_EXCEPTION: {
    sqlState: "P0001",
    message: "<errorMessage>",
    advice: "This is what raise_error or assert_true was given to say.",
  },
  "INVALID_WITHIN_GROUP_EXPRESSION.DISTINCT_UNSUPPORTED": {
    sqlState: "42K0K",
    message: "Invalid function <funcName> with WITHIN GROUP. The function does not support DISTINCT with WITHIN GROUP.",
    advice: "Leave DISTINCT out.",
  },
  "INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING": {
    sqlState: "42K0K",
    message: "Invalid function <funcName> with WITHIN GROUP. WITHIN GROUP is required for the function.",
    advice: "Write percentile_cont(0.5) WITHIN GROUP (ORDER BY v).",
  },
  "INVALID_WITHIN_GROUP_EXPRESSION.WRONG_NUM_ORDERINGS": {
    sqlState: "42K0K",
    message:
      "Invalid function <funcName> with WITHIN GROUP. The function requires <expectedNum> orderings in WITHIN GROUP but got <actualNum>.",
    advice: "Order by one expression.",
  },
  "INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT": {
    sqlState: "42K0K",
    message:
      "Invalid function <funcName> with WITHIN GROUP. The function is invoked with DISTINCT and WITHIN GROUP but expressions in the function argument and in ORDER BY are different.",
    advice: "Order by the argument itself, or leave DISTINCT out.",
  },
  INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC: {
    sqlState: "42601",
    message: "Cannot specify ORDER BY or a window frame for <aggFunc>.",
    advice: "Leave the order and the frame of the window out: the function looks at all rows of the partition.",
  },
  "INVALID_PARAMETER_VALUE.LONG": {
    sqlState: "22023",
    message: "The value of parameter(s) <parameter> in <functionName> is invalid: expects a long literal, but got <invalidValue>.",
    advice: "Give a whole number as a constant.",
  },
  INVALID_BITMAP_POSITION: {
    sqlState: "22003",
    message: "The 0-indexed bitmap position <bitPosition> is out of bounds. The bitmap has <bitmapNumBits> bits (<bitmapNumBytes> bytes).",
    advice: "Give places from bitmap_bit_position.",
  },
  INVALID_TIMEZONE: {
    sqlState: "22009",
    message: "The timezone: <timeZone> is invalid.",
    advice: "Use an IANA name such as Europe/Paris, or an offset such as +02:00.",
  },
  INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION: {
    sqlState: "22006",
    message: "Cannot add an interval to a date because its microseconds part is not 0.",
    advice: "Cast the date to a timestamp to add a time of day.",
  },
  "INVALID_PARAMETER_VALUE.HMAC_ALGORITHM": {
    sqlState: "22023",
    message:
      "The value of parameter(s) `algorithm` in `hmac` is invalid: expects one of the algorithms 'SHA-224', 'SHA-256', 'SHA-384', 'SHA-512', 'SHA-1', 'MD5', but got '<algorithm>'.",
    advice: "Name one of them.",
  },
  "INVALID_PARAMETER_VALUE.HMAC_CRYPTO_ERROR": {
    sqlState: "22023",
    message: "The value of parameter(s) `key` in `hmac` is invalid: detail message: Empty key.",
    advice: "Give a key of a byte at least.",
  },
} satisfies ConditionTable;
