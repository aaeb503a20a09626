import type { ConditionTable } from "../condition.js";

/** What is wrong with the parts of a query: subqueries, windows, groups, joins, pivots. */
export const selectConditions = {
  DUPLICATED_CTE_NAMES: {
    sqlState: "42602",
    message: "CTE definition can't have duplicate names: <duplicateNames>.",
    advice: "Give each query of WITH a name of its own.",
  },
  WATERMARK_NEEDS_ALIAS: {
    sqlState: "42601",
    message: "WATERMARK over an expression needs a name for it.",
    advice: "Write a name behind it: WATERMARK to_timestamp(t) AS at DELAY OF INTERVAL 1 MINUTE.",
  },
  "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN": {
    sqlState: "42823",
    message: "Invalid subquery: Scalar subquery must return only one column, but got <number>.",
    advice: "Select one column in a subquery that stands for a value.",
  },
  UNSUPPORTED_JOIN_TYPE: {
    sqlState: "0A000",
    message: "Unsupported join type '<typ>'. Supported join types include: <supported>.",
    advice: "Use one of them, or a join without lateral.",
  },
  "INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY": {
    sqlState: "42823",
    message: "Invalid subquery: Streaming query is not allowed in subquery expressions.",
    advice: "Join with the stream instead; a subquery over a table may stand in a query of a stream.",
  },
  SCALAR_SUBQUERY_TOO_MANY_ROWS: {
    sqlState: "21000",
    message: "More than one row returned by a subquery used as an expression.",
    advice: "Aggregate the rows of the subquery, or add LIMIT 1.",
  },
  "DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr>: The number of columns in the left hand side of an IN subquery does not match the number of columns in the output of subquery. Left hand side columns (length: <leftLength>): [<leftColumns>], right hand side columns (length: <rightLength>): [<rightColumns>].",
    advice: "Select as many columns as there are values in front of IN.",
  },
  "DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr>: The data type of one or more elements in the left hand side of an IN subquery is not compatible with the data type of the output of the subquery. Mismatched columns: [<mismatchedColumns>], left hand side: [<leftType>], right hand side: [<rightType>].",
    advice: "Cast one side to the type of the other.",
  },
  DISTINCT_WINDOW_FUNCTION_UNSUPPORTED: {
    sqlState: "0A000",
    message: "Distinct window functions are not supported: <windowExpr>.",
    advice: "Leave DISTINCT out, or aggregate distinct rows first.",
  },
  "INVALID_AGGREGATE_FILTER.NOT_BOOLEAN": {
    sqlState: "42903",
    message: "The FILTER expression <filterExpr> in an aggregate function is invalid. Expected a FILTER expression of the BOOLEAN type.",
    advice: "Compare it, as in FILTER (WHERE a > 0).",
  },
  "INVALID_AGGREGATE_FILTER.CONTAINS_AGGREGATE": {
    sqlState: "42903",
    message: "The FILTER expression <filterExpr> in an aggregate function is invalid. Expected a FILTER expression without an aggregation.",
    advice: "Aggregate first, and filter in a query over that.",
  },
  "INVALID_AGGREGATE_FILTER.CONTAINS_WINDOW_FUNCTION": {
    sqlState: "42903",
    message:
      "The FILTER expression <filterExpr> in an aggregate function is invalid. Expected a FILTER expression without a window function.",
    advice: "Compute the window function in a subquery.",
  },
  "INVALID_AGGREGATE_FILTER.NON_DETERMINISTIC": {
    sqlState: "42903",
    message: "The FILTER expression <filterExpr> in an aggregate function is invalid. Expected a deterministic FILTER expression.",
    advice: "Compute the condition as a column in a subquery.",
  },
  PIPE_OPERATOR_CONTAINS_AGGREGATE_FUNCTION: {
    sqlState: "0A000",
    message:
      "Non-grouping expression <expr> is provided as an argument to the |> <clause> pipe operator but contains an aggregate function.",
    advice: "Use the |> AGGREGATE pipe operator.",
  },
  PIPE_OPERATOR_AGGREGATE_EXPRESSION_CONTAINS_NO_AGGREGATE_FUNCTION: {
    sqlState: "0A000",
    message:
      "Non-grouping expression <expr> is provided as an argument to the |> AGGREGATE pipe operator but does not contain any aggregate function.",
    advice: "Add an aggregate function, or move the expression behind GROUP BY.",
  },
  "UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE": {
    sqlState: "0A000",
    message: "The feature is not supported: The SQL pipe operator syntax with aggregation (using |> AGGREGATE) does not support <case>.",
    advice: "Write SELECT … GROUP BY.",
  },
  EXCEPT_OVERLAPPING_COLUMNS: {
    sqlState: "42702",
    message: "Columns in an EXCEPT list must be distinct and non-overlapping, but got (<columns>).",
    advice: "Name each column once.",
  },
  AMBIGUOUS_LATERAL_COLUMN_ALIAS: {
    sqlState: "42702",
    message: "Lateral column alias <name> is ambiguous and has several matches.",
    advice: "Give the columns of the list names of their own.",
  },
  UNSUPPORTED_EXPR_FOR_WINDOW: {
    sqlState: "42P20",
    message: "Expression <sqlExpr> not supported within a window function.",
    advice: "Only aggregate functions and the functions of windows (row_number, rank, lag …) take OVER.",
  },
  WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE: {
    sqlState: "42601",
    message: "Window function <funcName> requires an OVER clause.",
    advice: "Add OVER (… ORDER BY …).",
  },
  WINDOW_FUNCTION_FRAME_NOT_ORDERED: {
    sqlState: "42601",
    message:
      "Window function <wf> requires the window to be ordered. You need to add an ORDER BY clause. For example: SELECT <wf>(value_expr) OVER (PARTITION BY window_partition ORDER BY window_ordering) FROM table.",
    advice: "Add ORDER BY to the window.",
  },
  WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE: {
    sqlState: "42601",
    message: "It is not allowed to use window functions inside <clauseName> clause.",
    advice: "Compute it in a subquery, or write the condition behind QUALIFY.",
  },
  WINDOW_FUNCTION_IN_AGGREGATE: {
    sqlState: "42607",
    message: "It is not allowed to use a window function inside an aggregate function.",
    advice: "Compute the window function in a subquery.",
  },
  QUALIFY_REQUIRES_WINDOW_FUNCTION: {
    sqlState: "42903",
    message: "The QUALIFY clause requires at least one window function in the current SELECT list or the QUALIFY condition.",
    advice: "Write the condition behind WHERE or HAVING.",
  },
  UNSUPPORTED_EXPR_FOR_OPERATOR: {
    sqlState: "42K0E",
    message: "The query operator <operator> contains one or more unsupported expressions. Invalid expressions: [<invalidExprSqls>].",
    advice: "Rewrite the query to avoid window functions, aggregate functions, and generator functions in that operator.",
  },
  "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX": {
    sqlState: "42000",
    message: "Invalid SQL syntax: The function <prettyName> does not support <syntax>.",
    advice: "Leave it out.",
  },
  WINDOW_FUNCTION_AND_FRAME_MISMATCH: {
    sqlState: "42K0E",
    message: "<funcName> function can only be evaluated in an ordered row-based window frame with a single offset: <windowExpr>.",
    advice: "Leave the frame out: the function has its own.",
  },
  EXPRESSION_TYPE_IS_NOT_ORDERABLE: {
    sqlState: "42822",
    message: "Column expression <expr> cannot be sorted because its type <exprType> is not orderable.",
    advice: "Order by something that has an order: not a map.",
  },
  "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WITHOUT_FOLDABLE": {
    sqlState: "42K09",
    message: "Cannot resolve <sqlExpr> due to data type mismatch: Window frame <location> bound <expression> is not a literal.",
    advice: "Write the bound of a frame as a constant.",
  },
  "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: The data type of the <location> bound <exprType> does not match the expected data type <expectedType>.",
    advice: "Write a whole number of rows.",
  },
  "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: The lower bound of a window frame must be <comparison> to the upper bound.",
    advice: "Write the earlier bound first.",
  },
  "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_INVALID_BOUND": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: Window frame upper bound <upper> does not follow the lower bound <lower>.",
    advice: "Write the earlier bound first.",
  },
  "DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: A range window frame cannot be used in an unordered window specification.",
    advice: "Add ORDER BY to the window.",
  },
  "DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: A range window frame with value boundaries cannot be used in a window specification with multiple order by expressions: <orderSpec>.",
    advice: "Order by one expression, or count rows.",
  },
  "DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: The data type <orderSpecType> used in the order specification does not support the data type <valueBoundaryType> which is used in the range frame.",
    advice: "Give the bound in the type of the order, or as an interval for times.",
  },
  UNSUPPORTED_GROUPING_EXPRESSION: {
    sqlState: "42K0E",
    message: "grouping()/grouping_id() can only be used with GroupingSets/Cube/Rollup.",
    advice: "Group by GROUPING SETS, CUBE or ROLLUP.",
  },
  GROUPING_COLUMN_MISMATCH: {
    sqlState: "42803",
    message: "Column of grouping (<grouping>) can't be found in grouping columns <groupingColumns>.",
    advice: "Ask GROUPING of a key of GROUP BY.",
  },
  GROUPING_ID_COLUMN_MISMATCH: {
    sqlState: "42803",
    message: "Columns of grouping_id (<groupingIdColumn>) does not match grouping columns (<groupByColumns>).",
    advice: "Give GROUPING_ID all keys, in their order, or none.",
  },
  INVALID_RECURSIVE_CTE: {
    sqlState: "42836",
    message:
      "Invalid recursive definition found. Recursive queries must contain an UNION or an UNION ALL statement with 2 children. The first child needs to be the anchor term without any recursive references.",
    advice: "Write the anchor, UNION ALL, and the step.",
  },
  UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE: {
    sqlState: "42836",
    message:
      "The UNION operator is not yet supported within recursive common table expressions (WITH clauses that refer to themselves, directly or indirectly).",
    advice: "Please use UNION ALL instead.",
  },
  RECURSION_LEVEL_LIMIT_EXCEEDED: {
    sqlState: "42836",
    message: "Recursion level limit <levelLimit> reached but query has not exhausted.",
    advice: "Try increasing it like 'WITH RECURSIVE t(col) MAX RECURSION LEVEL 200', or look whether the recursion ends.",
  },
  RECURSION_ROW_LIMIT_EXCEEDED: {
    sqlState: "42836",
    message: "Recursion row limit <rowLimit> reached but query has not exhausted.",
    advice: "Look whether the recursion ends.",
  },
  PIVOT_AGGREGATE_EXPECTED: {
    sqlState: "42803",
    message: "Aggregate expression required for pivot, but '<sqlExpr>' did not appear in any aggregate function.",
    advice: "Put an aggregate function around it.",
  },
  NON_LITERAL_PIVOT_VALUES: {
    sqlState: "42K08",
    message: "Literal expressions required for pivot values, found <expression>.",
    advice: "Write the values of IN as constants.",
  },
  PIVOT_VALUE_DATA_TYPE_MISMATCH: {
    sqlState: "42K09",
    message: "Invalid pivot value '<value>': value data type <valueType> does not match pivot column data type <pivotType>.",
    advice: "Cast the value to the type of the column.",
  },
  UNPIVOT_VALUE_SIZE_MISMATCH: {
    sqlState: "428C4",
    message: "All unpivot value columns must have the same size as there are value column names (<names>), but one set has <values>.",
    advice: "Give each set as many columns as there are names.",
  },
  UNPIVOT_VALUE_DATA_TYPE_MISMATCH: {
    sqlState: "42K09",
    message: "Unpivot value columns must share a least common type, some types do not: [<types>].",
    advice: "Cast the columns to one type.",
  },
  "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION": {
    sqlState: "0A000",
    message:
      "Unsupported subquery expression: Correlated subqueries in the join predicate cannot reference both join inputs: <subqueryExpression>.",
    advice: "Ask it of one side, or in a WHERE above the join.",
  },
  "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_SCALAR_SUBQUERY": {
    sqlState: "0A000",
    message:
      "Unsupported subquery expression: Correlated scalar subqueries can only be used in filters, aggregations, projections, and UPDATE/MERGE/DELETE commands: <treeNode>.",
    advice: "Compute it in a SELECT below the join, or ask it in a WHERE above.",
  },
  "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.HIGHER_ORDER_FUNCTION": {
    sqlState: "0A000",
    message: "Unsupported subquery expression: Subquery expressions are not supported within higher-order functions: <expression>.",
    advice: "Compute it in a SELECT below, or join it.",
  },
  UNSUPPORTED_TYPED_LITERAL: {
    sqlState: "0A000",
    message: "Literals of the type <unsupportedType> are not supported. Supported types are <supportedTypes>.",
    advice: "Write the value as text and cast it; put an operator between a name and a text.",
  },
} satisfies ConditionTable;
