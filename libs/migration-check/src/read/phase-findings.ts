import type { Node } from 'libpg-query';
import type { Statement } from '../sql/statement.ts';
import type { Finding } from '../verdict.ts';
import type { Phase } from './recorded-migration.ts';

/**
 * Where a migration says another phase than what its statements do: one that takes something away is a contract step, which waits until no
 * other release runs, and one that only adds need not wait. `made`: names of tables, types, views and functions that the pending migrations
 * themselves make; taking those away again takes nothing from anybody.
 */
export function phaseFindings(phase: Phase | null, statements: readonly Statement[], made: ReadonlySet<string>): readonly Finding[] {
  const [first] = statements;
  if (phase === null || first === undefined) return [];
  if (phase === 'contract')
    return statements.every(({ node }) => adds(node))
      ? [finding(first, 'It says that it is a contract step, and it only adds: it would wait for nothing.', `readonly phase = 'expand';`)]
      : [];
  return statements
    .filter(({ node }) => takenBy(node).some((name) => !made.has(name)))
    .map((statement) =>
      finding(
        statement,
        `It says that it is ${phase === 'expand' ? 'an expand' : 'a backfill'} step, and this takes away what another release may use.`,
        `Move it into a migration of its own with \`readonly phase = 'contract';\`, which is applied once only releases run that do without it.`,
      ),
    );
}

/** Names of what CREATE statements make. */
export function madeBy(statements: readonly Statement[]): readonly string[] {
  return statements.flatMap(({ node }) => {
    if ('CreateStmt' in node) return node.CreateStmt.relation?.relname ?? [];
    if ('CreateTableAsStmt' in node) return node.CreateTableAsStmt.into?.rel?.relname ?? [];
    if ('ViewStmt' in node) return node.ViewStmt.view?.relname ?? [];
    if ('CreateEnumStmt' in node) return lastOf(node.CreateEnumStmt.typeName);
    if ('CreateDomainStmt' in node) return lastOf(node.CreateDomainStmt.domainname);
    return 'CreateFunctionStmt' in node ? lastOf(node.CreateFunctionStmt.funcname) : [];
  });
}

/** Kinds of objects that releases name themselves; indexes, triggers and constraints are not. */
const NAMED: readonly string[] = ['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW', 'OBJECT_TYPE', 'OBJECT_DOMAIN', 'OBJECT_FUNCTION'];

/** The table whose column goes, or what goes as a whole or by its name. */
function takenBy(node: Node): readonly string[] {
  if ('AlterTableStmt' in node) {
    const { cmds, relation } = node.AlterTableStmt;
    const drops = (cmds ?? []).some((one) => 'AlterTableCmd' in one && one.AlterTableCmd.subtype === 'AT_DropColumn');
    return drops ? [relation?.relname ?? ''] : [];
  }
  if ('RenameStmt' in node) {
    const { renameType = '', relation } = node.RenameStmt;
    return NAMED.includes(renameType) || renameType === 'OBJECT_COLUMN' ? [relation?.relname ?? ''] : [];
  }
  if (!('DropStmt' in node) || !NAMED.includes(node.DropStmt.removeType ?? '')) return [];
  return (node.DropStmt.objects ?? []).flatMap((object) => {
    if ('List' in object) return lastOf(object.List.items);
    if ('TypeName' in object) return lastOf(object.TypeName.names);
    return 'ObjectWithArgs' in object ? lastOf(object.ObjectWithArgs.objname) : [''];
  });
}

const CREATES: readonly string[] = [
  ...[
    'CreateStmt',
    'CreateTableAsStmt',
    'ViewStmt',
    'IndexStmt',
    'CreateSeqStmt',
    'CreateEnumStmt',
    'CreateDomainStmt',
    'CreateSchemaStmt',
  ],
  ...['CreateExtensionStmt', 'CommentStmt', 'InsertStmt', 'SelectStmt', 'VariableSetStmt'],
];

function adds(node: Node): boolean {
  if ('IndexStmt' in node) return node.IndexStmt.unique !== true;
  if (!('AlterTableStmt' in node)) return CREATES.some((kind) => kind in node);
  return (node.AlterTableStmt.cmds ?? []).every((one) => 'AlterTableCmd' in one && one.AlterTableCmd.subtype === 'AT_AddColumn');
}

function lastOf(names: readonly Node[] | undefined): string[] {
  const last = names?.at(-1);
  return last !== undefined && 'String' in last ? [last.String.sval ?? ''] : [];
}

const finding = ({ text, line }: Statement, message: string, rewrite: string): Finding => ({
  ...{ rule: 'phase', kind: 'compat', verdict: 'unsafe', statement: text.slice(0, 500), line, message, rewrite },
});
