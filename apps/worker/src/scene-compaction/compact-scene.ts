import { createHash } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import * as Y from 'yjs';

/** Journal rows that are kept behind a snapshot, so that a client that was away for a while gets a delta. */
const MARGIN = 1000;
const PAGE = 1000;

interface Update {
  readonly seq: string;
  readonly payload: Buffer;
}

/**
 * Merges a scene's last snapshot and the journal after it into a new snapshot, then deletes the rows that neither the
 * previous snapshot nor a returning client can need. Throws, and changes nothing, when the journal has a hole: a snapshot
 * must never hide a loss. Answers the snapshot's seq.
 */
export async function compactScene(database: DataSource, sceneId: string): Promise<number> {
  return database.transaction('REPEATABLE READ', async (sql) => {
    const [previous] = await sql.query<Update[]>(`SELECT seq, payload FROM scene_snapshot WHERE scene_id = $1 ORDER BY seq DESC LIMIT 1`, [
      sceneId,
    ]);
    const start = Number(previous?.seq ?? 0);
    const doc = new Y.Doc();
    if (previous !== undefined) Y.applyUpdate(doc, previous.payload);
    const head = await replay(sql, sceneId, doc, start);
    if (head > start) {
      const payload = Buffer.from(Y.encodeStateAsUpdate(doc));
      const sha256 = createHash('sha256').update(payload).digest('hex');
      await sql.query(`INSERT INTO scene_snapshot (scene_id, seq, payload, sha256) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, [
        ...[sceneId, head, payload, sha256],
      ]);
      // Whoever has just read the previous snapshot still finds every row after it.
      await sql.query(`DELETE FROM scene_snapshot WHERE scene_id = $1 AND seq < $2`, [sceneId, start]);
      await sql.query(`DELETE FROM scene_update WHERE scene_id = $1 AND seq <= $2`, [sceneId, Math.min(start, head - MARGIN)]);
    }
    doc.destroy();
    return head;
  });
}

async function replay(sql: EntityManager, sceneId: string, doc: Y.Doc, start: number): Promise<number> {
  let head = start;
  for (;;) {
    const updates = await sql.query<Update[]>(
      `SELECT seq, payload FROM scene_update WHERE scene_id = $1 AND seq > $2 ORDER BY seq LIMIT ${PAGE}`,
      [...[sceneId, head]],
    );
    for (const { seq, payload } of updates) {
      if (Number(seq) !== head + 1) throw new Error(`the journal of scene ${sceneId} goes from ${head} to ${seq}; nothing was compacted`);
      Y.applyUpdate(doc, payload);
      head += 1;
    }
    if (updates.length < PAGE) return head;
  }
}

/** Scenes with at least `updates` journal rows since their last snapshot. */
export async function scenesToCompact(database: DataSource, updates: number): Promise<readonly string[]> {
  const rows = await database.query<{ id: string }[]>(
    `SELECT s.id FROM scene s
     WHERE s.head_seq - COALESCE((SELECT max(seq) FROM scene_snapshot WHERE scene_id = s.id), 0) >= $1 ORDER BY s.id LIMIT 1000`,
    [updates],
  );
  return rows.map(({ id }) => id);
}
