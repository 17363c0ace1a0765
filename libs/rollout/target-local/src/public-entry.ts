import { Agent, get } from 'node:http';
import { Slot, SLOT_HEADER } from '@devplatform/contracts';

/** Liveness: which slot answers is no question to a database. */
const PATH = '/api/v1/live';
/** Of each kind: connections that were there before the switch, and new ones. */
const CONNECTIONS = 3;
const TIMEOUT_MS = 2000;

/** Which slot users get: asked as they ask, through the front door. */
export class PublicEntry implements Disposable {
  readonly #url: string;
  readonly #kept = Array.from({ length: CONNECTIONS }, () => new Agent({ keepAlive: true, maxSockets: 1 }));

  private constructor(url: string) {
    this.#url = url;
  }

  /** With its kept connections open. */
  static async open(url: string): Promise<PublicEntry> {
    const entry = new PublicEntry(url);
    await Promise.all(entry.#kept.map((agent) => answeringSlot(url, agent)));
    return entry;
  }

  /** True when every kept and every fresh connection is answered from `slot`. */
  async answersFrom(slot: Slot): Promise<boolean> {
    const agents = [...this.#kept, ...this.#kept.map(() => undefined)];
    const slots = await Promise.all(agents.map((agent) => answeringSlot(this.#url, agent)));
    return slots.every((answered) => answered === slot);
  }

  [Symbol.dispose](): void {
    for (const agent of this.#kept) agent.destroy();
  }
}

/** null where no slot answers. Without an agent, over a fresh connection. */
export function answeringSlot(url: string, agent?: Agent): Promise<Slot | null> {
  return new Promise((resolve) => {
    const request = get(`${url}${PATH}`, { agent: agent ?? false, timeout: TIMEOUT_MS }, (response) => {
      response.resume();
      response.once('close', () => {
        resolve(Slot.safeParse(response.headers[SLOT_HEADER]).data ?? null);
      });
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => {
      resolve(null);
    });
  });
}
