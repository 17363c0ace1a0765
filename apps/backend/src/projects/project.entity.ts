import { createdAtColumn, idColumn, table } from '../database/columns.ts';

export interface ProjectRow {
  id: string;
  name: string;
  description: string;
  visibility: 'public' | 'private';
  createdAt: Date;
}

export const ProjectEntity = table<ProjectRow>('project', {
  id: idColumn,
  name: { type: 'text' },
  description: { type: 'text' },
  visibility: { type: 'text' },
  createdAt: createdAtColumn,
});
