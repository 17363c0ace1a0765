import type { Readable } from 'node:stream';
import { ObjectStore, type StoredPart } from '@devplatform/runtime/storage';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { ProblemError } from '../http/problem.ts';
import { partSize } from './upload-parts.ts';
import type { UploadRow } from './upload.entity.ts';

/** Seconds that a URL for a part is valid; it can be signed again at any time. */
const SIGNATURE_LIFETIME_S = 900;

/** The multipart upload that belongs to a row, at the store; its being away is the problem `storage-unavailable`. */
@Injectable()
export class PartStore {
  readonly #database: Database;
  readonly #store: ObjectStore;

  constructor(@Inject(Database) database: Database, @Inject(ObjectStore) store: ObjectStore) {
    this.#database = database;
    this.#store = store;
  }

  async sign(upload: UploadRow, parts: readonly number[]): Promise<{ urls: { part: number; url: string }[]; expiresAt: string }> {
    const expiresAt = new Date(Date.now() + SIGNATURE_LIFETIME_S * 1000).toISOString();
    const sizes = parts.map((part) => partSize(upload.size, part));
    const id = await this.open(upload);
    const urls = await Promise.all(
      parts.map(async (part, index) => ({
        part,
        url: await this.#store.signPart(upload.objectKey, id, part, sizes[index] ?? 0, SIGNATURE_LIFETIME_S),
      })),
    );
    return { urls, expiresAt };
  }

  async put(upload: UploadRow, part: number, body: Readable, size: number): Promise<string> {
    const id = await this.open(upload);
    return reach(() => this.#store.putPart(upload.objectKey, id, part, body, size));
  }

  /** Null: the store does not know the upload, because it was completed, or lost. */
  async list({ objectKey, s3UploadId }: UploadRow): Promise<readonly StoredPart[] | null> {
    return s3UploadId === null ? [] : reach(() => this.#store.listParts(objectKey, s3UploadId));
  }

  /** May be repeated. */
  async complete({ objectKey, s3UploadId }: UploadRow, parts: readonly StoredPart[]): Promise<void> {
    if (s3UploadId !== null) await reach(() => this.#store.completeMultipart(objectKey, s3UploadId, parts));
  }

  /** Bytes of the completed object; null: there is none. */
  size({ objectKey }: UploadRow): Promise<number | null> {
    return reach(() => this.#store.size(objectKey));
  }

  async abort({ objectKey, s3UploadId }: UploadRow): Promise<void> {
    if (s3UploadId !== null) await reach(() => this.#store.abortMultipart(objectKey, s3UploadId));
  }

  /** The store's upload id, made at the first call; of two calls at once one wins and the other's is given back. */
  async open(upload: UploadRow): Promise<string> {
    if (upload.s3UploadId !== null) return upload.s3UploadId;
    const made = await reach(() => this.#store.createMultipart(upload.objectKey));
    const [row] = await this.#database.query<{ id: string }>(
      'UPDATE upload SET s3_upload_id = coalesce(s3_upload_id, $2) WHERE id = $1 RETURNING s3_upload_id AS id',
      [upload.id, made],
    );
    if (row !== undefined && row.id !== made) await reach(() => this.#store.abortMultipart(upload.objectKey, made));
    return row?.id ?? made;
  }
}

async function reach<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new ProblemError(503, 'storage-unavailable', 'The object store does not answer. Nothing is lost; try again in a few seconds.', {
      cause,
      headers: { 'retry-after': '2' },
    });
  }
}
