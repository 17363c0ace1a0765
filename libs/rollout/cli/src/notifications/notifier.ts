import { setTimeout as delay } from 'node:timers/promises';
import { systemClock, type Clock, type RolloutEvent } from '@devplatform/rollout-engine';
import { Narration, type About } from './notification.ts';
import type { Listener } from './outbox.ts';

export interface Notifier {
  /** Returns at once and never throws, whatever the listeners do. */
  readonly onEvent: (event: RolloutEvent) => void;
  /** To be awaited before the process ends, however the run has ended. Takes at most `flushMs` and a second; never rejects. */
  readonly flush: () => Promise<void>;
}

export interface NotifierOptions {
  readonly about: About;
  readonly listeners: readonly Listener[];
  /** For what a listener did wrong itself. */
  readonly note: (text: string) => void;
  /** Milliseconds for all listeners together; default 10 s. What is not delivered by then is given up, and a note says so. */
  readonly flushMs?: number;
  readonly clock?: Clock;
}

/** For a listener to stop what it is doing; one that does not is left behind. */
const STOP_WITHIN_MS = 1_000;

/** Tells every listener of one run, each at its own pace. */
export function notifier({ about, listeners, note, flushMs = 10_000, clock = systemClock }: NotifierOptions): Notifier {
  const narration = new Narration(about, clock);
  const unhappy = (error: unknown): void => {
    note(`a notification was lost: ${error instanceof Error ? error.message : String(error)}`);
  };
  return {
    onEvent: (event) => {
      for (const notification of narration.of(event)) {
        for (const listener of listeners) {
          try {
            listener.notify(notification);
          } catch (error) {
            unhappy(error);
          }
        }
      }
    },
    flush: async () => {
      const deadline = new AbortController();
      const settled = new AbortController();
      const patience = delay(flushMs, undefined, { signal: settled.signal })
        .then(() => {
          deadline.abort();
          return delay(STOP_WITHIN_MS, undefined, { signal: settled.signal });
        })
        .catch(() => undefined);
      const all = Promise.all(listeners.map((listener) => listener.settle(deadline.signal).catch(unhappy)));
      await Promise.race([all, patience]);
      settled.abort();
    },
  };
}
