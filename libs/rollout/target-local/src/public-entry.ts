import { Agent, get } from 'node:http';
import { Slot, SLOT_HEADER } from '@devplatform/contracts';

/** Liveness: which slot answers is no question to a database. */
const PATH = '/api/v1/live';
/** Of each kind: connections that were there before the switch, and new ones. */
const CONNECTIONS = 3;
const TIMEOUT_MS = 2000;
/** Milliseconds that the slot to be left may take to use the kept connections: a bad one must not hold back the way out of it. */
const PATIENCE_MS = 200;

/** Which slot users get: asked as they ask, through the front door. */
export class PublicEntry implements Disposable {
  readonly #url: string;
  readonly #kept: Agent[] = [];

  private constructor(url: string) {
    this.#url = url;
  }

  /** With its kept connections open: those over which the slot that is active answered in time. The others prove nothing, and are closed. */
  static async open(url: string): Promise<PublicEntry> {
    const entry = new PublicEntry(url);
    await Promise.all(Array.from({ length: CONNECTIONS }, () => entry.#keep()));
    return entry;
  }

  async #keep(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    if ((await answeringSlot(this.#url, agent, PATIENCE_MS)) === null) agent.destroy();
    else this.#kept.push(agent);
  }

  /** True when every kept and every fresh connection is answered from `slot`. */
  async answersFrom(slot: Slot): Promise<boolean> {
    const agents = [...this.#kept, ...Array.from({ length: CONNECTIONS }, () => undefined)];
    const slots = await Promise.all(agents.map((agent) => answeringSlot(this.#url, agent)));
    return slots.every((answered) => answered === slot);
  }

  [Symbol.dispose](): void {
    for (const agent of this.#kept) agent.destroy();
  }
}

/** True as soon as one of several fresh connections is answered from the slot: one that hangs says nothing of the others. */
export async function isAnswering(url: string, slot: Slot): Promise<boolean> {
  const looks = Array.from({ length: CONNECTIONS }, async () => {
    if ((await answeringSlot(url)) !== slot) throw new Error(`${slot} did not answer`);
  });
  return Promise.any(looks).then(
    () => true,
    () => false,
  );
}

/** null where no slot answers. Without an agent, over a fresh connection. */
function answeringSlot(url: string, agent?: Agent, timeout = TIMEOUT_MS): Promise<Slot | null> {
  return new Promise((resolve) => {
    const request = get(`${url}${PATH}`, { agent: agent ?? false, timeout }, (response) => {
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
