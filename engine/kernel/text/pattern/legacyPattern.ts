const legacyLetters = "GyMdkHmsSEDFwWahKzZYuXL";

/** Whether Java's SimpleDateFormat takes a pattern: then Spark says that the pattern once meant something. */
export function legacyAccepts(pattern: string): boolean {
  const parts = pattern.split("'");
  if (parts.length % 2 === 0) return false;
  return parts.every((text, i) => {
    if (i % 2 === 1) return true;
    return (text.match(/([A-Za-z])\1*/g) ?? []).every((run) => legacyLetters.includes(run[0]!) && (run[0] !== "X" || run.length <= 3));
  });
}
