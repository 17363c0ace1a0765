import type { AlterTableType } from 'libpg-query';
import type { Relation } from './catalog.ts';
import { refuse } from './work.ts';

const OF_VIEWS = new Set<AlterTableType>(['AT_ColumnDefault', 'AT_ChangeOwner', 'AT_SetRelOptions', 'AT_ResetRelOptions']);
const OF_STORED_VIEWS = new Set<AlterTableType>([
  ...(['AT_ChangeOwner', 'AT_SetRelOptions', 'AT_ResetRelOptions', 'AT_SetStatistics', 'AT_SetOptions', 'AT_ResetOptions'] as const),
  ...(['AT_SetStorage', 'AT_SetCompression', 'AT_ClusterOn', 'AT_DropCluster', 'AT_SetAccessMethod', 'AT_SetTableSpace'] as const),
  ...(['AT_ReplicaIdentity'] as const),
]);

/** `ATSimplePermissions` of tablecmds.c: views have no constraints, columns of their own or triggers to switch. @throws {Refusal} */
export function requirePermitted({ kind, name }: Relation, subtype: AlterTableType | undefined): void {
  const permitted = kind === 'view' ? OF_VIEWS : kind === 'materialized view' ? OF_STORED_VIEWS : null;
  if (permitted === null || subtype === undefined || permitted.has(subtype)) return;
  const words = subtype
    .slice('AT_'.length)
    .replaceAll(/(?<=[a-z])(?=[A-Z])/gu, ' ')
    .toUpperCase();
  const action = words.endsWith('NOT NULL') ? `ALTER COLUMN ... ${words}` : words;
  refuse(`ALTER action ${action} cannot be performed on relation "${name}"`, 'Change the table below the view.');
}
