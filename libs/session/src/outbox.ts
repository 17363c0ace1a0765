import * as Y from 'yjs';

export interface Edit {
  readonly cseq: number;
  readonly payload: Uint8Array;
  /** Milliseconds since 1970 when it got its number. */
  readonly at: number;
}

/** Unacknowledged edits at most; more than that wait and are merged, so a re-send stays far below the frame rate limit. */
const WINDOW = 64;
/** Waiting updates are merged up to this size, far below the largest frame. */
const MERGE_BYTES = 64 * 1024;

/**
 * Edits on their way to the journal. An update gets its number only when it goes out; whatever waits (offline, or while
 * the window is full) is merged into one edit. Numbers have no gap, and an edit stays here until it is acknowledged.
 */
export class Outbox {
  #acked = 0;
  #sent: Edit[] = [];
  #waiting: Uint8Array[] = [];

  get nextCseq(): number {
    return this.#acked + this.#sent.length + 1;
  }

  get unsaved(): number {
    return this.#sent.length + (this.#waiting.length > 0 ? 1 : 0);
  }

  add(update: Uint8Array): void {
    this.#waiting.push(update);
  }

  /** Number the next edit; undefined when nothing waits or the window is full. */
  take(): Edit | undefined {
    if (this.#waiting.length === 0 || this.#sent.length >= WINDOW) return undefined;
    let count = 0;
    for (let bytes = 0; count < this.#waiting.length; count += 1) {
      bytes += this.#waiting[count]?.byteLength ?? 0;
      if (count > 0 && bytes > MERGE_BYTES) break;
    }
    const edit = { cseq: this.nextCseq, payload: Y.mergeUpdates(this.#waiting.splice(0, count)), at: Date.now() };
    this.#sent.push(edit);
    return edit;
  }

  /** Edits to send again, from number `cseq` on. */
  sentFrom(cseq: number): readonly Edit[] {
    return this.#sent.filter((edit) => edit.cseq >= cseq);
  }

  /** Forget what is committed; returns it, oldest first. */
  acknowledge(upto: number): readonly Edit[] {
    const saved = this.#sent.splice(0, Math.max(0, upto - this.#acked));
    this.#acked += saved.length;
    return saved;
  }

  /** Number from `acked + 1` on; what was sent is forgotten, `waiting` takes its place. */
  restart(acked: number, waiting: Uint8Array[] = this.#waiting): void {
    this.#acked = acked;
    this.#sent = [];
    this.#waiting = waiting;
  }
}
