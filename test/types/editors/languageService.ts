import { join } from "node:path";
import ts from "typescript-5.9";
import { atCursor, sampleFolder, samplePath, type Editor } from "./editor.js";

/** The language service of TypeScript 5.9, which its editors call. */
export class LanguageService implements Editor {
  private text = "";
  private version = 0;
  private readonly service = ts.createLanguageService(this.host());

  completions(program: string): Promise<readonly string[]> {
    const place = this.put(program);
    const found = this.service.getCompletionsAtPosition(samplePath, place, {});
    return Promise.resolve((found?.entries ?? []).map(({ name }) => name));
  }

  hover(program: string): Promise<string> {
    const info = this.service.getQuickInfoAtPosition(samplePath, this.put(program));
    return Promise.resolve(ts.displayPartsToString(info?.displayParts));
  }

  close(): void {
    this.service.dispose();
  }

  private put(program: string): number {
    const { text, before } = atCursor(program);
    this.text = text;
    this.version++;
    return before.length;
  }

  private host(): ts.LanguageServiceHost {
    const { config } = ts.readConfigFile(join(sampleFolder, "tsconfig.json"), (path) => ts.sys.readFile(path)) as {
      readonly config: unknown;
    };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, sampleFolder);
    return {
      getCompilationSettings: () => options,
      getScriptFileNames: () => [samplePath],
      getScriptVersion: (path) => (path === samplePath ? String(this.version) : "0"),
      getScriptSnapshot: (path) => {
        const text = path === samplePath ? this.text : ts.sys.readFile(path);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => sampleFolder,
      getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
      fileExists: (path) => path === samplePath || ts.sys.fileExists(path),
      readFile: (path) => ts.sys.readFile(path),
      directoryExists: (path) => ts.sys.directoryExists(path),
    };
  }
}
