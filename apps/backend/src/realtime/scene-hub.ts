import { encodeFrame } from '@devplatform/contracts';
import type { Presence } from '@devplatform/contracts';
import type { JournalStore } from './journal-store.ts';
import { ScenePresence } from './scene-presence.ts';

/** A connection that is in the scene. */
export interface Member {
  /** The journal from `firstSeq` on; `frame` is the same, encoded once for everybody. */
  receive(firstSeq: number, payloads: readonly Uint8Array[], frame: Uint8Array): void;
  pass(text: string): void;
  /** What it lacks is no longer in the journal as updates: it must come again and take the snapshot. */
  sendAway(): void;
}

/** One scene on this slot: follows the journal and passes it on in order, without a gap, to the connections that are in it. */
export class SceneHub {
  readonly sceneId: string;
  readonly presence = new ScenePresence();
  readonly #store: JournalStore;
  readonly #members = new Set<Member>();
  #cursor: number;
  /** The highest head that we heard of. */
  #head: number;
  #following = false;
  #emptySince = performance.now();

  constructor(sceneId: string, head: number, store: JournalStore) {
    this.sceneId = sceneId;
    this.#cursor = head;
    this.#head = head;
    this.#store = store;
  }

  /** Last number that was passed on. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Milliseconds that nobody has been here; 0 while somebody is. */
  get idle(): number {
    return this.#members.size > 0 ? 0 : performance.now() - this.#emptySince;
  }

  join(member: Member): void {
    this.#members.add(member);
  }

  leave(member: Member): void {
    this.#members.delete(member);
    this.#emptySince = performance.now();
  }

  /** A piece of the journal that is at hand; whatever lies before it is read first. */
  deliver(firstSeq: number, payloads: readonly Uint8Array[]): void {
    if (firstSeq > this.#cursor + 1) {
      this.notice(firstSeq + payloads.length - 1);
      return;
    }
    const first = this.#cursor + 1;
    const news = payloads.slice(first - firstSeq);
    if (news.length === 0) return;
    this.#cursor += news.length;
    const frame = encodeFrame({ kind: 'updates', firstSeq: first, payloads: news });
    for (const member of this.#members) member.receive(first, news, frame);
  }

  /** The scene's head is known to be at `head`: read what is missing. False when nothing is, or nobody misses it. */
  notice(head: number): boolean {
    if (head <= this.#cursor) return false;
    if (this.#members.size === 0) {
      // Whoever comes reads for himself up to here.
      this.#cursor = head;
      return false;
    }
    this.#head = Math.max(this.#head, head);
    if (!this.#following) void this.#follow();
    return true;
  }

  relay(presence: Presence, by: Member | null): void {
    this.presence.put(presence, by);
    const text = JSON.stringify(presence);
    for (const member of this.#members) if (member !== by) member.pass(text);
  }

  /** Ends quietly where the journal cannot be read: the next hint or audit begins again. */
  async #follow(): Promise<void> {
    this.#following = true;
    try {
      while (this.#cursor < this.#head) {
        const { firstSeq, payloads } = await this.#store.page(this.sceneId, this.#cursor);
        if (payloads.length === 0) return;
        if (firstSeq > this.#cursor + 1) this.#skipTo(firstSeq - 1);
        this.deliver(firstSeq, payloads);
      }
    } catch {
      return;
    } finally {
      this.#following = false;
    }
  }

  #skipTo(seq: number): void {
    this.#cursor = seq;
    for (const member of this.#members) member.sendAway();
  }
}
