import type { SnapshotFrame, UpdatesFrame } from '@devplatform/contracts';
import * as Y from 'yjs';

/** The document and how far into the scene's journal it has come. */
export class Replica {
  readonly doc: Y.Doc;
  /** Which journal `lastSeq` counts in; null before the first welcome. */
  epoch: string | null = null;
  lastSeq = 0;
  readonly #origin: object;

  /** What is applied here carries `origin`, so that it is not taken for a local edit. */
  constructor(doc: Y.Doc, origin: object) {
    this.doc = doc;
    this.#origin = origin;
  }

  /** Applies what is new; false when something before it is missing. */
  apply({ firstSeq, payloads }: UpdatesFrame): boolean {
    if (firstSeq > this.lastSeq + 1) return false;
    const news = payloads.slice(this.lastSeq + 1 - firstSeq);
    this.doc.transact(() => {
      for (const payload of news) Y.applyUpdate(this.doc, payload, this.#origin);
    }, this.#origin);
    this.lastSeq += news.length;
    return true;
  }

  /** Merges: local edits stay. */
  restore({ seq, payload }: SnapshotFrame): void {
    Y.applyUpdate(this.doc, payload, this.#origin);
    this.lastSeq = seq;
  }

  /** What this document has and `snapshot` lacks. */
  beyond({ payload }: SnapshotFrame): Uint8Array {
    return Y.diffUpdate(Y.encodeStateAsUpdate(this.doc), Y.encodeStateVectorFromUpdate(payload));
  }
}
