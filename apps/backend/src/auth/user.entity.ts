import { createdAtColumn, idColumn, table } from '../database/columns.ts';

export interface User {
  id: string;
  /** Lower case. */
  email: string;
  name: string;
  passwordHash: string;
  createdAt: Date;
}

export const UserEntity = table<User>('app_user', {
  id: idColumn,
  email: { type: 'text' },
  name: { type: 'text' },
  passwordHash: { type: 'text', name: 'password_hash' },
  createdAt: createdAtColumn,
});
