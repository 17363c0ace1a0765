import { ModelResult } from '@devplatform/contracts';
import type { DataSource } from 'typeorm';

/** What PostgreSQL knows of a processing task; every change is guarded, so that it may be repeated and overtaken. */
export class TaskRecord {
  readonly #database: DataSource;

  constructor(database: DataSource) {
    this.#database = database;
  }

  /** Marks the task as running. Answers the stored result where it was already done, null where there is nothing (left) to do. */
  async claim(taskId: string): Promise<'claimed' | ModelResult | null> {
    const claimed = await this.#database.transaction(async (sql) => {
      const [, count] = await sql.query<[unknown, number]>(
        `UPDATE processing_task SET status = 'running', progress = 0, step = NULL WHERE id = $1 AND status NOT IN ('done', 'failed')`,
        [taskId],
      );
      if (count > 0) await sql.query(uploadOf(`status = 'verifying'`, `AND status = 'stored'`), [taskId]);
      return count > 0;
    });
    if (claimed) return 'claimed';
    const [row] = await this.#database.query<{ result: unknown }[]>(
      `SELECT result FROM processing_task WHERE id = $1 AND status = 'done'`,
      [taskId],
    );
    return row === undefined ? null : ModelResult.parse(row.result);
  }

  async progress(taskId: string, percent: number, step: string): Promise<void> {
    await this.#database.query(`UPDATE processing_task SET progress = $2, step = $3 WHERE id = $1 AND status = 'running'`, [
      taskId,
      percent,
      step,
    ]);
  }

  /** The one effect of the job: counted, and applied at most once. */
  async finish(taskId: string, result: ModelResult): Promise<void> {
    await this.#database.transaction(async (sql) => {
      const [, count] = await sql.query<[unknown, number]>(
        `UPDATE processing_task SET status = 'done', progress = 100, step = NULL, error = NULL, result = $2, effects = effects + 1, finished_at = now()
         WHERE id = $1 AND status <> 'done'`,
        [taskId, result],
      );
      if (count === 0) return;
      await sql.query(versionOf(`status = 'ready', result = $2, error = NULL`), [taskId, result]);
      await sql.query(uploadOf(`status = 'ready', error = NULL`), [taskId]);
    });
  }

  /** Final: task failed, version and upload rejected with the same error; the stored object is kept. */
  async fail(taskId: string, error: string): Promise<void> {
    await this.#database.transaction(async (sql) => {
      const [, count] = await sql.query<[unknown, number]>(
        `UPDATE processing_task SET status = 'failed', error = $2, finished_at = now() WHERE id = $1 AND status NOT IN ('done', 'failed')`,
        [taskId, error],
      );
      if (count === 0) return;
      await sql.query(versionOf(`status = 'rejected', error = $2`), [taskId, error]);
      await sql.query(uploadOf(`status = 'rejected', error = $2`), [taskId, error]);
    });
  }
}

const versionOf = (changes: string): string =>
  `UPDATE model_version SET ${changes} WHERE id = (SELECT model_version_id FROM processing_task WHERE id = $1)`;

const uploadOf = (changes: string, guard = ''): string =>
  `UPDATE upload SET ${changes}, updated_at = now()
   WHERE id = (SELECT v.upload_id FROM model_version v JOIN processing_task t ON t.model_version_id = v.id WHERE t.id = $1) ${guard}`;
