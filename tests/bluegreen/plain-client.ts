// A client of the protocol of a scene, from protocol.md alone; [n] are its sections. It has no presence [8]: nobody MUST say any.
import { randomUUID } from 'node:crypto';
import { createDecoder, type Decoder, hasContent, readVarUint, readVarUint8Array } from 'lib0/decoding';
import { encode, writeVarUint, writeVarUint8Array } from 'lib0/encoding';
import WebSocket from 'ws';
import * as Y from 'yjs';
type Welcome = { epoch: string; slot: string; ackedCseq: number; canEdit: boolean; draining: boolean };
type Control = Welcome & { type: string; upto: number; expected: number; reason: string; code: string; retry: boolean };
const now = (): number => performance.now();
const pause = (n: number): number => Math.random() * Math.min(2000, 100 * 2 ** n); // full jitter: when a server dies, all come at once

export class PlainClient {
  readonly doc = new Y.Doc();
  slot: string | undefined;
  ended: string | undefined; // `ended`: why there will be no further connection
  acked = 0;
  handovers = 0;
  losses = 0;
  longestGapMs = 0;
  readonly #welcomed = Promise.withResolvers<unknown>();
  readonly live = this.#welcomed.promise; // fails if the end comes before the first welcome
  readonly #url: string;
  readonly #token: () => string;
  #sentToken = '';
  readonly #ids = { clientId: randomUUID(), sessionId: randomUUID() };
  readonly #clock = setInterval(() => {
    this.#pump(25);
  }, 250);
  #used: WebSocket | undefined; // was welcomed: everything is sent and heard here
  #making: WebSocket | undefined; // not welcomed yet; there is never a second one of these, nor one that is about to be made (due)
  #due = false;
  #tries = 0;
  #at = { welcomed: 0, heard: 0, lost: 0 };
  #epoch: string | null = null;
  #lastSeq = 0;
  #canEdit = false;
  #rebase: Welcome | undefined; // it said another epoch, whose snapshot is not here yet
  #outbox: { cseq: number; update: Uint8Array }[] = []; // numbered: these bytes never change again
  #waiting: Uint8Array[] = [];
  #budget = 0; // not numbered, so they may be merged; messages that the server still takes now [10]
  constructor({ url, token }: { url: string; token: string | (() => string) }) {
    [this.#url, this.#token] = [url, typeof token === 'string' ? () => token : token];
    this.live.catch(() => undefined); // nobody has to wait for it
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === this) return;
      this.#waiting.push(update);
      this.#pump();
    });
    this.#connectIn(0);
  }
  get unsaved(): number {
    return this.#outbox.length + this.#waiting.length;
  }
  close(why = 'closed'): void {
    for (const ws of [this.#used, this.#making]) ws?.close(1000); // without `bye`: the session does not go on
    [this.#used, this.#making, this.ended] = [undefined, undefined, this.ended ?? why]; // from here on, what those say is ignored
    clearInterval(this.#clock);
    this.#welcomed.reject(new Error(why));
  }
  #connectIn(ms: number): void {
    if (this.#due || this.#making || this.ended) return; // that one will do, be it as handover or as resume
    this.#due = true;
    setTimeout(() => {
      this.#due = false;
      if (!this.ended) this.#connect();
    }, ms);
  }
  #connect(): void {
    const ws = (this.#making = new WebSocket(this.#url, { perMessageDeflate: false, maxPayload: 0 })); // 0: a snapshot has no limit
    setTimeout(() => {
      if (ws === this.#making) ws.terminate();
    }, 10_000).unref();
    ws.on('open', () => {
      const [reason, gap] = this.#used ? ['handover'] : this.#epoch ? ['resume', Math.round(now() - this.#at.lost)] : ['open'];
      const numbers = { epoch: this.#epoch, lastSeq: this.#lastSeq, nextCseq: this.acked + this.#outbox.length + 1, gapMs: gap };
      const about = { scene: this.#url.split('/').at(-1), ...this.#ids, token: (this.#sentToken = this.#token()) || undefined };
      ws.send(JSON.stringify({ type: 'hello', proto: [1, 2], release: 'plain/1', reason, ...about, ...numbers }));
    });
    ws.on('message', (data, binary) => {
      this.#hear(ws, data as Buffer, binary);
    });
    ws.on('error', () => undefined).on('close', (code) => {
      this.#lost(ws, code);
    }); // an `error` is followed by `close`
  }
  #lost(ws: WebSocket, code: number): void {
    if (ws === this.#used) {
      if (now() - this.#at.welcomed > 5000) this.#tries = 0;
      [this.#used, this.#at.lost, this.losses] = [undefined, now(), this.losses + 1];
    } else if (ws === this.#making) this.#making = undefined;
    else return; // was left
    const final = code === 1009 || (code >= 4500 && code <= 4999); // but that of a failed handover says nothing about the one in use
    if (final && !this.#used) this.close(`closed with ${code}, ${this.unsaved} edits unsaved`);
    this.#connectIn(pause(this.#tries++));
  }
  #hear(ws: WebSocket, data: Buffer, binary: boolean): void {
    if ((ws !== this.#used && ws !== this.#making) || ws.readyState !== WebSocket.OPEN) return; // was left, or given up
    if (ws === this.#used) this.#at.heard = now();
    try {
      const control = binary ? undefined : (JSON.parse(data.toString()) as Control);
      if (ws !== this.#making) {
        if (control) this.#control(control);
        else this.#document(createDecoder(new Uint8Array(data))); // a copy, so that reading ends with it
      } else if (control?.type === 'welcome') this.#welcome(ws, control);
      this.#pump();
    } catch {
      ws.terminate(); // a damaged stream
    }
  }
  #welcome(ws: WebSocket, welcome: Welcome): void {
    // without an `await`: nothing may happen between the steps of a handover
    const old = this.#used;
    if (old) this.handovers++;
    else if (this.#epoch) this.longestGapMs = Math.max(this.longestGapMs, now() - this.#at.lost);
    this.#at.welcomed = this.#at.heard = now();
    [this.#used, this.#making, this.#budget, this.slot, this.#canEdit] = [ws, undefined, 500, welcome.slot, welcome.canEdit];
    this.#rebase = this.#epoch && this.#epoch !== welcome.epoch ? welcome : undefined; // its ackedCseq is not about this outbox
    if (!this.#rebase) [this.#epoch, this.acked] = [welcome.epoch, Math.max(this.acked, welcome.ackedCseq)];
    this.#send(0); // also what the old connection carried: nobody knows whether it arrived
    old?.send('{"type":"bye"}');
    old?.close(1000);
    if (welcome.draining) this.#connectIn(pause(this.#tries++));
    else if (old) this.#tries = 0; // due before its `drain` says: at once
    this.#welcomed.resolve(undefined);
  }
  #control(frame: Control): void {
    const used = this.#used;
    if (frame.type === 'ack' && !this.#rebase) this.acked = Math.max(this.acked, frame.upto);
    if (frame.type === 'gap') this.#send(frame.expected);
    const stale = frame.reason === 'token' && this.#token() === this.#sentToken; // moving with it again would gain nothing
    const again = (then: () => void, ms: number): void => {
      setTimeout(() => {
        if (used === this.#used) then();
      }, ms);
    };
    if (frame.type === 'drain') {
      if (stale)
        again(() => {
          this.#control(frame);
        }, 1000);
      else this.#connectIn(0);
    }
    if (frame.type !== 'reject' || !this.#canEdit || !(frame.retry || frame.code === 'forbidden')) return;
    this.#canEdit = false; // for the pause; where it is forbidden, until another welcome
    if (!frame.retry) return;
    again(
      () => {
        this.#canEdit = true;
        this.#send(0);
      },
      500 + pause(4),
    );
  }
  #document(frame: Decoder): void {
    const [kind, seq] = [readVarUint(frame), readVarUint(frame)];
    const updates = Array.from({ length: kind === 2 ? readVarUint(frame) : 1 }, () => readVarUint8Array(frame));
    const hole = kind === 2 && (seq > this.#lastSeq + 1 || this.#rebase); // before it, the journal or the snapshot is missing
    if ((kind !== 2 && kind !== 3) || hasContent(frame) || hole) throw new Error('this frame cannot be taken');
    const known = kind === 2 ? this.#lastSeq + 1 - seq : 0; // after a handover the beginning may be here already
    for (const update of updates.slice(known)) Y.applyUpdate(this.doc, update, this);
    this.#lastSeq = kind === 2 ? Math.max(this.#lastSeq, seq + updates.length - 1) : seq;
    if (!this.#rebase) return;
    // Another journal knows nothing of the old numbers: all that is here and not in its snapshot becomes one new edit.
    const lacking = Y.diffUpdate(Y.encodeStateAsUpdate(this.doc), Y.encodeStateVectorFromUpdate(updates[0] ?? new Uint8Array([0, 0])));
    [this.#epoch, this.acked, this.#outbox] = [this.#rebase.epoch, this.#rebase.ackedCseq, []];
    [this.#rebase, this.#waiting] = [undefined, lacking.length > 2 ? [lacking] : []]; // 2 bytes: the empty update
  }
  #pump(refill = 0): void {
    if (this.#used && now() - this.#at.heard > 15_000) this.#used.terminate(); // TCP may take minutes to notice
    this.#budget = Math.min(500, this.#budget + refill);
    this.#outbox = this.#outbox.filter(({ cseq }) => cseq > this.acked);
    while (this.#used && this.#canEdit && !this.#rebase && this.#outbox.length < 64 && this.#waiting[0] && this.#budget > 0) {
      let [count, size] = [0, 0]; // all that had to wait is merged, as far as one message can carry it
      for (const { length } of this.#waiting)
        if (count === 0 || (size += length) < 200_000) count += 1;
        else break;
      const update = Y.mergeUpdates(this.#waiting.slice(0, count));
      if (update.length > 262_144 - 32) {
        this.close('an edit is too large: with it, no later one can be saved');
        return;
      }
      this.#waiting.splice(0, count);
      this.#send(this.acked + this.#outbox.push({ cseq: this.acked + this.#outbox.length + 1, update })); // `push` says the new length
    }
  }
  #send(from: number): void {
    const edits = this.#canEdit && !this.#rebase ? this.#outbox.filter((e) => e.cseq >= from && e.cseq > this.acked) : [];
    for (const { cseq, update } of edits) {
      const bytes = encode((e) => {
        writeVarUint(e, 1);
        writeVarUint(e, cseq);
        writeVarUint8Array(e, update);
      });
      this.#used?.send(bytes);
      this.#budget--;
    }
  }
}
