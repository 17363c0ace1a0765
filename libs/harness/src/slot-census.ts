import { setTimeout as delay } from 'node:timers/promises';
import { DrainStatus, Slot, type SlotAddresses, WorkerStatus } from '@devplatform/contracts';
import type { z } from 'zod';
import { now } from './clock.ts';
import { exchange } from './exchange.ts';

/** What a slot itself counted at one moment. */
export interface Census {
  readonly at: number;
  readonly slot: Slot;
  readonly sockets: number;
  readonly httpInFlight: number;
  readonly appendQueue: number;
  readonly notYetHinted: number;
  readonly forced: number;
  readonly activeJobs: number;
}

type Slots = Readonly<Record<Slot, SlotAddresses | null>>;

const EVERY_MS = 200;
/** Finding out where the slots are costs more than asking them. */
const LOOK_EVERY_MS = 500;

/** Asks both slots on their control planes what they have under way, all the time: the other side of the ledger's sums. */
export class SlotCensus implements AsyncDisposable {
  readonly #look: () => Promise<Slots>;
  readonly #samples: Census[] = [];
  readonly #stopped = new AbortController();
  readonly #loop: Promise<void>;

  constructor(look: () => Promise<Slots>) {
    this.#look = look;
    this.#loop = this.#watch();
  }

  /** When the slot first had nothing under way after the moment. */
  emptyAfter(slot: Slot, at: number): Census | undefined {
    return this.#samples.find((sample) => sample.slot === slot && sample.at > at && isEmpty(sample));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
  }

  async #watch(): Promise<void> {
    let slots: Slots = { blue: null, green: null };
    let looked = -Infinity;
    while (!this.#stopped.signal.aborted) {
      const samples = await Promise.all(Slot.options.map((slot) => take(slot, slots[slot])));
      this.#samples.push(...samples.filter((sample) => sample !== null));
      if (samples.includes(null) && now() - looked > LOOK_EVERY_MS) {
        slots = await this.#look().catch(() => slots);
        looked = now();
      }
      await delay(EVERY_MS, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    }
  }
}

/** null: the slot is not up, or was killed by a negative control. */
async function take(slot: Slot, addresses: SlotAddresses | null): Promise<Census | null> {
  if (addresses === null) return null;
  const at = now();
  const ask = async <T>(url: string, schema: z.ZodType<T>): Promise<T> => {
    const { body } = await exchange({ url, headers: { authorization: `Bearer ${addresses.internalToken}` } });
    return schema.parse(JSON.parse(body.toString()));
  };
  try {
    const [drain, worker] = await Promise.all([
      ask(`${addresses.backendInternal}/drain`, DrainStatus),
      ask(`${addresses.workerInternal}/status`, WorkerStatus),
    ]);
    const { sockets, httpInFlight, appendQueue, notYetHinted, forced } = drain;
    return { at, slot, sockets, httpInFlight, appendQueue, notYetHinted, forced, activeJobs: worker.active };
  } catch {
    return null;
  }
}

const isEmpty = ({ sockets, httpInFlight, appendQueue, notYetHinted, activeJobs }: Census): boolean =>
  sockets + httpInFlight + appendQueue + notYetHinted + activeJobs === 0;
