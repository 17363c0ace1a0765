import type { Notification, NotificationName } from './notification.ts';

/** Who is told. Neither method fails a run. */
export interface Listener {
  /** Returns at once. */
  notify(notification: Notification): void;
  /** Resolves when all that was taken is delivered or given up, which is soon after `deadline` aborts. Never rejects. */
  settle(deadline: AbortSignal): Promise<void>;
}

export interface Delivery {
  /** Whose it is, in notes: `webhook https://chat.example.org`. */
  readonly name: string;
  readonly wants: readonly NotificationName[];
  /** Throws what went wrong, fit to be read by everybody; ends soon after the signal aborts. */
  readonly deliver: (notification: Notification, signal: AbortSignal) => Promise<void>;
  readonly note: (text: string) => void;
}

/** Delivers in order, one at a time; what could not be delivered becomes a note, and the next one is tried. */
export class Outbox implements Listener {
  readonly #delivery: Delivery;
  readonly #deadline = new AbortController();
  readonly #late: string[] = [];
  #last: Promise<void> = Promise.resolve();

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
  }

  notify(notification: Notification): void {
    if (!this.#delivery.wants.includes(notification.event)) return;
    this.#last = this.#last.then(() => this.#deliver(notification));
  }

  async settle(deadline: AbortSignal): Promise<void> {
    const giveUp = (): void => {
      this.#deadline.abort();
    };
    deadline.addEventListener('abort', giveUp, { once: true });
    if (deadline.aborted) giveUp();
    await this.#last;
    deadline.removeEventListener('abort', giveUp);
    const late = this.#late.splice(0);
    if (late.length > 0) this.#delivery.note(`${this.#delivery.name} was not told, because the time for it was over: ${late.join(', ')}`);
  }

  async #deliver(notification: Notification): Promise<void> {
    const { signal } = this.#deadline;
    const { name, deliver, note } = this.#delivery;
    try {
      signal.throwIfAborted();
      await deliver(notification, signal);
    } catch (error) {
      if (signal.aborted) this.#late.push(labelOf(notification));
      else note(`${name} did not take ${labelOf(notification)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** `deployment.step smoke failed` */
const labelOf = ({ event, step, state }: Notification): string => [event, step, state].filter((part) => part !== undefined).join(' ');
