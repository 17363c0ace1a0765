import { countColumn, createdAtColumn, idColumn, reference, table } from '../database/columns.ts';

/** The journal of a scene (updates, cursors, snapshots) belongs to the realtime room. */
export interface SceneRow {
  id: string;
  projectId: string;
  name: string;
  headSeq: number;
  createdAt: Date;
}

export const SceneEntity = table<SceneRow>('scene', {
  id: idColumn,
  projectId: reference('project_id'),
  name: { type: 'text' },
  headSeq: { ...countColumn('head_seq'), default: 0 },
  createdAt: createdAtColumn,
});
