import { splitAtPattern } from "../../connectors/files/glob.js";
import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { reading } from "./failures.js";

/** Takes the links out of paths; each folder is looked up once. */
export class Links {
  private readonly folders = new Map<string, string>();

  constructor(private readonly files: FileSystem) {}

  /** A path, or a pattern of paths, whose folder is the real one. */
  async pathWithout(path: string): Promise<string> {
    const { folder, patterns } = splitAtPattern(path);
    return joined(await this.folderWithout(folder), patterns);
  }

  /** A file in its real folder. The file itself may be a link: then that is what it is known by. */
  async fileWithout(path: string): Promise<string> {
    const end = path.lastIndexOf("/");
    return joined(await this.folderWithout(path.slice(0, end) || "/"), [path.slice(end + 1)]);
  }

  private async folderWithout(folder: string): Promise<string> {
    const known = this.folders.get(folder);
    if (known !== undefined) return known;
    const real = await reading(folder, () => this.files.realPath(folder));
    this.folders.set(folder, real);
    return real;
  }
}

function joined(folder: string, names: readonly string[]): string {
  return [folder === "/" && names.length > 0 ? "" : folder, ...names].join("/");
}
