import { CloseCode } from '@devplatform/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { LedgerClerk } from '../ledger/ledger-clerk.ts';
import { Drain } from './drain.ts';
import { Journal } from './journal.ts';
import { SceneHints } from './scene-hints.ts';
import { SceneHubs } from './scene-hubs.ts';
import { Sockets } from './sockets.ts';

/** The end of this room in the order of the process's shutdown; before the pools, which it uses. */
@Injectable()
export class Realtime {
  readonly #drain: Drain;
  readonly #journal: Journal;
  readonly #sockets: Sockets;
  readonly #hubs: SceneHubs;
  readonly #hints: SceneHints;
  readonly #ledger: LedgerClerk;

  constructor(
    @Inject(Drain) drain: Drain,
    @Inject(Journal) journal: Journal,
    @Inject(Sockets) sockets: Sockets,
    @Inject(SceneHubs) hubs: SceneHubs,
    @Inject(SceneHints) hints: SceneHints,
    @Inject(LedgerClerk) ledger: LedgerClerk,
  ) {
    this.#drain = drain;
    this.#journal = journal;
    this.#sockets = sockets;
    this.#hubs = hubs;
    this.#hints = hints;
    this.#ledger = ledger;
  }

  /**
   * Writes what waits and acknowledges it, tells whoever is still connected to come again (4001), and closes the books. Call once no
   * new connection can come.
   */
  async stop(): Promise<void> {
    this.#drain.cancel();
    await this.#journal.flush();
    this.#sockets.closeAll(CloseCode.drainDeadline, 'This server stops: come again.');
    this.#sockets.stop();
    this.#hubs.close();
    this.#hints.close();
    await this.#ledger.stop();
  }
}
