import type { TextConversions } from "../kernel/text/textConversions.js";
import { parseDate, parseTimestamp, parseTimestampNtz } from "../values/dateTimeText.js";
import { doubleText, floatText } from "../values/numberText.js";
import { localToInstant, timeZone } from "../values/timeZone.js";

/** Spark's casts and zones for the decoders and writers below. A text with a time only is malformed there: input knows no current date. */
export const textConversions: TextConversions = {
  parseDate,
  parseTimestamp: (text, zone) => parseTimestamp(text, zone, null),
  parseTimestampNtz,
  offsetSecondsAt: (zone, epochSeconds) => timeZone(zone).offsetAt(epochSeconds),
  instantOf: (zone, localSeconds) => localToInstant(timeZone(zone), localSeconds),
  doubleText,
  floatText,
};
