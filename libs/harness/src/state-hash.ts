import { createHash } from 'node:crypto';
import { canonicalScene, SceneState, type SlotAddresses } from '@devplatform/contracts';
import * as Y from 'yjs';
import { withDatabase } from './database.ts';
import { exchange, reasonOf } from './exchange.ts';
import type { EditorRecord } from './scene-editor.ts';

/** Who sees a scene how; equal hashes mean equal documents. */
export interface StateHash {
  readonly sceneId: string;
  /** `editor <session id>`, `slot blue`, `database`. */
  readonly seenBy: string;
  readonly hash: string;
}

export const editorHashes = (editors: readonly Pick<EditorRecord, 'sceneId' | 'sessionId' | 'stateHash'>[]): readonly StateHash[] =>
  editors.map(({ sceneId, sessionId, stateHash }) => ({ sceneId, seenBy: `editor ${sessionId}`, hash: stateHash }));

/** What a slot answers on its control plane; one that does not answer agrees with nobody. */
export async function slotHashes(slot: string, addresses: SlotAddresses, sceneIds: readonly string[]): Promise<readonly StateHash[]> {
  const hashes: StateHash[] = [];
  for (const sceneId of sceneIds) hashes.push({ sceneId, seenBy: `slot ${slot}`, hash: await slotHash(addresses, sceneId) });
  return hashes;
}

async function slotHash({ backendInternal, internalToken }: SlotAddresses, sceneId: string): Promise<string> {
  try {
    const answer = await exchange({
      url: `${backendInternal}/scenes/${sceneId}/state`,
      headers: { authorization: `Bearer ${internalToken}` },
    });
    return SceneState.parse(JSON.parse(answer.body.toString())).stateHash;
  } catch (error) {
    return `no answer (${reasonOf(error)})`;
  }
}

/** What the journal itself says, replayed here without any code of the backend. */
export const databaseHashes = (databaseUrl: string, sceneIds: readonly string[]): Promise<readonly StateHash[]> =>
  withDatabase(databaseUrl, async (client) => {
    const hashes: StateHash[] = [];
    for (const sceneId of sceneIds) {
      const { rows } = await client.query<{ payload: Buffer }>(
        `WITH newest AS (SELECT seq, payload FROM scene_snapshot WHERE scene_id = $1 ORDER BY seq DESC LIMIT 1)
         SELECT payload FROM (
           SELECT seq, payload FROM newest
           UNION ALL
           SELECT seq, payload FROM scene_update WHERE scene_id = $1 AND seq > coalesce((SELECT seq FROM newest), 0)) journal
         ORDER BY seq`,
        [sceneId],
      );
      const doc = new Y.Doc();
      for (const { payload } of rows) Y.applyUpdate(doc, payload);
      hashes.push({ sceneId, seenBy: 'database', hash: createHash('sha256').update(canonicalScene(doc)).digest('hex') });
    }
    return hashes;
  });

/** For each scene that is not seen alike by all: who sees what. */
export function disagreements(hashes: readonly StateHash[]): readonly string[] {
  return Object.entries(Object.groupBy(hashes, ({ sceneId }) => sceneId)).flatMap(([sceneId, seen = []]) => {
    const views = Object.groupBy(seen, ({ hash }) => hash);
    if (Object.keys(views).length === 1) return [];
    const lines = Object.entries(views).map(([hash, by = []]) => `${hash.slice(0, 24)} by ${by.map(({ seenBy }) => seenBy).join(', ')}`);
    return [`scene ${sceneId}: ${lines.join('; ')}`];
  });
}
