import type { SourceProvider } from "../engine/contract/provider.js";
import type { Schema } from "../engine/arrow/types.js";
import { assert } from "../engine/errors/assert.js";

/** What a Read node of a plan reads: the session keeps it, the plan its number. */
export interface TableHandle {
  /** The number that the plan has. */
  readonly id: number;
  readonly format: string;
  readonly provider: SourceProvider;
  readonly options: Readonly<Record<string, string>>;
  readonly schema: Schema;
  readonly streaming: boolean;
  /** As `explain` and errors name it (`json[out/x]`). */
  readonly description: string;
}

/** The tables that a session's readers have made. */
export class TableRegistry {
  private readonly handles: TableHandle[] = [];

  /** Keeps a table and gives it its number. */
  add(table: Omit<TableHandle, "id">): TableHandle {
    const handle = { ...table, id: this.handles.length };
    this.handles.push(handle);
    return handle;
  }

  /** The table of a Read node. */
  get(id: number): TableHandle {
    const handle = this.handles[id];
    assert(handle !== undefined, `no table ${id} in this session`);
    return handle;
  }
}
