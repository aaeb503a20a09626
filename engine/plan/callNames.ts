/*
 * How Spark shows the calls of functions in names of columns, as far as that is not how they were written: functions that show another name, functions in capital
 * letters, arguments that nobody wrote, and arguments that do not show.
 */

const capitals = [
  "acos",
  "acosh",
  "asin",
  "asinh",
  "atan",
  "atan2",
  "atanh",
  "cbrt",
  "cos",
  "cosh",
  "cot",
  "csc",
  "degrees",
  "e",
  "exp",
  "expm1",
  "hypot",
  "log",
  "log10",
  "log1p",
  "log2",
  "pi",
  "power",
  "radians",
  "sec",
  "signum",
  "sin",
  "sinh",
  "sqrt",
  "tan",
  "tanh",
  "regexp",
  "regexp_like",
  "rlike",
  "rank",
  "dense_rank",
  "percent_rank",
  "spark_partition_id",
] as const;

/** ceil and floor to whole numbers; those to digits are other functions. */
const capitalsAlone = ["ceil", "floor"] as const;

/** Functions of one argument that show in capitals. */
export type ShownInCapitals = (typeof capitals)[number] | (typeof capitalsAlone)[number];

const inCapitals: ReadonlySet<string> = new Set(capitals);
const inCapitalsAlone: ReadonlySet<string> = new Set(capitalsAlone);

const otherNames: Readonly<Record<string, string>> = {
  array_agg: "collect_list",
  curdate: "current_date",
  current_database: "current_schema",
  dateadd: "date_add",
  random: "rand",
  session_user: "current_user",
  to_varchar: "to_char",
};

/** The name under which a call with that many arguments is shown. */
export function callName(name: string, count: number): string {
  if (inCapitals.has(name) || (count === 1 && inCapitalsAlone.has(name))) return name.toUpperCase();
  return Object.hasOwn(otherNames, name) ? otherNames[name]! : name;
}

const zeros = ["0", "0", "0", "0", "0", "0", "0.000000"];

/** Arguments by their place; those that were written stand before those that were not. `?` is never left out. */
const defaults: Readonly<Record<string, readonly string[]>> = {
  bround: ["?", "0"],
  from_unixtime: ["?", "yyyy-MM-dd HH:mm:ss"],
  lag: ["?", "1", "NULL"],
  lead: ["?", "1", "NULL"],
  listagg: ["?", "NULL"],
  locate: ["?", "?", "1"],
  lpad: ["?", "?", " "],
  make_dt_interval: ["0", "0", "0", "0.000000"],
  make_interval: zeros,
  make_ym_interval: ["0", "0"],
  mask: ["?", "X", "x", "n", "NULL"],
  months_between: ["?", "?", "true"],
  ntile: ["1"],
  overlay: ["?", "?", "?", "-1"],
  percentile: ["?", "?", "1"],
  percentile_approx: ["?", "?", "10000"],
  approx_percentile: ["?", "?", "10000"],
  position: ["?", "?", "1"],
  regexp_extract: ["?", "?", "1"],
  regexp_extract_all: ["?", "?", "1"],
  regexp_instr: ["?", "?", "0"],
  regexp_replace: ["?", "?", "?", "1"],
  replace: ["?", "?", ""],
  round: ["?", "0"],
  rpad: ["?", "?", " "],
  sentences: ["?", "", ""],
  sort_array: ["?", "true"],
  split: ["?", "?", "-1"],
  str_to_map: ["?", ",", ":"],
  string_agg: ["?", "NULL"],
  substr: ["?", "?", "2147483647"],
  substring: ["?", "?", "2147483647"],
  to_unix_timestamp: ["?", "yyyy-MM-dd HH:mm:ss"],
  try_make_interval: zeros,
  unix_timestamp: ["current_timestamp()", "yyyy-MM-dd HH:mm:ss"],
};

/** How many arguments show, of functions of which not all do. */
const shownCounts: Readonly<Record<string, number>> = {
  any_value: 1,
  approx_count_distinct: 1,
  dense_rank: 0,
  first: 1,
  first_value: 1,
  last: 1,
  last_value: 1,
  percent_rank: 0,
  rank: 0,
  shuffle: 1,
  try_make_timestamp: 6,
  uuid: 0,
};

/** The arguments that are shown, given the texts of those that were written. */
export function shownArguments(name: string, args: readonly string[]): readonly string[] {
  if (Object.hasOwn(shownCounts, name)) return args.slice(0, shownCounts[name]);
  if (name === "log" && args.length === 1) return ["E()", args[0]!];
  if (name === "convert_timezone" && args.length === 2) return ["current_timezone()", ...args];
  if (name === "assert_true" && args.length === 1) return [args[0]!, `'${args[0]}' is not true!`];
  if (name === "raise_error" && args.length === 1) return ["USER_RAISED_EXCEPTION", `map(errorMessage, ${args[0]})`];
  if (!Object.hasOwn(defaults, name)) return args;
  const rest = defaults[name]!.slice(args.length);
  return rest.includes("?") ? args : [...args, ...rest];
}

const parameter = "namedlambdavariable()";

function ifText(condition: string, then: string, otherwise: string): string {
  return `(IF(${condition}, ${then}, ${otherwise}))`;
}

/** The order of array_sort, where none was written: nulls last. */
function smallestFirst(): string {
  const greater = ifText(`(${parameter} > ${parameter})`, "1", "0");
  const order = ifText(`(${parameter} < ${parameter})`, "-1", greater);
  const nullsLast = ifText(`(${parameter} IS NULL)`, "1", ifText(`(${parameter} IS NULL)`, "-1", order));
  const whole = ifText(`((${parameter} IS NULL) AND (${parameter} IS NULL))`, "0", nullsLast);
  return `lambdafunction(${whole}, ${parameter}, ${parameter})`;
}

const unchanged = `lambdafunction(${parameter}, ${parameter})`;

/** The lambda that stands where one was left out; null where none does. */
export function defaultLambda(name: string, count: number): string | null {
  if (name === "array_sort" && count === 1) return smallestFirst();
  return (name === "aggregate" || name === "reduce") && count === 3 ? unchanged : null;
}
