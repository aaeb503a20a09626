import type { DataType } from "../arrow/types.js";

const isTime = ({ kind }: DataType): boolean => kind === "date" || kind === "timestamp" || kind === "timestamp_ntz";
const isInterval = ({ kind }: DataType): boolean => kind === "interval_daytime" || kind === "interval_yearmonth" || kind === "interval";

/** Days and nothing finer: such an interval is added to a date as a number of days. */
const isDays = (type: DataType): boolean => type.kind === "interval_daytime" && type.units === "day";

interface Operand {
  readonly text: string;
  readonly type: DataType;
}

/** The text of `a + b` and `a - b` where one of them is a time or an interval: Spark puts functions in their place. Null for numbers. */
export function timeArithmeticText(operator: "+" | "-", left: Operand, right: Operand): string | null {
  if (operator === "+") return isTime(right.type) && !isTime(left.type) ? sum(right, left) : sum(left, right);
  return difference(left, right);
}

function sum(time: Operand, added: Operand): string | null {
  if (time.type.kind === "date") {
    if (isDays(added.type)) return `date_add(${time.text}, extractansiintervaldays(${added.text}))`;
    if (!isInterval(added.type) && added.type.kind !== "null") return `date_add(${time.text}, ${added.text})`;
  }
  const isAdded = isInterval(added.type) || (added.type.kind === "null" && isTime(time.type));
  return takesInterval(time.type) && isAdded ? `${time.text} + ${added.text}` : null;
}

function difference(time: Operand, taken: Operand): string | null {
  if (time.type.kind === "date") {
    if (isDays(taken.type)) return `date_add(${time.text}, (- extractansiintervaldays(${taken.text})))`;
    const isNumber = !isInterval(taken.type) && !isTime(taken.type) && taken.type.kind !== "string" && taken.type.kind !== "null";
    if (isNumber) return `date_sub(${time.text}, ${taken.text})`;
  }
  return takesInterval(time.type) && isInterval(taken.type) ? `${time.text} - ${taken.text}` : null;
}

/** A text beside an interval is read as a time. */
function takesInterval(type: DataType): boolean {
  return isTime(type) || type.kind === "string";
}
