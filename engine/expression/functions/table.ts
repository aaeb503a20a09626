import { assert } from "../../errors/assert.js";
import { arrayBuildingFunctions } from "./arrayBuilding.js";
import { mapBuildingFunctions } from "./mapBuilding.js";
import { textToolFunctions } from "./textTools.js";
import { regularExpressionFunctions } from "./regularExpressions.js";
import { catalogNames } from "./catalogNames.js";
import { checkFunctions } from "./checks.js";
import { listStatisticFunctions } from "./listStatistics.js";
import { arithmeticFunctions } from "./arithmetic.js";
import { arrayFunctions } from "./arrays.js";
import { bitmapFunctions } from "./bitmaps.js";
import { batchFunctions } from "./batch.js";
import { bitFunctions } from "./bits.js";
import { comparisonFunctions } from "./comparison.js";
import { conditionalFunctions } from "./conditional.js";
import { conversionFunctions } from "./conversion.js";
import { datetimeFunctions } from "./datetime.js";
import { dateTimePatternFunctions } from "./dateTimePatterns.js";
import { authenticationFunctions } from "./authentication.js";
import { encodingFunctions } from "./encodings.js";
import type { FunctionEntry } from "./entry.js";
import { higherOrderFunctions } from "./higherOrder.js";
import { formattingFunctions } from "./formatting.js";
import { hashFunctions } from "./hashes.js";
import { textCheckFunctions } from "./textChecks.js";
import { urlFunctions } from "./urls.js";
import { itemFunctions } from "./items.js";
import { csvFunctions } from "./csv.js";
import { numberFormatFunctions } from "./numberFormats.js";
import { intervalTexts } from "./intervalTexts.js";
import { jsonFunctions } from "./json.js";
import { logicFunctions } from "./logic.js";
import { makeTimeFunctions } from "./makeTime.js";
import { mapFunctions } from "./maps.js";
import { mathFunctions } from "./math.js";
import { randomFunctions } from "./random.js";
import { roundingFunctions } from "./rounding.js";
import { patternFunctions } from "./patterns.js";
import { shuffle } from "./shuffling.js";
import { stringBuildingFunctions } from "./stringBuilding.js";
import { stringPartFunctions } from "./stringParts.js";
import { stringFunctions } from "./strings.js";
import { structFunctions } from "./structs.js";
import { timeUnitFunctions } from "./timeUnits.js";
import { findUserEntry } from "./userFunctions.js";
import { truncationFunctions } from "./truncation.js";

/** Every scalar function and operator, one family a file. Adding a function is adding an entry. */
export const functionTable: readonly FunctionEntry[] = [
  ...comparisonFunctions,
  ...logicFunctions,
  ...conditionalFunctions,
  ...arithmeticFunctions,
  ...roundingFunctions,
  ...mathFunctions,
  ...bitFunctions,
  ...stringFunctions,
  ...stringPartFunctions,
  ...stringBuildingFunctions,
  ...patternFunctions,
  ...datetimeFunctions,
  ...dateTimePatternFunctions,
  ...timeUnitFunctions,
  ...makeTimeFunctions,
  ...truncationFunctions,
  ...conversionFunctions,
  ...structFunctions,
  ...arrayFunctions,
  ...itemFunctions,
  ...listStatisticFunctions,
  ...checkFunctions,
  ...regularExpressionFunctions,
  ...textToolFunctions,
  ...mapBuildingFunctions,
  ...arrayBuildingFunctions,
  ...mapFunctions,
  ...higherOrderFunctions,
  ...batchFunctions,
  ...catalogNames,
  ...formattingFunctions,
  ...hashFunctions,
  ...textCheckFunctions,
  ...urlFunctions,
  ...randomFunctions,
  shuffle,
  ...bitmapFunctions,
  ...jsonFunctions,
  intervalTexts,
  ...numberFormatFunctions,
  ...csvFunctions,
  ...encodingFunctions,
  ...authenticationFunctions,
];

const byName = new Map<string, FunctionEntry>();
for (const entry of functionTable) {
  for (const name of [entry.name, ...(entry.aliases ?? [])]) {
    assert(!byName.has(name), `two functions are called ${name}`);
    byName.set(name, entry);
    // What text calls is looked up in lower case.
    byName.set(name.toLowerCase(), entry);
  }
}

/** The entry of that name or alias (lower case); or that of a user's function. */
export function findEntry(name: string): FunctionEntry | undefined {
  return byName.get(name) ?? findUserEntry(name);
}

/** The entry of a resolved call. */
export function entryOf(name: string): FunctionEntry {
  const entry = findEntry(name);
  assert(entry !== undefined, `the function ${name} is not in the table`);
  return entry;
}

/** Whether the name is one that only the engine calls a function by: text that says it means none. */
export function isInternalName(name: string): boolean {
  return name === "case" || name.includes(" ") || byName.get(name)?.internal === true;
}

/** Names of functions, for suggestions: operators left out. */
export function functionNames(): readonly string[] {
  return [...byName.keys()].filter((name) => /^[a-z]\w*$/.test(name) && !isInternalName(name));
}
