export type PresenceState = Record<string, unknown>;

/** Milliseconds between two announcements: at most this often when it changes, at least this often when it does not. */
const MIN_INTERVAL = 50;
const REFRESH = 10_000;
/** A peer not heard of for this long (its slot was killed, say) is gone. */
const PEER_TTL = 30_000;

/** Who else is here, and telling them about us. Survives reconnects: peers stay while the connection is being replaced. */
export class PresenceBoard {
  readonly peers = new Map<string, PresenceState>();
  readonly #heardAt = new Map<string, number>();
  readonly #announce: (state: PresenceState | null) => void;
  readonly #changed: () => void;
  #own: PresenceState | null = null;
  #announcedAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #ticker = setInterval(() => {
    this.#tick();
  }, 5000);

  constructor(announce: (state: PresenceState | null) => void, changed: () => void) {
    this.#announce = announce;
    this.#changed = changed;
  }

  set(state: PresenceState | null): void {
    this.#own = state;
    if (this.#timer !== undefined) return;
    const wait = this.#announcedAt + MIN_INTERVAL - performance.now();
    if (wait <= 0) this.#tell();
    else
      this.#timer = setTimeout(() => {
        this.#tell();
      }, wait);
  }

  /** On a new connection: say it again there. */
  renew(): void {
    if (this.#own !== null) this.#tell();
  }

  receive(sessionId: string, state: PresenceState | null): void {
    if (state === null) {
      if (!this.#forget(sessionId)) return;
    } else {
      this.peers.set(sessionId, state);
      this.#heardAt.set(sessionId, performance.now());
    }
    this.#changed();
  }

  /** For good. */
  leave(): void {
    clearInterval(this.#ticker);
    if (this.#own === null) clearTimeout(this.#timer);
    else {
      this.#own = null;
      this.#tell();
    }
  }

  #tick(): void {
    if (performance.now() - this.#announcedAt >= REFRESH) this.renew();
    const deadline = performance.now() - PEER_TTL;
    const gone = [...this.#heardAt].filter(([, at]) => at < deadline);
    for (const [id] of gone) this.#forget(id);
    if (gone.length > 0) this.#changed();
  }

  #forget(sessionId: string): boolean {
    this.#heardAt.delete(sessionId);
    return this.peers.delete(sessionId);
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#announcedAt = performance.now();
    this.#announce(this.#own);
  }
}
