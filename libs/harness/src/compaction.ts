import { COMPACTION_QUEUE } from '@devplatform/contracts';
import { Queue } from 'bullmq';
import { query } from './database.ts';
import type { LocalEnvironment } from './environment.ts';
import { until } from '@devplatform/embedded';

/** Lets the platform's own worker merge a scene's journal into a snapshot now; resolves with the snapshot's seq when it is there. */
export async function compact(environment: LocalEnvironment, sceneId: string): Promise<number> {
  const { databaseUrl, redisUrl } = await environment.parts();
  const newest = async (): Promise<number> => {
    const [row] = await query<{ seq: number | null }>(databaseUrl, 'SELECT max(seq)::int AS seq FROM scene_snapshot WHERE scene_id = $1', [
      sceneId,
    ]);
    return row?.seq ?? 0;
  };
  const before = await newest();
  const queue = new Queue(COMPACTION_QUEUE, { connection: { url: redisUrl } });
  try {
    await queue.add('compact', { sceneId }, { removeOnComplete: true, removeOnFail: true });
  } finally {
    await queue.close();
  }
  return until(async () => ((await newest()) > before ? newest() : null), {
    what: `a newer snapshot of scene ${sceneId}`,
    deadlineMs: 30_000,
  });
}
