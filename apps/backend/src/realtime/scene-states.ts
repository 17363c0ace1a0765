import { createHash } from 'node:crypto';
import { canonicalScene, type SceneState } from '@devplatform/contracts';
import { Inject, Injectable } from '@nestjs/common';
import * as Y from 'yjs';
import { JournalStore } from './journal-store.ts';

/** A scene as this slot sees it: rebuilt from the journal, from nothing that is in memory. */
@Injectable()
export class SceneStates {
  readonly #store: JournalStore;

  constructor(@Inject(JournalStore) store: JournalStore) {
    this.#store = store;
  }

  /** Null: no such scene. */
  async read(sceneId: string): Promise<SceneState | null> {
    const whole = await this.#store.whole(sceneId);
    if (!whole) return null;
    const doc = new Y.Doc();
    doc.transact(() => {
      if (whole.snapshot) Y.applyUpdate(doc, whole.snapshot.payload);
      for (const payload of whole.payloads) Y.applyUpdate(doc, payload);
    });
    const stateHash = createHash('sha256').update(canonicalScene(doc)).digest('hex');
    return { sceneId, headSeq: whole.head, stateHash, objects: doc.getMap('objects').size };
  }
}
