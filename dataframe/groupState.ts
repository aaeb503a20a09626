import { typeName, type Schema } from "../engine/arrow/types.js";
import type { GroupCall, GroupFunction, UserRow } from "../engine/contract/groupFunction.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { TimeMode } from "../engine/plan/nodes/groupState.js";

/** When a key of `flatMapGroupsWithState` is woken without rows. */
export type GroupStateTimeout = "none" | "eventTime" | "processingTime";

/**
 * The state of one key, as a function of `flatMapGroupsWithState` sees it.
 *
 * @example const n = state.exists ? state.get().n : 0; state.update({ n: n + rows.length })
 */
export class GroupState<State extends UserRow = UserRow> {
  readonly #call: GroupCall;
  readonly #timeout: GroupStateTimeout;

  constructor(call: GroupCall, timeout: GroupStateTimeout) {
    this.#call = call;
    this.#timeout = timeout;
  }

  /** Whether the key has state. @example if (state.exists) … */
  get exists(): boolean {
    return this.#table.get({}) !== undefined;
  }

  /** Whether the function is called because the key's timeout has passed: then there are no rows. @example if (state.hasTimedOut) state.remove() */
  get hasTimedOut(): boolean {
    return this.#call.dueMs !== null;
  }

  /** The state. @throws GROUP_STATE_NOT_THERE @example state.get().n */
  get(): State {
    const state = this.getOption();
    if (state === null) throw new StreamingError("GROUP_STATE_NOT_THERE");
    return state;
  }

  /** The state, or null. @example state.getOption()?.n ?? 0 */
  getOption(): State | null {
    return (this.#table.get({}) as State | undefined) ?? null;
  }

  /** Puts state in the place of what was there. @throws VALUE_NOT_OF_TYPE @example state.update({ n: 1 }) */
  update(state: State): void {
    this.#table.put({}, state);
  }

  /** Forgets the state and its timeout. @example state.remove() */
  remove(): void {
    this.#table.remove({});
    this.#clearTimeout();
  }

  /** Wakes the key when so many milliseconds of processing time have passed without rows of it. @throws INVALID_TIMEOUT @example state.setTimeoutDuration(60_000) */
  setTimeoutDuration(durationMs: number): void {
    if (this.#timeout !== "processingTime") throw invalid("A duration needs the timeout processingTime");
    if (!(durationMs > 0)) throw invalid("The timeout duration must be positive");
    this.#setTimeout(this.#call.batchTimeMs + durationMs);
  }

  /** Wakes the key when the watermark has passed a time, ms since 1970. @throws INVALID_TIMEOUT @example state.setTimeoutTimestamp(state.getCurrentWatermarkMs() + 60_000) */
  setTimeoutTimestamp(timestampMs: number): void {
    if (this.#timeout !== "eventTime") throw invalid("A timestamp needs the timeout eventTime");
    if (!(timestampMs > 0)) throw invalid("The timeout timestamp must be positive");
    const { watermarkMs } = this.#call;
    if (watermarkMs > 0 && timestampMs < watermarkMs)
      throw invalid(`The timeout timestamp (${timestampMs}) cannot be earlier than the current watermark (${watermarkMs})`);
    this.#setTimeout(timestampMs);
  }

  /** The watermark, ms since 1970; 0 before there is one. @example state.getCurrentWatermarkMs() */
  getCurrentWatermarkMs(): number {
    return this.#call.watermarkMs;
  }

  /** The logged time of the batch, ms since 1970: the same when the batch runs again. @example state.getCurrentProcessingTimeMs() */
  getCurrentProcessingTimeMs(): number {
    return this.#call.batchTimeMs;
  }

  get #table(): GroupCall["tables"][number] {
    return this.#call.tables[0]!;
  }

  #setTimeout(timeMs: number): void {
    this.#clearTimeout();
    this.#call.timers.set(timeMs);
  }

  #clearTimeout(): void {
    for (const timeMs of this.#call.timers.list()) this.#call.timers.remove(timeMs);
  }
}

function invalid(what: string): StreamingError {
  return new StreamingError("INVALID_TIMEOUT", { what });
}

/** A function over the rows of one key in one batch, and the state of the key. */
export type GroupStateFunction<Row, State extends UserRow> = (
  key: UserRow,
  rows: readonly Row[],
  state: GroupState<State>,
) => Iterable<UserRow>;

/** What the engine runs of such a function. */
export function groupFunctionOf(
  schema: Schema,
  timeout: GroupStateTimeout,
  run: GroupStateFunction<UserRow, UserRow>,
): () => GroupFunction {
  const table = { name: "state", key: { kind: "struct", fields: [] } as const, value: schema, ttlMs: null };
  return () => ({
    tables: [table],
    call: (call) => run(call.key, call.rows, new GroupState(call, timeout)),
  });
}

/** @throws INVALID_OPTION_VALUE */
export function parseTimeMode(owner: string, option: string, value: string): TimeMode {
  const modes: readonly TimeMode[] = ["none", "eventTime", "processingTime"];
  const text = value.toLowerCase().replace("timeout", "").replace(/^no$/, "none");
  const mode = modes.find((m) => m.toLowerCase() === text);
  if (mode !== undefined) return mode;
  throw new StreamingError("INVALID_OPTION_VALUE", { owner, option, value, expected: modes.join(", ") });
}

/** Names and types, for messages. */
export function schemaText(schema: Schema): string {
  return schema.fields.map(({ name, type }) => `${name} ${typeName(type)}`).join(", ");
}
