import { ObjectStore } from '@devplatform/runtime/storage';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';

/**
 * Seconds that derived files outlive the deletion of what they were made for: a job that was under way then may still write
 * some, for at most five minutes (bound of one model).
 */
const DERIVED_GRACE_S = 600;

interface Removal {
  /** Of an object; of everything under it where it ends with a slash. */
  readonly key: string;
  /** The multipart upload that would have become the object. */
  readonly s3UploadId: string | null;
}

/**
 * What is left to be deleted at the store. It is noted in the transaction of the deletion (rows of uploads and model versions by
 * a trigger) and removed afterwards, so that neither a crash nor a store that is away leaves anything behind.
 */
@Injectable()
export class ObjectRemovals {
  readonly #database: Database;
  readonly #store: ObjectStore;

  constructor(@Inject(Database) database: Database, @Inject(ObjectStore) store: ObjectStore) {
    this.#database = database;
    this.#store = store;
  }

  /** The source of an upload and its parts, whatever there is of them. */
  async note(uploadId: string): Promise<void> {
    await this.#database.query(
      `INSERT INTO object_removal (key, s3_upload_id) SELECT object_key, s3_upload_id FROM upload WHERE id = $1
       ON CONFLICT (key) DO UPDATE SET s3_upload_id = excluded.s3_upload_id`,
      [uploadId],
    );
  }

  /** In the transaction that makes a model version of these bytes: what was derived of them is not being removed meanwhile. */
  async keepDerived(sha256: string): Promise<void> {
    await this.#database.query('SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))', [derivedOf(sha256)]);
  }

  /** Removes what is due; each is one slot's. Throws what the store said of the first that failed, which then goes to the end. */
  async sweep(derivedGraceS = DERIVED_GRACE_S): Promise<void> {
    for (;;) {
      const outcome = await this.#database.transaction(() => this.#removeNext(derivedGraceS));
      if (outcome === 'none') return;
      if (outcome !== 'removed') throw outcome.failure;
    }
  }

  async #removeNext(derivedGraceS: number): Promise<'none' | 'removed' | { readonly failure: unknown }> {
    const [removal] = await this.#database.query<Removal>(
      `SELECT key, s3_upload_id AS "s3UploadId" FROM object_removal
       WHERE right(key, 1) <> '/' OR at <= now() - make_interval(secs => $1) ORDER BY at LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [derivedGraceS],
    );
    if (removal === undefined) return 'none';
    try {
      await this.#remove(removal);
    } catch (failure) {
      await this.#database.query('UPDATE object_removal SET at = clock_timestamp() WHERE key = $1', [removal.key]);
      return { failure };
    }
    await this.#database.query('DELETE FROM object_removal WHERE key = $1', [removal.key]);
    return 'removed';
  }

  async #remove({ key, s3UploadId }: Removal): Promise<void> {
    if (key.endsWith('/')) {
      if (await this.#isWanted(key)) return;
      for (let keys = await this.#store.list(key); keys.length > 0; keys = await this.#store.list(key)) {
        for (const derived of keys) await this.#store.delete(derived);
      }
      return;
    }
    if (s3UploadId !== null) await this.#store.multipart.abort({ key, id: s3UploadId });
    await this.#store.delete(key);
  }

  /** Locked until the commit: a version that comes in between waits, and its job makes the files anew. */
  async #isWanted(prefix: string): Promise<boolean> {
    await this.#database.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [prefix]);
    const users = await this.#database.query(`SELECT FROM model_version WHERE $1 = 'derived/' || sha256 || '/' LIMIT 1`, [prefix]);
    return users.length > 0;
  }
}

/** As apps/worker/src/model-processing/thread/stored-model.ts names them. */
const derivedOf = (sha256: string): string => `derived/${sha256}/`;
