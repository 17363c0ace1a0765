import type { AlterTableCmd, AlterTableStmt, AlterTableType, Constraint as Written } from 'libpg-query';
import { all, as, optionsOf } from '../sql/node.ts';
import { addColumn } from './add-column.ts';
import { COSTS } from './advice.ts';
import { alterColumnType } from './alter-column-type.ts';
import { alterConstraint, dropConstraintByName } from './alter-constraint.ts';
import { addGenerated, dropExpression, dropIdentity, setExpression, setIdentity } from './alter-generated.ts';
import type { Relation } from './catalog.ts';
import { checkDefault } from './columns.ts';
import { IN_ALTER } from './constraint-site.ts';
import { dropNotNull, makeNotNull } from './not-null.ts';
import { addConstraint, validateConstraint } from './constraints.ts';
import { dropColumn } from './drop.ts';
import { type Lock, LOCKS } from './effect.ts';
import {
  columnNamed,
  findIndex,
  findRelation,
  findSequence,
  isInherited,
  nameOfRange,
  needColumn,
  needRelation,
  textOf,
} from './lookup.ts';
import { attachPartition, detachPartition } from './partitions.ts';
import { requirePermitted } from './permitted.ts';
import { alterAttributes } from './types.ts';
import { descendantsOf, lock, PRIVILEGES, refuse, toil, unreadable, type Work } from './work.ts';

/** What a subcommand knows of the statement around it. */
export interface Around {
  /** ONLY. */
  readonly only: boolean;
}

interface Subcommand {
  /** `AlterTableGetLockLevel` of tablecmds.c. */
  readonly lock: Lock;
  /** `AlterTablePass`: the order does not follow the text. */
  readonly pass: number;
  /** Its lock is taken on partitions and children too. */
  readonly recurses: boolean;
  readonly apply: (work: Work, table: Relation, command: AlterTableCmd, around: Around) => void;
}

const PASS = { drop: 1, type: 2, column: 3, expression: 4, constraint: 5, attribute: 6, index: 7, other: 8, misc: 9 } as const;
const nothing = (): void => undefined;
const brief = (strength: Lock, recurses = false): Subcommand => ({ lock: strength, pass: PASS.misc, recurses, apply: nothing });
const strong = (pass: number, apply: Subcommand['apply'], recurses = true): Subcommand => ({
  lock: 'access exclusive',
  pass,
  recurses,
  apply,
});

/** To where a table is by itself nothing has to be moved. */
const moveStorage =
  (usual: string): Subcommand['apply'] =>
  (work, table, { name }) => {
    if (name !== usual) toil(work, 'rewrite', table.id, COSTS.storage);
  };

const SUBCOMMANDS: Partial<Record<AlterTableType, Subcommand>> = {
  AT_AddColumn: strong(PASS.column, addColumn),
  AT_DropColumn: strong(PASS.drop, removeColumn),
  AT_AlterColumnType: strong(PASS.type, (work, table, command, { only }) => {
    alterColumnType(work, table, command, only);
  }),
  AT_ColumnDefault: strong(PASS.other, setDefault),
  AT_SetNotNull: strong(PASS.attribute, setNotNull),
  AT_DropNotNull: strong(PASS.drop, (work, table, { name }) => {
    dropNotNull(work, table, needColumn(table, name ?? ''));
  }),
  AT_SetExpression: strong(PASS.expression, setExpression),
  AT_DropExpression: strong(PASS.drop, dropExpression),
  AT_AddIdentity: strong(PASS.other, addGenerated),
  AT_SetIdentity: strong(PASS.attribute, setIdentity),
  AT_DropIdentity: strong(PASS.drop, dropIdentity),
  AT_AddConstraint: strong(PASS.constraint, (work, table, { def }) => {
    addConstraint(work, table, as('Constraint', def) ?? {}, IN_ALTER);
  }),
  AT_AlterConstraint: strong(PASS.misc, alterConstraint),
  AT_DropConstraint: strong(PASS.drop, dropConstraintByName),
  AT_ValidateConstraint: {
    ...{ lock: 'share update exclusive', pass: PASS.misc, recurses: true },
    apply: (work, table, { name }) => {
      validateConstraint(work, table, name ?? '');
    },
  },
  AT_AttachPartition: { ...brief('share update exclusive'), apply: attachPartition },
  AT_DetachPartition: { ...brief('access exclusive'), apply: detachPartition },
  AT_DetachPartitionFinalize: brief('share update exclusive'),
  AT_SetStatistics: brief('share update exclusive', true),
  AT_SetOptions: brief('share update exclusive'),
  AT_ResetOptions: brief('share update exclusive'),
  AT_ClusterOn: { ...brief('share update exclusive'), apply: notPartitioned('cannot mark index clustered in partitioned table') },
  AT_DropCluster: brief('share update exclusive'),
  AT_SetRelOptions: {
    ...brief('share update exclusive'),
    apply: (work, table, command, around) => {
      notPartitioned('cannot specify storage parameters for a partitioned table')(work, table, command, around);
      setCheckOption(true)(work, table, command);
    },
  },
  AT_ResetRelOptions: { ...brief('share update exclusive'), apply: setCheckOption(false) },
  AT_SetStorage: brief('access exclusive', true),
  AT_SetCompression: brief('access exclusive'),
  AT_ChangeOwner: {
    ...brief('access exclusive'),
    apply: (work) => {
      unreadable(work, PRIVILEGES);
    },
  },
  AT_SetLogged: strong(PASS.misc, setPersistence(false), false),
  AT_SetUnLogged: strong(PASS.misc, setPersistence(true), false),
  AT_SetAccessMethod: strong(PASS.misc, moveStorage('heap'), false),
  AT_SetTableSpace: strong(PASS.misc, moveStorage('pg_default'), false),
  AT_EnableTrig: { ...brief('share row exclusive', true), apply: switchTrigger(true) },
  AT_EnableAlwaysTrig: { ...brief('share row exclusive', true), apply: switchTrigger(true) },
  AT_EnableReplicaTrig: { ...brief('share row exclusive', true), apply: switchTrigger(false) },
  AT_DisableTrig: { ...brief('share row exclusive', true), apply: switchTrigger(false) },
  AT_EnableTrigAll: { ...brief('share row exclusive', true), apply: switchTrigger(true) },
  AT_EnableTrigUser: { ...brief('share row exclusive', true), apply: switchTrigger(true) },
  AT_DisableTrigAll: { ...brief('share row exclusive', true), apply: switchTrigger(false) },
  AT_DisableTrigUser: { ...brief('share row exclusive', true), apply: switchTrigger(false) },
  AT_EnableRule: brief('access exclusive'),
  AT_EnableAlwaysRule: brief('access exclusive'),
  AT_EnableReplicaRule: brief('access exclusive'),
  AT_DisableRule: brief('access exclusive'),
  AT_AddInherit: { ...brief('access exclusive'), apply: inherit },
  AT_DropInherit: { ...brief('access exclusive'), apply: disinherit },
  AT_ReplicaIdentity: brief('access exclusive'),
  AT_EnableRowSecurity: { ...brief('access exclusive'), apply: setRowSecurity('on') },
  AT_DisableRowSecurity: { ...brief('access exclusive'), apply: setRowSecurity('off') },
  AT_ForceRowSecurity: { ...brief('access exclusive'), apply: setRowSecurity('forced') },
  AT_NoForceRowSecurity: { ...brief('access exclusive'), apply: setRowSecurity('on') },
};

/** Storage parameters that the planner or logical decoding rely on. */
const STRONG_OPTIONS = new Set(['user_catalog_table', 'security_barrier', 'security_invoker', 'check_option', 'fastupdate', 'buffering']);

/** ALTER TABLE and its likes for views, indexes, sequences and types. https://www.postgresql.org/docs/18/sql-altertable.html */
export function alterTable(work: Work, statement: AlterTableStmt): void {
  const name = nameOfRange(statement.relation ?? {});
  const commands = all('AlterTableCmd', statement.cmds);
  if (statement.objtype === 'OBJECT_TYPE') {
    alterAttributes(work, name, commands);
    return;
  }
  const table = findRelation(work.catalog, name);
  if (table === null) {
    const other = findIndex(work.catalog, name) ?? findSequence(work.catalog, name);
    if (other !== null) alterStorage(work, other, commands);
    else if (statement.missing_ok !== true) refuse(`relation "${textOf(name)}" does not exist`);
    return;
  }
  for (const { subtype } of commands) requirePermitted(table, subtype);
  const steps = commands.map((command) => ({ command, subcommand: SUBCOMMANDS[command.subtype ?? 'AT_DropOids'] }));
  const around = { only: statement.relation?.inh !== true };
  lockAll(work, table, steps, around);
  const inOrder = steps.map((step) => ({ ...step, pass: passOf(step.command, step.subcommand) })).sort((a, b) => a.pass - b.pass);
  for (const { command, subcommand } of inOrder) {
    if (subcommand === undefined) unreadable(work, `ALTER TABLE … ${command.subtype ?? '?'} is not known here`);
    else subcommand.apply(work, table, command, around);
  }
}

/** The strongest lock of all subcommands at once, on the table and on what inherits from it. */
function lockAll(
  work: Work,
  table: Relation,
  steps: readonly { readonly command: AlterTableCmd; readonly subcommand: Subcommand | undefined }[],
  around: Around,
): void {
  const strengths = steps.map(({ command, subcommand }) => LOCKS.indexOf(lockOf(command, subcommand)));
  const strongest = LOCKS[Math.max(...strengths)] ?? 'access exclusive';
  lock(work, table.id, strongest);
  if (!around.only && steps.some(({ subcommand }) => subcommand?.recurses === true))
    for (const part of descendantsOf(work.catalog, table.id)) lock(work, part.id, strongest);
}

/** ALTER VIEW … (RE)SET (check_option). */
function setCheckOption(on: boolean): (work: Work, table: Relation, command: AlterTableCmd) => void {
  return (_, table, { def }) => {
    if (optionsOf(as('List', def)?.items).has('check_option')) table.checkOption = on;
  };
}

function lockOf({ def, subtype }: AlterTableCmd, subcommand: Subcommand | undefined): Lock {
  if (subtype === 'AT_AddConstraint' && as('Constraint', def)?.contype === 'CONSTR_FOREIGN') return 'share row exclusive';
  if (subtype === 'AT_DetachPartition' && as('PartitionCmd', def)?.concurrent === true) return 'share update exclusive';
  if (subtype === 'AT_SetRelOptions' || subtype === 'AT_ResetRelOptions') {
    const names = [...optionsOf(as('List', def)?.items).keys()];
    return names.some((name) => STRONG_OPTIONS.has(name)) ? 'access exclusive' : 'share update exclusive';
  }
  return subcommand?.lock ?? 'access exclusive';
}

const INDEXED = new Set<Written['contype']>(['CONSTR_PRIMARY', 'CONSTR_UNIQUE', 'CONSTR_EXCLUSION']);

function passOf({ subtype, def }: AlterTableCmd, subcommand: Subcommand | undefined): number {
  if (subtype === 'AT_ColumnDefault') return def === undefined ? PASS.drop : PASS.other;
  if (subtype !== 'AT_AddConstraint') return subcommand?.pass ?? PASS.misc;
  const contype = as('Constraint', def)?.contype;
  if (contype === 'CONSTR_FOREIGN') return PASS.misc;
  return INDEXED.has(contype) ? PASS.index : PASS.constraint;
}

function removeColumn(work: Work, table: Relation, { name, behavior, missing_ok }: AlterTableCmd, { only }: Around): void {
  const column = columnNamed(table, name ?? '');
  if (column === undefined) {
    if (missing_ok !== true) needColumn(table, name ?? '');
    return;
  }
  if (isInherited(work, table, column.name)) refuse(`cannot drop inherited column "${column.name}"`);
  const parts = descendantsOf(work.catalog, table.id);
  if (only && table.kind === 'partitioned' && parts.length > 0)
    refuse('cannot drop column from only the partitioned table when partitions exist');
  dropColumn(work, table, column, behavior === 'DROP_CASCADE');
  if (only) return;
  for (const part of parts) {
    const same = columnNamed(part, column.name);
    if (same !== undefined) dropColumn(work, part, same, behavior === 'DROP_CASCADE');
  }
}

function setDefault(work: Work, table: Relation, { name, def }: AlterTableCmd, { only }: Around): void {
  for (const one of [table, ...(only ? [] : descendantsOf(work.catalog, table.id))]) {
    const column = needColumn(one, name ?? '');
    if (column.identity !== null) refuse(`column "${column.name}" of relation "${one.name}" is an identity column`);
    if (column.generated !== null) refuse(`column "${column.name}" of relation "${one.name}" is a generated column`);
    if (def !== undefined) checkDefault(work, column, def);
    column.default = def === undefined || as('A_Const', def)?.isnull === true ? null : def;
  }
}

function setNotNull(work: Work, table: Relation, { name }: AlterTableCmd): void {
  makeNotNull(work, table, needColumn(table, name ?? ''), { name: null, validated: true, cost: COSTS.notNull });
}

function switchTrigger(enabled: boolean): Subcommand['apply'] {
  return (work, table, { name }) => {
    if (name !== undefined && !table.triggers.some((trigger) => trigger.name === name))
      refuse(`trigger "${name}" for table "${table.name}" does not exist`);
    for (const one of [table, ...descendantsOf(work.catalog, table.id)])
      for (const trigger of one.triggers) if (name === undefined || trigger.name === name) trigger.enabled = enabled;
  };
}

function notPartitioned(message: string): Subcommand['apply'] {
  return (_work, { kind }) => (kind === 'partitioned' ? refuse(message) : undefined);
}

/** SET LOGGED and SET UNLOGGED: nothing happens where it is so already. */
function setPersistence(unlogged: boolean): Subcommand['apply'] {
  return (work, table) => {
    const { catalog } = work;
    if (catalog.unlogged.has(table.id) === unlogged) return;
    for (const other of catalog.relations.values())
      for (const { references } of other.constraints)
        if (unlogged && references?.table === table.id && other.id !== table.id && !catalog.unlogged.has(other.id))
          refuse(`could not change table "${table.name}" to unlogged because it references logged table "${other.name}"`);
    toil(work, 'rewrite', table.id, COSTS.storage);
    if (unlogged) catalog.unlogged.add(table.id);
    else catalog.unlogged.delete(table.id);
  };
}

function setRowSecurity(to: Relation['rowSecurity']): Subcommand['apply'] {
  return (_work, table) => {
    if (to === 'on' && table.rowSecurity === 'off') table.rowSecurity = 'on';
    else if (to !== 'on') table.rowSecurity = to;
  };
}

function inherit(work: Work, table: Relation, { def }: AlterTableCmd): void {
  const parent = needRelation(work, nameOfRange(as('RangeVar', def) ?? {}));
  lock(work, parent.id, 'share update exclusive');
  for (const { name } of parent.columns) if (columnNamed(table, name) === undefined) refuse(`child table is missing column "${name}"`);
  table.inherits = [...table.inherits, parent.id];
}

function disinherit(work: Work, table: Relation, { def }: AlterTableCmd): void {
  const parent = needRelation(work, nameOfRange(as('RangeVar', def) ?? {}));
  lock(work, parent.id, 'access share');
  table.inherits = table.inherits.filter((id) => id !== parent.id);
}

/** ALTER INDEX and ALTER SEQUENCE in the form of ALTER TABLE. */
function alterStorage(work: Work, other: { readonly id: number; readonly table?: number }, commands: readonly AlterTableCmd[]): void {
  if (other.table === undefined) return;
  for (const { subtype, name, def } of commands) {
    if (subtype === 'AT_AttachPartition') {
      const part =
        findIndex(work.catalog, nameOfRange(as('PartitionCmd', def)?.name ?? {})) ?? refuse('the index to attach does not exist');
      part.parent = other.id;
      const parent = work.catalog.indexes.get(other.id);
      const parts = [...work.catalog.indexes.values()].filter((index) => index.parent === other.id).length;
      if (parent !== undefined) parent.valid ||= parts === descendantsOf(work.catalog, parent.table).length;
    }
    if (subtype !== 'AT_SetTableSpace' || name === 'pg_default') continue;
    // Every query that is planned over the table waits for the lock on its index.
    lock(work, other.table, 'access exclusive');
    toil(work, 'index', other.table, COSTS.storage);
  }
}
