import { createdAtColumn, idColumn, reference, table } from '../database/columns.ts';

export interface ModelRow {
  id: string;
  projectId: string;
  name: string;
  createdAt: Date;
}

export const ModelEntity = table<ModelRow>('model', {
  id: idColumn,
  projectId: reference('project_id'),
  name: { type: 'text' },
  createdAt: createdAtColumn,
});
