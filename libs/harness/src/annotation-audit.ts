import { query } from './database.ts';
import { failed, type RequestRecord } from './http-observer.ts';

export interface AnnotationAudit {
  readonly stored: number;
  /** Written more than once, although every repetition had the same idempotency key. */
  readonly doubled: readonly string[];
  /** Answered as written but not there. */
  readonly lost: readonly string[];
}

/** Every annotation that was answered is stored exactly once. */
export async function auditAnnotations(
  databaseUrl: string,
  projectId: string,
  requests: readonly RequestRecord[],
): Promise<AnnotationAudit> {
  const rows = await query<{ body: string; times: number }>(
    databaseUrl,
    `SELECT body, count(*)::int AS times FROM annotation WHERE project_id = $1 GROUP BY body`,
    [projectId],
  );
  const times = new Map(rows.map((row) => [row.body, row.times]));
  const answered = new Set(requests.filter((request) => !failed(request)).flatMap(({ note }) => (note === undefined ? [] : [note])));
  return {
    stored: rows.length,
    doubled: rows.filter((row) => row.times > 1).map(({ body }) => body),
    lost: [...answered].filter((note) => !times.has(note)),
  };
}
