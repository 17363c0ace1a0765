import { createHash, randomUUID } from 'node:crypto';
import { canonicalScene } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { SceneSession, type SessionEvent } from '@devplatform/session';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { now } from './clock.ts';

export interface EditorLoad {
  readonly publicUrl: string;
  readonly token: string;
  readonly sceneIds: readonly string[];
  readonly editorsPerScene: number;
  /** Of all editors together. */
  readonly editsPerSecond: number;
}

/** A connection that became usable; see SessionEvent `live`. */
export interface Arrival {
  readonly at: number;
  readonly slot: string;
  readonly release: string;
  readonly reason: 'open' | 'resume' | 'handover';
  readonly gapMs: number;
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
  readonly offline: readonly { readonly at: number; readonly code: number }[];
  readonly rejected: readonly string[];
  /** Of the document that this editor ended with. */
  readonly stateHash: string;
}

export interface EditorsReport {
  readonly editors: readonly EditorRecord[];
  /** One entry an edit: when it was made, and milliseconds until it was acknowledged. */
  readonly acks: readonly { readonly at: number; readonly ms: number }[];
}

const TICK_MS = 10;
const ARRIVAL_DEADLINE_MS = 60_000;
const SETTLE_DEADLINE_MS = 30_000;

/** Many editors in scenes of a few, in one process, over the session library that the page uses. */
export class SceneEditors {
  readonly #load: EditorLoad;
  readonly #editors: Editor[] = [];
  readonly #acks: { at: number; ms: number }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(load: EditorLoad) {
    this.#load = load;
  }

  /** Connects everybody, puts one object each into the scene and starts to edit. */
  async start(): Promise<void> {
    const { publicUrl, token, sceneIds, editorsPerScene, editsPerSecond } = this.#load;
    for (const sceneId of sceneIds) {
      for (let i = 0; i < editorsPerScene; i += 1) this.#editors.push(new Editor(publicUrl, token, sceneId, this.#acks));
    }
    await until(() => this.#editors.every((editor) => editor.live), { what: 'all editors to be live', deadlineMs: ARRIVAL_DEADLINE_MS });
    for (const editor of this.#editors) editor.addObject();
    const begin = performance.now();
    let made = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - begin) * editsPerSecond) / 1000);
      for (; made < due; made += 1) this.#editors[made % this.#editors.length]?.moveSomething(made);
    }, TICK_MS);
  }

  /** Edits that were acknowledged so far. */
  count(): number {
    return this.#acks.length;
  }

  /** Stops editing, waits until everything is committed and every editor of a scene has seen it, and says what happened. */
  async stop(): Promise<EditorsReport> {
    clearInterval(this.#timer);
    const settled = (): boolean => this.#editors.every((editor) => editor.saved) && this.#scenesAgree();
    // What did not settle is what the verdict is about: the hashes and the unacknowledged edits say it.
    await until(settled, { what: 'all edits to be committed and seen by all', deadlineMs: SETTLE_DEADLINE_MS, everyMs: 200 }).catch(
      () => undefined,
    );
    const report = { editors: this.#editors.map((editor) => editor.record()), acks: this.#acks };
    await Promise.all(this.#editors.map((editor) => editor.close()));
    return report;
  }

  #scenesAgree(): boolean {
    const hashes = new Set(this.#editors.map((editor) => `${editor.sceneId} ${editor.stateHash()}`));
    return hashes.size === this.#load.sceneIds.length;
  }
}

class Editor {
  readonly sceneId: string;
  readonly #session: SceneSession;
  readonly #arrivals: Arrival[] = [];
  readonly #offline: { at: number; code: number }[] = [];
  readonly #rejected: string[] = [];
  readonly #waiting: { cseq: number; at: number }[] = [];
  #edits = 0;
  #acked = 0;

  constructor(publicUrl: string, token: string, sceneId: string, acks: { at: number; ms: number }[]) {
    this.sceneId = sceneId;
    this.#session = new SceneSession({
      url: `${publicUrl.replace(/^http/, 'ws')}/ws/scenes/${sceneId}`,
      token,
      WebSocket,
    });
    this.#session.subscribe((event) => {
      this.#see(event, acks);
    });
  }

  get live(): boolean {
    return this.#session.phase === 'live';
  }

  get saved(): boolean {
    return this.#session.unsaved === 0;
  }

  addObject(): void {
    const object = new Y.Map<unknown>(
      Object.entries({ name: 'Box', model: null, position: [0, 0, 0], rotation: [0, 0, 0], scale: 1, color: '#4f8cff' }),
    );
    this.#session.doc.getMap('objects').set(randomUUID(), object);
  }

  /** Any object of the scene, so that editors of one scene write over each other as people do. */
  moveSomething(turn: number): void {
    const objects = [...this.#session.doc.getMap<Y.Map<unknown>>('objects').values()];
    objects[turn % objects.length]?.set('position', [turn, Math.sin(turn), -turn]);
  }

  stateHash(): string {
    return createHash('sha256').update(canonicalScene(this.#session.doc)).digest('hex');
  }

  record(): EditorRecord {
    return {
      ...{ sceneId: this.sceneId, sessionId: this.#session.sessionId, clientId: this.#session.clientId },
      ...{ edits: this.#edits, acked: this.#acked, arrivals: [...this.#arrivals], offline: [...this.#offline] },
      ...{ rejected: [...this.#rejected], stateHash: this.stateHash() },
    };
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  #see(event: SessionEvent, acks: { at: number; ms: number }[]): void {
    const at = now();
    if (event.type === 'edit') {
      this.#edits = event.cseq;
      this.#waiting.push({ cseq: event.cseq, at });
    } else if (event.type === 'saved') {
      this.#acked = event.upto;
      for (let first = this.#waiting[0]; first !== undefined && first.cseq <= event.upto; first = this.#waiting[0]) {
        acks.push({ at: first.at, ms: at - first.at });
        this.#waiting.shift();
      }
    } else if (event.type === 'live') {
      this.#arrivals.push({ at, slot: event.slot, release: event.release, reason: event.reason, gapMs: event.gapMs });
    } else if (event.type === 'offline' || (event.type === 'closed' && event.final)) {
      this.#offline.push({ at, code: event.code });
    } else if (event.type === 'rejected') {
      this.#rejected.push(event.code);
    }
  }
}
