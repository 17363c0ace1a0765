import { query } from './database.ts';
import type { EditorRecord } from './scene-editor.ts';

export interface JournalAudit {
  /** Edits that are committed, of the editors that were asked about. */
  readonly committed: number;
  /** Edits that were acknowledged but are not in the journal: the worst that can happen. */
  readonly lost: readonly string[];
  /** Edits that the journal has twice. */
  readonly doubled: readonly string[];
  /** Numbers that are missing between two that are there. */
  readonly holes: readonly string[];
}

interface Row {
  readonly client_id: string;
  readonly rows: number;
  readonly distinct: number;
  readonly first: number;
  readonly last: number;
  readonly cursor: number;
  readonly compacted: boolean;
}

/**
 * Reads the journal directly: everything that was acknowledged is in it, and each editor's edits are there once and
 * without a gap. Where a snapshot stands for the oldest edits, the cursor vouches for them and the state hash for their content.
 */
export async function auditJournal(
  databaseUrl: string,
  editors: readonly Pick<EditorRecord, 'sceneId' | 'clientId' | 'acked'>[],
): Promise<JournalAudit> {
  const rows = await read(databaseUrl, [...new Set(editors.map(({ sceneId }) => sceneId))]);
  const byClient = new Map(rows.map((row) => [row.client_id, row]));
  const lost: string[] = [];
  const doubled: string[] = [];
  const holes: string[] = [];
  for (const { clientId, acked } of editors) {
    const row = byClient.get(clientId);
    const last = row?.cursor ?? 0;
    if (acked > last) lost.push(`editor ${clientId}: ${acked - last} edits up to ${acked} were acknowledged, the journal ends at ${last}`);
    if (row === undefined) continue;
    if (row.rows > row.distinct) doubled.push(`editor ${clientId}: ${row.rows - row.distinct} edits twice`);
    const whole = row.rows === 0 ? row.compacted : row.last === row.cursor && row.last - row.first + 1 === row.distinct;
    if (!whole || (row.first > 1 && !row.compacted))
      holes.push(`editor ${clientId}: ${row.distinct} edits between ${row.first} and ${row.cursor}`);
  }
  return { committed: rows.reduce((sum, row) => sum + row.cursor, 0), lost, doubled, holes };
}

const read = (databaseUrl: string, sceneIds: readonly string[]): Promise<readonly Row[]> =>
  query<Row>(
    databaseUrl,
    `SELECT cursor.client_id, cursor.last_cseq::int AS cursor, count(entry.seq)::int AS rows, count(DISTINCT entry.cseq)::int AS distinct,
            coalesce(min(entry.cseq), 0)::int AS first, coalesce(max(entry.cseq), 0)::int AS last,
            EXISTS (SELECT FROM scene_snapshot snapshot WHERE snapshot.scene_id = cursor.scene_id) AS compacted
     FROM scene_cursor cursor LEFT JOIN scene_update entry USING (scene_id, client_id)
     WHERE cursor.scene_id = ANY($1) GROUP BY cursor.scene_id, cursor.client_id, cursor.last_cseq`,
    [sceneIds],
  );
