import type { ConditionTable } from "../condition.js";

/** Conditions that belong to no single part of the engine. */
export const generalConditions = {
  INTERNAL_ERROR: {
    sqlState: "XX000",
    message: "An invariant of Tidemark does not hold: <message>",
    advice: "This is a bug in Tidemark; please report it with the query and this text. Nothing of the batch was committed.",
  },
  NOT_YET_SUPPORTED: {
    sqlState: "0A000",
    message: "<feature> is not supported yet.",
    advice: "Leave it out or express it in another way; the roadmap says when it comes.",
  },
} satisfies ConditionTable;
