import { query } from './database.ts';

/** What the database says of one processing task. Times in milliseconds since 1970. */
export interface JobRecord {
  readonly taskId: string;
  readonly fileName: string;
  readonly status: string;
  readonly contract: number;
  /** How often its result was written; 1 is the promise. */
  readonly effects: number;
  /** Models that came of its upload; 1 is the promise. */
  readonly versions: number;
  readonly slot: string | null;
  readonly release: string | null;
  readonly createdAt: number;
  readonly finishedAt: number | null;
}

/** All tasks of the projects, oldest first. */
export const auditJobs = (databaseUrl: string, projectIds: readonly string[]): Promise<readonly JobRecord[]> =>
  query<JobRecord & Record<string, unknown>>(
    databaseUrl,
    `SELECT task.id AS "taskId", version.file_name AS "fileName", task.status, task.contract, task.effects,
            (SELECT count(*)::int FROM model_version twin WHERE twin.upload_id = version.upload_id) AS versions,
            task.result->>'slot' AS slot, task.result->>'release' AS release,
            extract(epoch FROM task.created_at)::float8 * 1000 AS "createdAt", extract(epoch FROM task.finished_at)::float8 * 1000 AS "finishedAt"
     FROM processing_task task JOIN model_version version ON version.id = task.model_version_id
     WHERE task.project_id = ANY($1) ORDER BY task.created_at`,
    [projectIds],
  );
