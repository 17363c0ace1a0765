import { ModelResult, type Checkpoint, type Slot } from '@devplatform/contracts';
import type { DataSource, EntityManager } from 'typeorm';

/** What there is to do for a task: `open` goes on after what another process left in `checkpoint`; `closed` failed for good. */
export type Claim =
  | { readonly state: 'open'; readonly checkpoint: unknown }
  | { readonly state: 'done'; readonly result: ModelResult }
  | { readonly state: 'closed' }
  | { readonly state: 'unknown' };

/** How a task ends: its row, its version, its upload and its line in the ledger of a switch. */
interface Ending {
  readonly taskId: string;
  /** Attempts beyond the first. */
  readonly retries: number;
}

/** What PostgreSQL knows of a processing task; every change is guarded, so that it may be repeated and overtaken. */
export class TaskRecord {
  readonly #database: DataSource;
  readonly #slot: Slot;

  constructor(database: DataSource, slot: Slot) {
    this.#database = database;
    this.#slot = slot;
  }

  /** Marks the task as running, unless it is over. */
  async claim(taskId: string): Promise<Claim> {
    const claimed = await this.#database.transaction(async (sql) => {
      const [rows] = await sql.query<[{ checkpoint: unknown }[], number]>(
        `UPDATE processing_task SET status = 'running', progress = greatest(progress, 5), step = coalesce(step, 'inspect')
         WHERE id = $1 AND status NOT IN ('done', 'failed') RETURNING checkpoint`,
        [taskId],
      );
      if (rows.length > 0) await sql.query(uploadOf(`status = 'verifying'`, `AND status = 'stored'`), [taskId]);
      return rows[0];
    });
    if (claimed !== undefined) return { state: 'open', checkpoint: claimed.checkpoint };
    const [row] = await this.#database.query<{ status: string; result: unknown }[]>(
      `SELECT status, result FROM processing_task WHERE id = $1`,
      [taskId],
    );
    if (row === undefined) return { state: 'unknown' };
    return row.status === 'done' ? { state: 'done', result: ModelResult.parse(row.result) } : { state: 'closed' };
  }

  /** A step is completed: how far it came, for people (percent, the step that follows) and for whoever goes on. */
  async advance(taskId: string, percent: number, next: string | null, checkpoint: Checkpoint): Promise<void> {
    await this.#database.query(
      `UPDATE processing_task SET progress = $2, step = $3, checkpoint = $4 WHERE id = $1 AND status = 'running'`,
      [taskId, percent, next, checkpoint],
    );
  }

  /** The one effect of the job: counted, and applied at most once. */
  async finish({ taskId, retries }: Ending, result: ModelResult): Promise<void> {
    await this.#database.transaction(async (sql) => {
      const [rows] = await sql.query<[{ effects: number }[], number]>(
        `UPDATE processing_task SET status = 'done', progress = 100, step = NULL, error = NULL, result = $2, effects = effects + 1, finished_at = now()
         WHERE id = $1 AND status <> 'done' RETURNING effects`,
        [taskId, result],
      );
      if (rows[0] === undefined) return;
      await sql.query(versionOf(`status = 'ready', result = $2, error = NULL`), [taskId, result]);
      await sql.query(uploadOf(`status = 'ready', error = NULL`), [taskId]);
      await this.#settle(sql, taskId, retries, rows[0].effects);
    });
  }

  /** Final: task failed, version and upload rejected with the same error; the stored object is kept. */
  async fail({ taskId, retries }: Ending, error: string): Promise<void> {
    await this.#database.transaction(async (sql) => {
      const [rows] = await sql.query<[{ effects: number }[], number]>(
        `UPDATE processing_task SET status = 'failed', error = $2, finished_at = now()
         WHERE id = $1 AND status NOT IN ('done', 'failed') RETURNING effects`,
        [taskId, error],
      );
      if (rows[0] === undefined) return;
      await sql.query(versionOf(`status = 'rejected', error = $2`), [taskId, error]);
      await sql.query(uploadOf(`status = 'rejected', error = $2`), [taskId, error]);
      await this.#settle(sql, taskId, retries, rows[0].effects);
    });
  }

  /** Closes the task's line in the ledger of every switch that it crossed; a task that crossed none has no line. */
  async #settle(sql: EntityManager, taskId: string, retries: number, effects: number): Promise<void> {
    await sql.query(
      `UPDATE handover_item SET to_slot = $2, retries = $3, closed_at = now(),
         outcome = CASE WHEN $4 > 1 THEN 'doubled' WHEN handover.from_slot = $2 THEN 'finished' ELSE 'moved' END
       FROM handover WHERE handover.id = handover_id AND kind = 'job' AND item = $1 AND outcome IS NULL`,
      [taskId, this.#slot, retries, effects],
    );
  }
}

const versionOf = (changes: string): string =>
  `UPDATE model_version SET ${changes} WHERE id = (SELECT model_version_id FROM processing_task WHERE id = $1)`;

const uploadOf = (changes: string, guard = ''): string =>
  `UPDATE upload SET ${changes}, updated_at = now()
   WHERE id = (SELECT v.upload_id FROM model_version v JOIN processing_task t ON t.model_version_id = v.id WHERE t.id = $1) ${guard}`;
