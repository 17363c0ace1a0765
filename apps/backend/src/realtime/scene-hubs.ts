import type { Presence } from '@devplatform/contracts';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { JournalStore } from './journal-store.ts';
import type { Appended } from './journal-writer.ts';
import { RealtimeMetrics } from './realtime-metrics.ts';
import { SceneHints } from './scene-hints.ts';
import { SceneHub, type Member } from './scene-hub.ts';

const AUDIT_MS = 1000;
/** An empty hub stays so long: its people may be about to come back. */
const LINGER_MS = 10_000;
/** A session whose connection broke is not said to have left before it had the time to come back, here or elsewhere. */
const ABSENCE_MS = 5000;

/** The scenes that are open on this slot, kept level with the journal by own commits, by hints and by an audit. */
@Injectable()
export class SceneHubs implements OnModuleInit {
  readonly #store: JournalStore;
  readonly #hints: SceneHints;
  readonly #metrics: RealtimeMetrics;
  readonly #hubs = new Map<string, SceneHub>();
  #auditor: NodeJS.Timeout | undefined;
  #auditing = false;

  constructor(
    @Inject(JournalStore) store: JournalStore,
    @Inject(SceneHints) hints: SceneHints,
    @Inject(RealtimeMetrics) metrics: RealtimeMetrics,
  ) {
    this.#store = store;
    this.#hints = hints;
    this.#metrics = metrics;
    hints.listen((sceneId, hint) => {
      const hub = this.#hubs.get(sceneId);
      if (!hub) return;
      if (!('head' in hint)) hub.relay(hint, null);
      else if (hub.notice(hint.head)) metrics.hints.inc({ source: 'redis' });
    });
  }

  onModuleInit(): void {
    this.#auditor = setInterval(() => void this.#audit(), AUDIT_MS);
  }

  /** The scene's hub, which begins at `head` when it is new. */
  at(sceneId: string, head: number): SceneHub {
    const open = this.#hubs.get(sceneId);
    if (open) {
      open.notice(head);
      return open;
    }
    const hub = new SceneHub(sceneId, head, this.#store);
    this.#hubs.set(sceneId, hub);
    this.#hints.watch(sceneId);
    return hub;
  }

  committed(sceneId: string, { firstSeq, payloads, head }: Appended): void {
    const hub = this.#hubs.get(sceneId);
    hub?.deliver(firstSeq, payloads);
    hub?.notice(head);
    if (payloads.length > 0) this.#hints.publish(sceneId, { head });
  }

  announce(hub: SceneHub, presence: Presence, by: Member): void {
    hub.relay(presence, by);
    this.#hints.publish(hub.sceneId, presence);
  }

  /** `moved`: said bye, its session lives on elsewhere. */
  left(hub: SceneHub, member: Member, sessionId: string, moved: boolean): void {
    hub.leave(member);
    if (moved) return;
    setTimeout(() => {
      if (hub.presence.isLastSaidBy(sessionId, member)) this.announce(hub, { type: 'presence', sessionId, state: null }, member);
    }, ABSENCE_MS).unref();
  }

  close(): void {
    clearInterval(this.#auditor);
  }

  async #audit(): Promise<void> {
    for (const [sceneId, hub] of this.#hubs) {
      if (hub.idle < LINGER_MS) continue;
      this.#hubs.delete(sceneId);
      this.#hints.unwatch(sceneId);
    }
    if (this.#auditing || this.#hubs.size === 0) return;
    this.#auditing = true;
    try {
      const heads = await this.#store.heads([...this.#hubs.keys()]);
      for (const [sceneId, head] of heads) if (this.#hubs.get(sceneId)?.notice(head)) this.#metrics.hints.inc({ source: 'audit' });
    } catch {
      // PostgreSQL is away: hello and append say so to those whom it concerns; the next audit makes up for this one.
    } finally {
      this.#auditing = false;
    }
  }
}
