/** The English names of Java's formatter. */
export const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
export const dayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;
export const shortMonths = monthNames.map((name) => name.slice(0, 3));
export const shortDays = dayNames.map((name) => name.slice(0, 3));
export const eraNames = ["Before Christ", "Anno Domini"] as const;
export const shortEras = ["BC", "AD"] as const;
export const halves = ["AM", "PM"] as const;
export const quarterNames = ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"] as const;
