import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { ObjectRemovals } from '../upkeep/object-removals.ts';
import { PartStore } from './part-store.ts';
import { UploadEntity } from './upload.entity.ts';
import { UploadLedger } from './upload-ledger.ts';

/** An upload that is open for longer than this without a new part will not be finished. */
const ABANDONED_AFTER_S = 24 * 3600;

/** Ends uploads that do not become a model; their parts are removed by the upkeep. */
@Injectable()
export class Aborts {
  readonly #database: Database;
  readonly #parts: PartStore;
  readonly #removals: ObjectRemovals;
  readonly #ledger: UploadLedger;

  constructor(
    @Inject(Database) database: Database,
    @Inject(PartStore) parts: PartStore,
    @Inject(ObjectRemovals) removals: ObjectRemovals,
    @Inject(UploadLedger) ledger: UploadLedger,
  ) {
    this.#database = database;
    this.#parts = parts;
    this.#removals = removals;
    this.#ledger = ledger;
  }

  /** False: it is not open, and stays as it is. */
  abort(id: string): Promise<boolean> {
    return this.#database.transaction(async () => {
      const { affected } = await this.#database.of(UploadEntity).update({ id, status: 'open' }, { status: 'aborted' });
      if (affected === 0) return false;
      await this.#removals.note(id);
      await this.#ledger.aborted(id);
      return true;
    });
  }

  /** Aborts what was abandoned; each is one slot's. */
  async sweep(afterS = ABANDONED_AFTER_S): Promise<void> {
    while (await this.#database.transaction(() => this.#sweepNext(afterS)));
  }

  /** Parts go past the slots, so only the store knows when the last one came. The row's lock keeps a completion out meanwhile. */
  async #sweepNext(afterS: number): Promise<boolean> {
    const [candidate] = await this.#database.query<{ id: string }>(
      `SELECT id FROM upload WHERE status = 'open' AND updated_at < now() - make_interval(secs => $1)
       ORDER BY updated_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [afterS],
    );
    if (candidate === undefined) return false;
    const upload = await this.#database.of(UploadEntity).findOneByOrFail({ id: candidate.id });
    const parts = (await this.#parts.list(upload)) ?? [];
    const lastPart = new Date(Math.max(upload.updatedAt.getTime(), ...parts.map(({ at }) => at.getTime())));
    const [seen] = await this.#database.query(
      `UPDATE upload SET updated_at = $2 WHERE id = $1 AND $2 >= now() - make_interval(secs => $3) RETURNING id`,
      [upload.id, lastPart, afterS],
    );
    if (seen === undefined) await this.abort(upload.id);
    return true;
  }
}
