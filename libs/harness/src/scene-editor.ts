import { createHash, randomUUID } from 'node:crypto';
import { canonicalScene } from '@devplatform/contracts';
import { SceneSession, type SessionEvent, type SessionOptions } from '@devplatform/session';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { now } from './clock.ts';

/** An edit: when it was made (milliseconds since 1970), and milliseconds until it was acknowledged. */
export interface Acknowledged {
  readonly at: number;
  readonly ms: number;
}

/** A connection that became usable; see SessionEvent `live`. */
export interface Arrival {
  readonly at: number;
  readonly slot: string;
  readonly release: string;
  readonly reason: 'open' | 'resume' | 'handover';
  readonly gapMs: number;
}

/** A move to another connection while the old one was usable. */
export interface Handover {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  /** Milliseconds from the server's hint to the welcome of the new connection. */
  readonly ms: number;
}

/** What one editor saw from its first to its last connection. Times in milliseconds since 1970. */
export interface EditorRecord {
  readonly sceneId: string;
  readonly sessionId: string;
  readonly clientId: string;
  readonly edits: number;
  /** Highest edit that was acknowledged, that is committed. */
  readonly acked: number;
  readonly arrivals: readonly Arrival[];
  readonly handovers: readonly Handover[];
  readonly offline: readonly { readonly at: number; readonly code: number }[];
  readonly rejected: readonly string[];
  /** Of the document that this editor ended with. */
  readonly stateHash: string;
}

export interface SceneEditorOptions extends Omit<SessionOptions, 'url' | 'WebSocket'> {
  /** Of the entry to use: the public one, or a slot's own. */
  readonly publicUrl: string;
  readonly sceneId: string;
  /** One is added for each edit that is acknowledged. */
  readonly acks?: Acknowledged[];
}

/** One editor over the session library that the page uses, and what it saw. */
export class SceneEditor {
  readonly sceneId: string;
  readonly session: SceneSession;
  /** Every connection that it opened, the newest last. */
  readonly sockets: WebSocket[] = [];
  readonly #acks: Acknowledged[];
  readonly #arrivals: Arrival[] = [];
  readonly #handovers: Handover[] = [];
  readonly #offline: { at: number; code: number }[] = [];
  readonly #rejected: string[] = [];
  readonly #waiting: { cseq: number; at: number }[] = [];
  #edits = 0;
  #acked = 0;
  #savedUpTo = 0;

  constructor({ publicUrl, sceneId, acks = [], ...options }: SceneEditorOptions) {
    const { sockets } = this;
    class Socket extends WebSocket {
      constructor(url: string) {
        super(url);
        sockets.push(this);
      }
    }
    this.sceneId = sceneId;
    this.#acks = acks;
    this.session = new SceneSession({ ...options, url: `${publicUrl.replace(/^http/, 'ws')}/ws/scenes/${sceneId}`, WebSocket: Socket });
    this.session.subscribe((event) => {
      this.#see(event);
    });
  }

  get objects(): Y.Map<Y.Map<unknown>> {
    return this.session.doc.getMap('objects');
  }

  get live(): boolean {
    return this.session.phase === 'live';
  }

  get slot(): string | null {
    return this.live ? (this.session.slot ?? null) : null;
  }

  get saved(): boolean {
    return this.session.unsaved === 0;
  }

  /** When the newest acknowledged edit was made, milliseconds since 1970. */
  get savedUpTo(): number {
    return this.#savedUpTo;
  }

  /** Returns its id. */
  addObject(name = 'Box'): string {
    const id = randomUUID();
    const fields = { name, model: null, position: [0, 0, 0], rotation: [0, 0, 0], scale: 1, color: '#4f8cff' };
    this.objects.set(id, new Y.Map<unknown>(Object.entries(fields)));
    return id;
  }

  /** Any object of the scene, so that editors of one scene write over each other as people do. */
  moveSomething(turn: number): void {
    const objects = [...this.objects.values()];
    objects[turn % objects.length]?.set('position', [turn, Math.sin(turn), -turn]);
  }

  stateHash(): string {
    return createHash('sha256').update(canonicalScene(this.session.doc)).digest('hex');
  }

  record(): EditorRecord {
    return {
      ...{ sceneId: this.sceneId, sessionId: this.session.sessionId, clientId: this.session.clientId },
      ...{ edits: this.#edits, acked: this.#acked, arrivals: [...this.#arrivals], handovers: [...this.#handovers] },
      ...{ offline: [...this.#offline], rejected: [...this.#rejected], stateHash: this.stateHash() },
    };
  }

  close(): Promise<void> {
    return this.session.close();
  }

  #see(event: SessionEvent): void {
    const at = now();
    if (event.type === 'edit') {
      this.#edits = event.cseq;
      this.#waiting.push({ cseq: event.cseq, at });
    } else if (event.type === 'saved') {
      this.#acked = event.upto;
      for (let first = this.#waiting[0]; first !== undefined && first.cseq <= event.upto; first = this.#waiting[0]) {
        this.#acks.push({ at: first.at, ms: at - first.at });
        this.#savedUpTo = first.at;
        this.#waiting.shift();
      }
    } else if (event.type === 'live') {
      this.#arrivals.push({ at, slot: event.slot, release: event.release, reason: event.reason, gapMs: event.gapMs });
    } else if (event.type === 'handover') {
      this.#handovers.push({ at, from: event.from, to: event.to, ms: event.ms });
    } else if (event.type === 'offline' || (event.type === 'closed' && event.final)) {
      this.#offline.push({ at, code: event.code });
    } else if (event.type === 'rejected') {
      this.#rejected.push(event.code);
    }
  }
}
