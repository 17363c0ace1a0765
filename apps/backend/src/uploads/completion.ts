import type { CompleteUpload } from '@devplatform/contracts';
import type { Logger } from '@devplatform/runtime/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { Database } from '../database/database.ts';
import { ProblemError } from '../http/problem.ts';
import { LOGGER } from '../tokens.ts';
import { ModelRegistration } from './model-registration.ts';
import { PartStore } from './part-store.ts';
import { checkParts } from './upload-parts.ts';
import { notOpen } from './upload-problems.ts';
import { UploadEntity, type UploadRow } from './upload.entity.ts';

/** Seconds after which an upload that is `completing` or `stored` was left by a process that died. */
const ABANDONED_AFTER_S = 30;

/**
 * open → completing → stored → verifying. Every step may be repeated by anybody at any time: two tabs on two slots, a client that
 * got no answer, and the sweeper after a crash all end with one object, one model version and one task.
 */
@Injectable()
export class Completion {
  readonly #database: Database;
  readonly #parts: PartStore;
  readonly #registration: ModelRegistration;
  readonly #logger: Logger;

  constructor(
    @Inject(Database) database: Database,
    @Inject(PartStore) parts: PartStore,
    @Inject(ModelRegistration) registration: ModelRegistration,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#logger = logger;
    this.#database = database;
    this.#parts = parts;
    this.#registration = registration;
  }

  async complete(upload: UploadRow, request: z.infer<typeof CompleteUpload>): Promise<UploadRow> {
    if (upload.status === 'open') {
      if (request.fence !== upload.fence) {
        throw new ProblemError(409, 'stale-fence', 'The upload started over since it was last read. Nothing was completed; read it again.');
      }
      const stored = await this.#parts.list(upload);
      if (stored !== null) checkParts(upload.size, stored, request.parts);
      const { id, fence } = upload;
      await this.#database.of(UploadEntity).update({ id, fence, status: 'open' }, { status: 'completing' });
    }
    return this.#finish(upload.id);
  }

  /** Finishes what a dead process left; rows that another slot's sweeper holds are skipped. */
  async sweep(): Promise<void> {
    const abandoned = await this.#database.query<{ id: string }>(
      `UPDATE upload SET updated_at = now() WHERE id IN (
         SELECT id FROM upload WHERE status IN ('completing', 'stored') AND updated_at < now() - make_interval(secs => $1)
         ORDER BY updated_at LIMIT 10 FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [ABANDONED_AFTER_S],
    );
    for (const { id } of abandoned) {
      await this.#finish(id).then(
        () => {
          this.#logger.info({ upload: id }, 'an abandoned upload is finished');
        },
        (error: unknown) => {
          this.#logger.warn({ err: error, upload: id }, 'an abandoned upload could not be finished yet');
        },
      );
    }
  }

  async #finish(id: string): Promise<UploadRow> {
    const upload = await this.#database.transaction(() => this.#assemble(id));
    if (upload.status === 'aborted') throw notOpen(upload.status);
    if (upload.status === 'open') {
      throw new ProblemError(409, 'upload-lost', 'The store no longer has the parts. Read the upload again and send all of them.');
    }
    await this.#registration.register(id);
    return this.#database.of(UploadEntity).findOneByOrFail({ id });
  }

  /**
   * Under the row's lock, so that nobody takes the moment in which the store turns parts into an object for a loss. Where the
   * parts are really gone: back to open with a higher fence, so that what is still on its way for the old ones changes nothing.
   */
  async #assemble(id: string): Promise<UploadRow> {
    const uploads = this.#database.of(UploadEntity);
    const upload = await uploads.findOneOrFail({ where: { id }, lock: { mode: 'pessimistic_write' } });
    if (upload.status !== 'completing') return upload;
    const parts = await this.#parts.list(upload);
    if (parts !== null) await this.#parts.complete(upload, parts);
    const whole = (await this.#parts.size(upload)) === upload.size;
    const change = whole ? ({ status: 'stored' } as const) : ({ status: 'open', fence: upload.fence + 1, s3UploadId: null } as const);
    await uploads.update({ id }, change);
    return { ...upload, ...change };
  }
}
