import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { IDEMPOTENCY_HEADER, PAGE_ID_HEADER, SLOT_HEADER, VERSION_HEADER } from '@devplatform/contracts';
import { now } from './clock.ts';
import { exchange, headerOf, reasonOf, type Exchange } from './exchange.ts';

export interface HttpLoad {
  readonly publicUrl: string;
  readonly token: string;
  /** Where the annotations are written; the token may edit it. */
  readonly projectId: string;
  readonly perSecond: number;
}

export type RequestKind = 'projects' | 'health' | 'shell' | 'annotate';

/** What one client saw of one request. */
export interface RequestRecord {
  readonly kind: RequestKind;
  readonly connection: 'kept' | 'fresh';
  /** Sent at, milliseconds since 1970. */
  readonly at: number;
  readonly ms: number;
  /** null: no answer, see `error`. */
  readonly status: number | null;
  readonly slot: string | null;
  readonly release: string | null;
  readonly error: string | null;
  /** The annotation's text, unique; absent for reads. */
  readonly note?: string;
}

/** Of twenty requests: what users do most. */
const MIX: readonly RequestKind[] = [
  ...Array.from({ length: 12 }, (): RequestKind => 'projects'),
  ...Array.from({ length: 4 }, (): RequestKind => 'shell'),
  ...(['health', 'health', 'annotate', 'annotate'] as const),
];
const TICK_MS = 5;
/** People with a page open; those over fresh connections are none. */
const PAGES = 10;

/**
 * Sends requests at a fixed rate whatever the answers do (open loop), two thirds over kept connections and one third over
 * fresh ones, without retries. Every fifth annotation is sent twice with the same idempotency key.
 */
export class HttpObserver {
  readonly #load: HttpLoad;
  readonly #kept = new Agent({ keepAlive: true });
  readonly #pages = Array.from({ length: PAGES }, () => randomUUID());
  readonly #records: RequestRecord[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;

  constructor(load: HttpLoad) {
    this.#load = load;
  }

  start(): void {
    const begin = performance.now();
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - begin) * this.#load.perSecond) / 1000);
      while (this.#sent < due) this.#send();
    }, TICK_MS);
  }

  /** Requests that were answered or failed so far. */
  count(): number {
    return this.#records.length;
  }

  /** Stops sending, waits for the last answers and returns everything that was seen. */
  async stop(): Promise<readonly RequestRecord[]> {
    clearInterval(this.#timer);
    await Promise.all(this.#inFlight);
    this.#kept.destroy();
    return this.#records;
  }

  #send(): void {
    const turn = this.#sent;
    this.#sent += 1;
    // 7 has no common factor with 20, so that every kind comes over both sorts of connection, evenly in time.
    const kind = MIX[(turn * 7) % MIX.length] ?? 'projects';
    const connection = turn % 3 === 0 ? 'fresh' : 'kept';
    const work = kind === 'annotate' ? this.#annotate(connection, turn) : this.#observe(kind, connection, this.#get(kind));
    this.#inFlight.add(work);
    void work.finally(() => this.#inFlight.delete(work));
  }

  #get(kind: RequestKind): Exchange {
    if (kind === 'shell') return { url: `${this.#load.publicUrl}/`, headers: { accept: 'text/html' } };
    return { url: `${this.#load.publicUrl}/api/v1/${kind}`, headers: { authorization: `Bearer ${this.#load.token}` } };
  }

  async #annotate(connection: RequestRecord['connection'], turn: number): Promise<void> {
    const note = `note ${randomUUID()}`;
    const post: Exchange = {
      url: `${this.#load.publicUrl}/api/v1/projects/${this.#load.projectId}/annotations`,
      method: 'POST',
      headers: { authorization: `Bearer ${this.#load.token}`, 'content-type': 'application/json', [IDEMPOTENCY_HEADER]: randomUUID() },
      body: JSON.stringify({ body: note, position: [0, 0, 0] }),
    };
    await this.#observe('annotate', connection, post, note);
    if (Math.floor(turn / MIX.length) % 5 === 0) await this.#observe('annotate', connection, post, note);
  }

  async #observe(kind: RequestKind, connection: RequestRecord['connection'], what: Exchange, note?: string): Promise<void> {
    const at = now();
    const same = { kind, connection, at, ...(note === undefined ? {} : { note }) };
    try {
      const page = connection === 'kept' ? { [PAGE_ID_HEADER]: this.#pages[this.#sent % PAGES] ?? '' } : {};
      const answer = await exchange({ ...what, headers: { ...what.headers, ...page }, agent: connection === 'kept' ? this.#kept : false });
      this.#records.push({
        ...{ ...same, ms: now() - at, status: answer.status, error: null },
        ...{ slot: headerOf(answer, SLOT_HEADER), release: headerOf(answer, VERSION_HEADER) },
      });
    } catch (error) {
      this.#records.push({ ...same, ms: now() - at, status: null, slot: null, release: null, error: reasonOf(error) });
    }
  }
}

/** Anything but a 2xx answer. */
export const failed = ({ status }: RequestRecord): boolean => status === null || status < 200 || status > 299;
