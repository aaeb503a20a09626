import type { ConditionSpec } from "./condition.js";
import { analysisConditions } from "./conditions/analysis.js";
import { checkpointConditions } from "./conditions/checkpoint.js";
import { cliConditions } from "./conditions/cli.js";
import { expressionConditions } from "./conditions/expression.js";
import { functionConditions } from "./conditions/functions.js";
import { generalConditions } from "./conditions/general.js";
import { jsonConditions } from "./conditions/json.js";
import { kafkaConditions } from "./conditions/kafka.js";
import { objectStoreConditions } from "./conditions/objectStore.js";
import { queryConditions } from "./conditions/query.js";
import { reshapingConditions } from "./conditions/reshaping.js";
import { selectConditions } from "./conditions/selects.js";
import { changeRowsConditions } from "./conditions/changeRows.js";
import { sideOutputConditions } from "./conditions/sideOutputs.js";
import { sinkConditions } from "./conditions/sink.js";
import { sourceConditions } from "./conditions/source.js";
import { sqlConditions } from "./conditions/sql.js";
import { statementConditions } from "./conditions/statements.js";
import { userFunctionConditions } from "./conditions/userFunctions.js";
import { userStateConditions } from "./conditions/userState.js";

/** The whole catalogue. Names and SQLSTATEs are Spark's where Spark has the condition. */
export const conditions = {
  ...generalConditions,
  ...analysisConditions,
  ...sqlConditions,
  ...statementConditions,
  ...userFunctionConditions,
  ...userStateConditions,
  ...reshapingConditions,
  ...selectConditions,
  ...expressionConditions,
  ...functionConditions,
  ...jsonConditions,
  ...sourceConditions,
  ...sinkConditions,
  ...changeRowsConditions,
  ...sideOutputConditions,
  ...kafkaConditions,
  ...checkpointConditions,
  ...objectStoreConditions,
  ...queryConditions,
  ...cliConditions,
};

/** The name of a condition, for example `UNRESOLVED_COLUMN.WITH_SUGGESTION`. */
export type ConditionName = keyof typeof conditions;

/** The catalogue's entry of `name`. */
export function conditionSpec(name: ConditionName): ConditionSpec {
  return conditions[name];
}
