import { SceneSession, type SessionEvent } from '@devplatform/session';
import { freshToken } from '../api/fresh-token.ts';
import * as platform from '../api/platform.ts';
import { noteServer } from '../api/server-seen.ts';
import { trackWork } from '../safe-point.ts';
import { colorOf, readPeers, type Peer } from './presence.ts';
import { SceneObjects } from './scene-objects.ts';

/** `saved` is the server's word that everything is committed; `closed` is final. */
export type SaveMark = 'connecting' | 'saved' | 'saving' | 'offline' | 'closed';

export interface SceneStatus {
  readonly mark: SaveMark;
  readonly canEdit: boolean;
  readonly peers: readonly Peer[];
  /** Why the scene was closed or an edit refused. */
  readonly trouble: string | null;
}

const LEFT = 1000;

/** A scene that is connected for as long as someone subscribes to its status; leaving it flushes what is unsaved. */
export class OpenScene {
  readonly objects: SceneObjects;
  readonly #session: SceneSession;
  readonly #changed: () => void;
  readonly #forget: () => void;
  readonly #unsubscribe: () => void;
  #trouble: string | null = null;
  #status: SceneStatus;

  constructor(sceneId: string, changed: () => void) {
    // The public address, also when the session moves to the other slot.
    const url = `${location.origin.replace(/^http/, 'ws')}/ws/scenes/${sceneId}`;
    this.#session = new SceneSession({ url, token: freshToken });
    this.#changed = changed;
    this.objects = new SceneObjects(this.#session.doc);
    this.#status = this.#look();
    this.#unsubscribe = this.#session.subscribe(this.#heard);
    // An edit that is made offline has no event until it is sent.
    this.#session.doc.on('update', this.#refresh);
    this.#forget = trackWork({ settled: () => this.#session.whenSaved(), isSettled: () => this.#session.unsaved === 0 });
  }

  /** The same value until something changes. */
  get status(): SceneStatus {
    return this.#status;
  }

  showPresence(name: string, selected: string | null): void {
    this.#session.setPresence({ name, selected, color: colorOf(this.#session.sessionId) });
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    this.#session.doc.off('update', this.#refresh);
    await this.#session.close();
    this.#forget();
  }

  readonly #heard = (event: SessionEvent): void => {
    // What a release demands of pages is told by HTTP only, and this page may have nothing else to ask.
    if (event.type === 'live' && noteServer(event.release, event.slot)) platform.live().catch(() => undefined);
    if (event.type === 'rejected') this.#trouble = event.message;
    if (event.type === 'closed' && event.code !== LEFT) {
      this.#trouble ??= `The server closed this scene for good (code ${event.code}); what is changed now is not saved.`;
    }
    this.#refresh();
  };

  readonly #refresh = (): void => {
    this.#status = this.#look();
    this.#changed();
  };

  #look(): SceneStatus {
    const { phase, unsaved, canEdit, peers } = this.#session;
    const mark = phase === 'live' ? (unsaved === 0 ? 'saved' : 'saving') : phase;
    return { mark, canEdit, peers: readPeers(peers), trouble: this.#trouble };
  }
}
