import { buffer } from 'node:stream/consumers';
import type { Document } from '@gltf-transform/core';
import type { ObjectStore } from '@devplatform/runtime/storage';
import { openContainer } from '../input/container.ts';
import { readDocument } from './document.ts';
import type { Source } from './messages.ts';
import { pure } from './pure.ts';
import { readSource } from './source.ts';

export interface StoredFile {
  readonly key: string;
  readonly size: number;
}

/**
 * A model's files in the store, as documents. What was written or decoded last stays at hand, so that a step that follows
 * another in the same process reads nothing; one that follows in another process reads the same bytes and makes the same of them.
 */
export class Workbench {
  readonly #store: ObjectStore;
  readonly #source: Source;
  readonly #folder: string;
  #written: { readonly key: string; readonly bytes: Uint8Array } | null = null;
  #decoded: { readonly key: string; readonly document: Document } | null = null;

  /** `folder` is where derived files go. */
  constructor(store: ObjectStore, source: Source, folder: string) {
    this.#store = store;
    this.#source = source;
    this.#folder = folder;
  }

  /** The uploaded file, its hash verified. Throws Rejection. */
  readSource(): Promise<Uint8Array<ArrayBuffer>> {
    return readSource(this.#store, this.#source);
  }

  /** The uploaded file as a document, for the next step. */
  keepSource(document: Document): void {
    this.#decoded = { key: this.#source.objectKey, document };
  }

  /** The document of a stored file, to look at: whoever looks after this sees the same one. */
  async look(key: string): Promise<Document> {
    if (this.#decoded?.key === key) return this.#decoded.document;
    this.#decoded = null;
    const bytes = await this.#read(key);
    const document = await pure(() => readDocument(bytes, openContainer(bytes).gltf));
    this.#decoded = { key, document };
    return document;
  }

  /** The document of a stored file, to change: it is decoded anew for whoever comes after this. */
  async take(key = this.#source.objectKey): Promise<Document> {
    const document = await this.look(key);
    this.#decoded = null;
    return document;
  }

  /** Stores a derived file, unless it is there: its key says of what and how it was made, so it would be the same. */
  async put(name: string, type: string, bytes: Uint8Array): Promise<StoredFile> {
    const key = `${this.#folder}/${name}`;
    const size = bytes.byteLength;
    if ((await this.#store.size(key)) !== size) await this.#store.put(key, bytes, type);
    this.#written = { key, bytes };
    return { key, size };
  }

  async #read(key: string): Promise<Uint8Array> {
    if (key === this.#source.objectKey) return this.readSource();
    return this.#written?.key === key ? this.#written.bytes : buffer(await this.#store.get(key));
  }
}
