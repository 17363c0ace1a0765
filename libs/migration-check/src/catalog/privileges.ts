import type { CreateRoleStmt, DropRoleStmt, GrantStmt } from 'libpg-query';
import { all } from '../sql/node.ts';
import { findRelation, findSequence, nameOfRange, textOf } from './lookup.ts';
import { lock, PRIVILEGES, refuse, unreadable, type Work } from './work.ts';

export function createRole({ catalog }: Work, { role = '' }: CreateRoleStmt): void {
  catalog.sinceStart.roles.add(role);
}

/** Only a role that the migration itself made is nobody's. */
export function dropRoles(work: Work, { roles }: DropRoleStmt): void {
  for (const { rolename = '' } of all('RoleSpec', roles)) if (!work.catalog.sinceStart.roles.delete(rolename)) unreadable(work, PRIVILEGES);
}

/** Privileges that are given hurt nobody; which ones the previous release needs is not known. */
export function grant(work: Work, { is_grant, objects, objtype, grantees }: GrantStmt): void {
  const { roles } = work.catalog.sinceStart;
  const isOwn = all('RoleSpec', grantees).every(({ rolename }) => rolename !== undefined && roles.has(rolename));
  if (is_grant !== true && !isOwn) unreadable(work, PRIVILEGES);
  if (objtype !== 'OBJECT_TABLE') return;
  for (const range of all('RangeVar', objects)) {
    const table = findRelation(work.catalog, nameOfRange(range));
    if (table !== null) lock(work, table.id, 'access share');
    else if (findSequence(work.catalog, nameOfRange(range)) === null) refuse(`relation "${textOf(nameOfRange(range))}" does not exist`);
  }
}
