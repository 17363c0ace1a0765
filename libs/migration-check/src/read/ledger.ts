import type { Statement } from '../sql/statement.ts';
import type { DatabaseManifest } from './manifest.ts';

type Release = Pick<DatabaseManifest, 'release' | 'columns'>;

/**
 * Why something may go: which release has stopped using it, and which was the last that did. `running` is the release that still runs;
 * `earlier` are those before it as far as they are known, oldest first. What `running` maps itself has no line: it may not go.
 */
export function ledgerOf(statements: readonly Statement[], running: Release, earlier: readonly Release[]): readonly string[] {
  return statements.flatMap(goneBy).flatMap((gone) => {
    if (maps(running, gone)) return [];
    const last = earlier.findLast((release) => maps(release, gone));
    const name = gone.column === null ? gone.table : `${gone.table}.${gone.column}`;
    if (last !== undefined) return [`${running.release} does not map ${name} any more; ${last.release} did`];
    const known = earlier.length === 0 ? '' : `, and neither did ${earlier.map(({ release }) => release).join(', ')}`;
    return [`${running.release} does not map ${name}${known}`];
  });
}

interface Gone {
  readonly table: string;
  /** null: the whole table. */
  readonly column: string | null;
}

function goneBy({ node }: Statement): readonly Gone[] {
  if ('AlterTableStmt' in node) {
    const table = node.AlterTableStmt.relation?.relname ?? '';
    return (node.AlterTableStmt.cmds ?? []).flatMap((one) =>
      'AlterTableCmd' in one && one.AlterTableCmd.subtype === 'AT_DropColumn' ? [{ table, column: one.AlterTableCmd.name ?? '' }] : [],
    );
  }
  if (!('DropStmt' in node) || node.DropStmt.removeType !== 'OBJECT_TABLE') return [];
  return (node.DropStmt.objects ?? []).flatMap((object) => {
    const last = 'List' in object ? object.List.items?.at(-1) : undefined;
    return last !== undefined && 'String' in last ? [{ table: last.String.sval ?? '', column: null }] : [];
  });
}

function maps({ columns }: Release, { table, column }: Gone): boolean {
  const mapped = Object.entries(columns).find(([name]) => name === table || name.endsWith(`.${table}`))?.[1];
  return mapped !== undefined && (column === null || mapped.includes(column));
}
