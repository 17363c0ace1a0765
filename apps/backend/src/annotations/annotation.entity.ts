import { SINCE_1_3 } from '@devplatform/contracts';
import { createdAtColumn, idColumn, reference, table } from '../database/columns.ts';

export interface AnnotationRow {
  id: string;
  projectId: string;
  sceneId: string | null;
  authorId: string | null;
  body: string;
  position: [number, number, number];
  /** From v1.3.0 on; v1.2.0 neither reads nor writes the column. */
  status?: 'open' | 'resolved';
  createdAt: Date;
}

export const AnnotationEntity = table<AnnotationRow>('annotation', {
  id: idColumn,
  projectId: reference('project_id'),
  sceneId: reference('scene_id', { nullable: true }),
  authorId: reference('author_id', { nullable: true }),
  body: { type: 'text' },
  position: { type: 'double precision', array: true },
  ...(SINCE_1_3 ? { status: { type: 'text', default: 'open' } as const } : {}),
  createdAt: createdAtColumn,
});
