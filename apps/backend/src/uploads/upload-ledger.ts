import type { BackendConfig } from '@devplatform/runtime/config';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { CONFIG } from '../tokens.ts';

/** Closes what the ledger of a switch has open of an upload; call it in the transaction that ends the upload. */
@Injectable()
export class UploadLedger {
  readonly #database: Database;
  readonly #slot: BackendConfig['SLOT'];

  constructor(@Inject(Database) database: Database, @Inject(CONFIG) config: BackendConfig) {
    this.#database = database;
    this.#slot = config.SLOT;
  }

  /** All bytes are stored: by the slot that had it at the switch, or by the other one. */
  stored(uploadId: string): Promise<void> {
    return this.#close(uploadId, `CASE handover.from_slot WHEN $2 THEN 'finished' ELSE 'moved' END`);
  }

  /** Its user, or a day without a new part, has ended it. */
  aborted(uploadId: string): Promise<void> {
    return this.#close(uploadId, `'left'`);
  }

  async #close(uploadId: string, outcome: string): Promise<void> {
    await this.#database.query(
      `UPDATE handover_item SET outcome = ${outcome}, to_slot = $2, closed_at = now() FROM handover
       WHERE handover.id = handover_id AND kind = 'upload' AND item = $1 AND outcome IS NULL`,
      [uploadId, this.#slot],
    );
  }
}
