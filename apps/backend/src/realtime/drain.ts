import { CloseCode, hintWindow } from '@devplatform/contracts';
import type { DrainRequest, DrainStatus, ServerMessage } from '@devplatform/contracts';
import type { BackendConfig } from '@devplatform/runtime/config';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../http/problem.ts';
import { Debits } from '../ledger/debits.ts';
import { CONFIG } from '../tokens.ts';
import { slotsBehind } from './front-door-probe.ts';
import { Journal } from './journal.ts';
import { HttpInFlight } from './ports.ts';
import { Sockets, type Client } from './sockets.ts';

const PROBES = 4;
const STEP_MS = 20;

interface Handover {
  readonly id: string;
  readonly deadlineAt: number;
  readonly unhinted: Client[];
  readonly timers: NodeJS.Timeout[];
  forced: number;
}

/** Hands this slot's connections over to the other slot: hints, never cuts, until the deadline. */
@Injectable()
export class Drain {
  readonly #slot: BackendConfig['SLOT'];
  readonly #sockets: Sockets;
  readonly #journal: Journal;
  readonly #http: HttpInFlight;
  readonly #debits: Debits;
  #handover: Handover | null = null;

  constructor(
    @Inject(CONFIG) config: Pick<BackendConfig, 'SLOT'>,
    @Inject(Sockets) sockets: Sockets,
    @Inject(Journal) journal: Journal,
    @Inject(HttpInFlight) http: HttpInFlight,
    @Inject(Debits) debits: Debits,
  ) {
    this.#slot = config.SLOT;
    this.#sockets = sockets;
    this.#journal = journal;
    this.#http = http;
    this.#debits = debits;
  }

  get draining(): boolean {
    return this.#handover !== null;
  }

  /** For who says hello while the slot drains: served, and asked to try the front door again. */
  get hint(): Extract<ServerMessage, { type: 'drain' }> | null {
    if (!this.#handover) return null;
    const { id: handoverId, deadlineAt } = this.#handover;
    return { type: 'drain', reason: 'switch', deadline: Math.max(0, Math.round(deadlineAt - performance.now())), handoverId };
  }

  /** Repeating it with the same id changes nothing. Throws the problem 409 where users would come back to this slot. */
  async begin(request: DrainRequest): Promise<DrainStatus> {
    if (this.#handover?.id === request.handoverId) return this.status();
    if (request.to === this.#slot) {
      throw new ProblemError(409, 'drain-to-itself', `This is ${this.#slot}: it cannot hand over to itself. Nothing was drained.`);
    }
    const seen = await slotsBehind(request.publicUrl, PROBES);
    if (seen.some((slot) => slot !== request.to)) {
      const answers = [...new Set(seen.map((slot) => slot ?? 'nobody'))].join(' and ');
      throw new ProblemError(
        409,
        'front-door-elsewhere',
        `${request.publicUrl} is answered by ${answers}, not by ${request.to}. Nothing was drained. Switch the front door first.`,
      );
    }
    this.cancel();
    this.#handover = this.#start(request);
    return this.status();
  }

  /** Connections that were hinted already may still leave; the others stay. */
  cancel(): DrainStatus {
    this.#handover?.timers.forEach(clearInterval);
    this.#handover = null;
    return this.status();
  }

  status(): DrainStatus {
    return {
      slot: this.#slot,
      draining: this.draining,
      handoverId: this.#handover?.id ?? null,
      sockets: this.#sockets.count,
      notYetHinted: this.#handover?.unhinted.filter((client) => this.#sockets.has(client)).length ?? 0,
      httpInFlight: this.#http.count(),
      appendQueue: this.#journal.queued,
      forced: this.#handover?.forced ?? 0,
    };
  }

  #start({ handoverId, deadlineMs, windowMs }: DrainRequest): Handover {
    const unhinted = this.#sockets.all();
    const total = unhinted.length;
    const window = windowMs ?? hintWindow(total);
    const startedAt = performance.now();
    const step = setInterval(() => {
      const due = window === 0 ? total : Math.min(total, Math.ceil((total * (performance.now() - startedAt)) / window));
      for (let hinted = total - unhinted.length; hinted < due; hinted += 1) this.#hint(unhinted.shift());
      if (unhinted.length === 0) clearInterval(step);
    }, STEP_MS);
    const deadline = setTimeout(() => {
      for (const { id } of this.#sockets.all()) this.#debits.ended('socket', id, 'forced');
      handover.forced += this.#sockets.closeAll(CloseCode.drainDeadline, 'This slot is done: come again.');
    }, deadlineMs);
    const handover: Handover = { id: handoverId, deadlineAt: startedAt + deadlineMs, unhinted, timers: [step, deadline], forced: 0 };
    return handover;
  }

  #hint(client: Client | undefined): void {
    if (client && this.#sockets.has(client) && this.hint) client.tell(this.hint);
  }
}
