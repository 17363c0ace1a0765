import type { Presence } from '@devplatform/contracts';

/** Clients say it again every 10 s. */
const TTL_MS = 30_000;

interface Entry {
  readonly presence: Presence;
  /** The connection of this slot that said it last; null: another slot's, or one that moved on. */
  readonly by: object | null;
  readonly at: number;
}

/** Who is in a scene, by session: kept so that newcomers hear of those who are there, and no longer than they are heard of. */
export class ScenePresence {
  readonly #entries = new Map<string, Entry>();

  put(presence: Presence, by: object | null): void {
    if (presence.state === null) this.#entries.delete(presence.sessionId);
    else this.#entries.set(presence.sessionId, { presence, by, at: Date.now() });
  }

  present(): Presence[] {
    const alive = Date.now() - TTL_MS;
    for (const [id, { at }] of this.#entries) if (at < alive) this.#entries.delete(id);
    return [...this.#entries.values()].map((entry) => entry.presence);
  }

  /** True when nobody else has spoken for this session since: a late close must not touch the session that moved. */
  isLastSaidBy(sessionId: string, connection: object): boolean {
    return this.#entries.get(sessionId)?.by === connection;
  }
}
