/*
 * The names by which plans call functions that users write: the name that people know, and a number. No function of the table has such a name.
 */

let count = 0;

/** A name that no other function has in this process. */
export function numberedName(name: string): string {
  return `${name}#${++count}`;
}

/** Whether it is the name of a user's function. */
export function isNumbered(name: string): boolean {
  return name.includes("#");
}

/** The name of a function as people know it. */
export function shownName(name: string): string {
  return isNumbered(name) ? name.replace(/#\d+$/, "") : name;
}
