import type { Readable } from 'node:stream';
import type { SignedParts, SignParts } from '@devplatform/contracts';
import { ChecksumMismatch, ObjectStore, type Multipart, type PartClaim, type StoredPart } from '@devplatform/runtime/storage';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { Database } from '../database/database.ts';
import { ProblemError } from '../http/problem.ts';
import { claimOf } from './upload-parts.ts';
import { notOpen } from './upload-problems.ts';
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

  async sign(upload: UploadRow, parts: z.infer<typeof SignParts>['parts']): Promise<z.infer<typeof SignedParts>> {
    const expiresAt = new Date(Date.now() + SIGNATURE_LIFETIME_S * 1000).toISOString();
    const claims = parts.map((wanted) => {
      const { part, sha256 } = typeof wanted === 'number' ? { part: wanted } : wanted;
      return claimOf(upload, part, sha256);
    });
    const multipart = await this.open(upload);
    const urls = claims.map(async (claim) => {
      const { url, headers } = await this.#store.multipart.sign(multipart, claim, SIGNATURE_LIFETIME_S);
      return { part: claim.part, url, headers: { ...headers } };
    });
    return { urls: await Promise.all(urls), expiresAt };
  }

  /** Returns the etag. Throws the problem `checksum-mismatch` where the bytes are others than the claim says. */
  async put(upload: UploadRow, claim: PartClaim, body: Readable): Promise<string> {
    const multipart = await this.open(upload);
    return reach(() => this.#store.multipart.put(multipart, claim, body));
  }

  /** Null: the store does not know the upload, because it was completed, or lost. */
  async list({ objectKey, s3UploadId }: UploadRow): Promise<readonly StoredPart[] | null> {
    return s3UploadId === null ? [] : reach(() => this.#store.multipart.list({ key: objectKey, id: s3UploadId }));
  }

  /** May be repeated. */
  async complete({ objectKey, s3UploadId }: UploadRow, parts: readonly StoredPart[]): Promise<void> {
    if (s3UploadId !== null) await reach(() => this.#store.multipart.complete({ key: objectKey, id: s3UploadId }, parts));
  }

  /** Bytes of the completed object; null: there is none. */
  size({ objectKey }: UploadRow): Promise<number | null> {
    return reach(() => this.#store.size(objectKey));
  }

  /** The store's upload, made at the first call; of two calls at once one wins and the other's is given back. */
  async open({ id, objectKey: key, s3UploadId, partChecksums: checksums }: UploadRow): Promise<Multipart> {
    if (s3UploadId !== null) return { key, id: s3UploadId, checksums };
    const made = await reach(() => this.#store.multipart.create(key, checksums));
    const [row] = await this.#database.query<{ id: string }>(
      `UPDATE upload SET s3_upload_id = coalesce(s3_upload_id, $2) WHERE id = $1 AND status = 'open' RETURNING s3_upload_id AS id`,
      [id, made],
    );
    if (row?.id !== made) await reach(() => this.#store.multipart.abort({ key, id: made }));
    if (row === undefined) throw notOpen('aborted');
    return { key, id: row.id, checksums };
  }
}

async function reach<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof ChecksumMismatch) {
      throw new ProblemError(400, 'checksum-mismatch', 'The bytes of the part are not those of its checksum. Nothing was stored.', {
        cause,
      });
    }
    throw new ProblemError(503, 'storage-unavailable', 'The object store does not answer. Nothing is lost; try again in a few seconds.', {
      cause,
      headers: { 'retry-after': '2' },
    });
  }
}
