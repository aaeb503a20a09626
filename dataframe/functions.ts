/**
 * Spark's functions of columns, camelCased. Where a column is wanted a string is its name; where a value is wanted it is the value.
 *
 * Functions without a wrapper: `callFunction("name", …)`, or SQL text through `expr`.
 */
export * from "./functions/core.js";
export * from "./functions/aggregates.js";
export * from "./functions/strings.js";
export * from "./functions/math.js";
export * from "./functions/datetime.js";
export * from "./functions/dateTimeParts.js";
export * from "./functions/makeTime.js";
export * from "./functions/collections.js";
export * from "./functions/higherOrder.js";
export * from "./functions/listAggregates.js";
export * from "./functions/ranking.js";
export * from "./functions/patterns.js";
export * from "./functions/identities.js";
export * from "./functions/tools.js";
export * from "./functions/forms.js";
export * from "./functions/collectionBuilding.js";
export * from "./functions/generators.js";
export * from "./functions/synonyms.js";
