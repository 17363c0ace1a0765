import { SceneObject } from '@devplatform/contracts';
import * as Y from 'yjs';

export type Vector = SceneObject['position'];
export interface SceneItem extends SceneObject {
  readonly id: string;
}

/** Whose changes undo takes back: this user's own. */
const OWN = Symbol('own edits');

/**
 * The objects of a scene as plain values, and the edits that this page makes. Entries that are no objects of this release's
 * scene are left alone and not shown.
 */
export class SceneObjects {
  readonly #doc: Y.Doc;
  readonly #map: Y.Map<unknown>;
  readonly #undo: Y.UndoManager;
  #items: readonly SceneItem[] = [];

  constructor(doc: Y.Doc) {
    this.#doc = doc;
    this.#map = doc.getMap('objects');
    this.#undo = new Y.UndoManager(this.#map, { trackedOrigins: new Set([OWN]) });
    this.#read();
  }

  /** Sorted by name; the same array until something changes. */
  get items(): readonly SceneItem[] {
    return this.#items;
  }

  observe(listener: () => void): () => void {
    const changed = (): void => {
      this.#read();
      listener();
    };
    this.#map.observeDeep(changed);
    return () => {
      this.#map.unobserveDeep(changed);
    };
  }

  add(object: SceneObject): string {
    const id = crypto.randomUUID();
    this.#doc.transact(() => {
      this.#map.set(id, new Y.Map(Object.entries(object)));
    }, OWN);
    return id;
  }

  move(id: string, position: Vector): void {
    const object = this.#map.get(id);
    if (!(object instanceof Y.Map)) return;
    this.#doc.transact(() => {
      object.set(
        'position',
        position.map((value) => Math.round(value * 1000) / 1000),
      );
    }, OWN);
  }

  remove(id: string): void {
    this.#doc.transact(() => {
      this.#map.delete(id);
    }, OWN);
  }

  undo(): void {
    this.#undo.undo();
  }

  #read(): void {
    this.#items = [...this.#map]
      .flatMap(([id, value]) => {
        const parsed = SceneObject.safeParse(value instanceof Y.Map ? value.toJSON() : value);
        return parsed.success ? [{ id, ...parsed.data }] : [];
      })
      .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
  }
}
