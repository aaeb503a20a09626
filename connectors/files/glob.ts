import type { FileStatus, FileSystem } from "../../engine/contract/fileSystem.js";
import { isObjectPath, objectPlace, pathOfObject } from "../../engine/contract/objectPath.js";

/** Whether the text is a pattern in the sense of Hadoop's globs. */
export function isGlob(text: string): boolean {
  return /[*?[\]{}\\]/.test(text);
}

/** A path as the folder that all it means lies in, and the segments behind it from the first pattern on: none when it has no pattern. */
export function splitAtPattern(path: string): { readonly folder: string; readonly patterns: readonly string[] } {
  const segments = path.split("/");
  const first = segments.findIndex(isGlob);
  return first < 0
    ? { folder: path, patterns: [] }
    : { folder: segments.slice(0, first).join("/") || "/", patterns: segments.slice(first) };
}

/** A pattern for one name (no `/`): `*`, `?`, `[a-z]`, `[^a]`, `{x,y}` (nested too) and `\` for the character itself. */
export function globPattern(glob: string): RegExp {
  let pattern = "";
  let depth = 0;
  for (let i = 0; i < glob.length; i++) {
    const character = glob[i]!;
    if (character === "\\" && i + 1 < glob.length) pattern += escaped(glob[++i]!);
    else if (character === "*") pattern += "[^/]*";
    else if (character === "?") pattern += "[^/]";
    else if (character === "{") {
      depth++;
      pattern += "(?:";
    } else if (character === "}" && depth > 0) {
      depth--;
      pattern += ")";
    } else if (character === "," && depth > 0) pattern += "|";
    else if (character === "[" && glob.indexOf("]", i + 2) > 0) {
      const end = glob.indexOf("]", i + 2);
      pattern += `[${glob
        .slice(i + 1, end)
        .replace(/^!/, "^")
        .replaceAll("\\", "\\\\")}]`;
      i = end;
    } else pattern += escaped(character);
  }
  return new RegExp(`^${pattern}$`, "u");
}

function escaped(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/-]/, "\\$&");
}

/** The entries that a path with patterns in some of its segments means, in name order. */
export async function expandGlob(files: FileSystem, path: string): Promise<FileStatus[]> {
  const root = isObjectPath(path) ? pathOfObject(objectPlace(path).bucket, "") : "";
  const segments = path.slice(root.length).split("/").slice(1);
  let paths = [root];
  let found: FileStatus[] = [];
  for (const [i, segment] of segments.entries()) {
    if (!isGlob(segment)) {
      paths = paths.map((folder) => `${folder}/${segment}`);
      // Whether a folder is there, what it has will tell.
      if (i < segments.length - 1) continue;
      found = (await Promise.all(paths.map((entry) => files.status(entry)))).filter((status) => status !== null);
      continue;
    }
    const pattern = globPattern(segment);
    const entries = await Promise.all(paths.map((folder) => files.list(folder === "" ? "/" : folder)));
    found = entries.flat().filter((entry) => pattern.test(entry.name));
    paths = found.map((entry) => entry.path);
  }
  return found;
}
