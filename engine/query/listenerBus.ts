import { thrownText } from "../errors/shownValue.js";
import type { StreamingQueryListener } from "./streamingQuery.js";

type Events = { [K in keyof Required<StreamingQueryListener>]: Parameters<Required<StreamingQueryListener>[K]>[0] };

/** Tells the listeners, in order. A listener that throws is reported once per event and otherwise ignored: watching a query must not end it. */
export class ListenerBus {
  constructor(
    private readonly listeners: readonly StreamingQueryListener[],
    private readonly warn: (message: string) => void,
  ) {}

  started(event: Events["onQueryStarted"]): void {
    this.tell((listener) => listener.onQueryStarted?.(event));
  }

  progress(event: Events["onQueryProgress"]): void {
    this.tell((listener) => listener.onQueryProgress?.(event));
  }

  idle(event: Events["onQueryIdle"]): void {
    this.tell((listener) => listener.onQueryIdle?.(event));
  }

  terminated(event: Events["onQueryTerminated"]): void {
    this.tell((listener) => listener.onQueryTerminated?.(event));
  }

  private tell(call: (listener: StreamingQueryListener) => void): void {
    for (const listener of this.listeners) {
      try {
        call(listener);
      } catch (error) {
        this.warn(`a query listener failed: ${thrownText(error)}`);
      }
    }
  }
}
