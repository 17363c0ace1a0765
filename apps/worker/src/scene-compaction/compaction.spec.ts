import { createHash, randomUUID } from 'node:crypto';
import { canonicalScene, COMPACTION_QUEUE } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as Y from 'yjs';
import { TestBed } from '../test-bed.ts';
import { compactScene } from './compact-scene.ts';

jest.setTimeout(60_000);

let bed: TestBed;
beforeAll(async () => {
  bed = await TestBed.open();
});
afterAll(() => bed.close());

/** A scene whose journal holds `count` edits; the document is what they add up to. */
async function edited(count: number): Promise<{ readonly sceneId: string; readonly doc: Y.Doc }> {
  const [scene] = await bed.database.query<{ id: string }[]>(
    `WITH p AS (INSERT INTO project (name) VALUES ('p') RETURNING id)
     INSERT INTO scene (project_id, name, head_seq) SELECT id, 's', $1 FROM p RETURNING id`,
    [count],
  );
  const sceneId = scene?.id ?? '';
  const doc = new Y.Doc();
  await journal(sceneId, doc, 1, count);
  return { sceneId, doc };
}

async function journal(sceneId: string, doc: Y.Doc, from: number, to: number): Promise<void> {
  const updates: Buffer[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(Buffer.from(update)));
  for (let seq = from; seq <= to; seq += 1) doc.getMap('objects').set(`o${seq % 50}`, { name: `edit ${seq}` });
  await bed.database.query(
    `INSERT INTO scene_update (scene_id, seq, client_id, cseq, payload, release, slot)
     SELECT $1, $2 + n - 1, $3, $2 + n - 1, payload, '1.2.0', 'blue' FROM unnest($4::bytea[]) WITH ORDINALITY AS u (payload, n)`,
    [sceneId, from, randomUUID(), updates],
  );
  await bed.database.query(`UPDATE scene SET head_seq = $2 WHERE id = $1`, [sceneId, to]);
}

async function snapshots(sceneId: string): Promise<{ seq: string; payload: Buffer; sha256: string }[]> {
  return bed.database.query(`SELECT seq, payload, sha256 FROM scene_snapshot WHERE scene_id = $1 ORDER BY seq`, [sceneId]);
}

const oldestUpdate = async (sceneId: string): Promise<number> =>
  Number((await bed.database.query<{ min: string }[]>(`SELECT min(seq) FROM scene_update WHERE scene_id = $1`, [sceneId]))[0]?.min);

describe('scene compaction', () => {
  it('RT-13: writes a snapshot that equals the journal, and keeps the rows that anybody may still need', async () => {
    const { sceneId, doc } = await edited(1500);
    expect(await compactScene(bed.database, sceneId)).toBe(1500);
    const [first] = await snapshots(sceneId);
    const copy = new Y.Doc();
    Y.applyUpdate(copy, first?.payload ?? new Uint8Array());
    expect(canonicalScene(copy)).toBe(canonicalScene(doc));
    expect(first?.sha256).toBe(
      createHash('sha256')
        .update(first?.payload ?? '')
        .digest('hex'),
    );
    expect(await oldestUpdate(sceneId)).toBe(1);

    await journal(sceneId, doc, 1501, 3000);
    expect(await compactScene(bed.database, sceneId)).toBe(3000);
    expect(await compactScene(bed.database, sceneId)).toBe(3000);
    expect((await snapshots(sceneId)).map(({ seq }) => Number(seq))).toEqual([1500, 3000]);
    expect(await oldestUpdate(sceneId)).toBe(1501);
  });

  it('never hides a hole in the journal', async () => {
    const { sceneId } = await edited(20);
    await bed.database.query(`DELETE FROM scene_update WHERE scene_id = $1 AND seq = 7`, [sceneId]);
    await expect(compactScene(bed.database, sceneId)).rejects.toThrow('goes from 6 to 8; nothing was compacted');
    expect(await snapshots(sceneId)).toEqual([]);
  });

  it('finds scenes with 500 updates by itself and leaves the others alone', async () => {
    const [busy, quiet] = [await edited(500), await edited(499)];
    await bed.start('blue');
    await until(async () => (await snapshots(busy.sceneId)).length === 1, { what: 'the busy scene to be compacted', deadlineMs: 10_000 });
    await until(async () => (await bed.queue(COMPACTION_QUEUE).getActiveCount()) === 0, {
      what: 'the queue to be idle',
      deadlineMs: 10_000,
    });
    expect(await snapshots(quiet.sceneId)).toEqual([]);
  });
});
