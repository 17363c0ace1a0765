import type { Task } from '@devplatform/contracts';
import type { z } from 'zod';
import { createdAtColumn, idColumn, reference, table } from '../database/columns.ts';

/** Written by the backend when it is created, by the workers from then on. */
export interface TaskRow {
  id: string;
  projectId: string;
  modelVersionId: string;
  contract: number;
  status: z.infer<typeof Task>['status'];
  progress: number;
  step: string | null;
  error: string | null;
  createdAt: Date;
  finishedAt: Date | null;
}

export const TaskEntity = table<TaskRow>('processing_task', {
  id: idColumn,
  projectId: reference('project_id'),
  modelVersionId: reference('model_version_id'),
  contract: { type: 'int' },
  status: { type: 'text', default: 'pending' },
  progress: { type: 'int', default: 0 },
  step: { type: 'text', nullable: true },
  error: { type: 'text', nullable: true },
  createdAt: createdAtColumn,
  finishedAt: { type: 'timestamptz', name: 'finished_at', nullable: true },
});
