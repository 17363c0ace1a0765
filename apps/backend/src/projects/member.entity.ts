import type { Role } from '@devplatform/contracts';
import { table } from '../database/columns.ts';

export interface MemberRow {
  projectId: string;
  userId: string;
  role: Role;
}

export const MemberEntity = table<MemberRow>('project_member', {
  projectId: { type: 'uuid', name: 'project_id', primary: true },
  userId: { type: 'uuid', name: 'user_id', primary: true },
  role: { type: 'text' },
});
