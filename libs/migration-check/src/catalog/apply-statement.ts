import { Refusal as Unresolvable } from '../resolve/refusal.ts';
import type { Statement } from '../sql/statement.ts';
import type { TransactionMode } from '../verdict.ts';
import { alterTable } from './alter-table.ts';
import { call, runBlock, runCalls } from './blocks.ts';
import type { Catalog } from './catalog.ts';
import { createTable } from './create-table.ts';
import { applyNode, type Handlers, setHandlers } from './dispatch.ts';
import { alterDomain, createDomain } from './domains.ts';
import { drop } from './drop-statement.ts';
import type { Effect } from './effect.ts';
import { createIndex } from './indexes.ts';
import { refuseUncommittedLabels } from './labels.ts';
import { cluster, lockTables, reindex, vacuum } from './maintenance.ts';
import { setSchema } from './move.ts';
import { rename } from './rename.ts';
import { alterRoutine, createRoutine, define } from './routines.ts';
import { copy, query, truncate } from './rows.ts';
import {
  alterSequence,
  comment,
  createExtension,
  createSchema,
  createSequence,
  createStatistics,
  setConfig,
  setVariable,
} from './schemas.ts';
import { setValues } from './sequence-numbers.ts';
import { alterPolicy, createPolicy, createRule, createTrigger } from './triggers.ts';
import { alterEnum, createCast, createComposite, createEnum, createRange } from './types.ts';
import { createTableAs, createView, refresh } from './views.ts';
import { publish } from './publications.ts';
import { createRole, dropRoles, grant } from './privileges.ts';
import { aloneOnly, PRIVILEGES, Refusal, unreadable, type Work } from './work.ts';

const nothing = (): void => undefined;
const alone =
  (command: string) =>
  (work: Work): void => {
    aloneOnly(work, command);
  };
const unknown =
  (what: string) =>
  (work: Work): void => {
    unreadable(work, what);
  };

const rows = (work: Work, _body: unknown, { node }: Statement): void => {
  refuseUncommittedLabels(work, node);
  query(work, node);
  runCalls(work, node);
};

const HANDLERS: Handlers = {
  AlterTableStmt: (work, body) => {
    alterTable(work, body);
  },
  CreateStmt: createTable,
  CreateTableAsStmt: createTableAs,
  DropStmt: drop,
  RenameStmt: rename,
  AlterObjectSchemaStmt: setSchema,
  IndexStmt: createIndex,
  ReindexStmt: reindex,
  ClusterStmt: cluster,
  VacuumStmt: vacuum,
  LockStmt: lockTables,
  ViewStmt: createView,
  RefreshMatViewStmt: refresh,
  CreateTrigStmt: createTrigger,
  RuleStmt: createRule,
  CreatePolicyStmt: createPolicy,
  AlterPolicyStmt: alterPolicy,
  CreateEnumStmt: createEnum,
  AlterEnumStmt: alterEnum,
  CompositeTypeStmt: createComposite,
  CreateRangeStmt: createRange,
  CreateCastStmt: createCast,
  CreateDomainStmt: createDomain,
  AlterDomainStmt: alterDomain,
  CreateFunctionStmt: (work, body, { text }) => {
    createRoutine(work, body, text);
  },
  AlterFunctionStmt: alterRoutine,
  DefineStmt: define,
  CreateSchemaStmt: createSchema,
  CreateExtensionStmt: createExtension,
  CreateSeqStmt: createSequence,
  AlterSeqStmt: alterSequence,
  CreateStatsStmt: createStatistics,
  CommentStmt: comment,
  GrantStmt: grant,
  VariableSetStmt: setVariable,
  DoStmt: (work, body, { text }) => {
    runBlock(work, body, text);
  },
  CallStmt: call,
  SelectStmt: (work, body, statement) => {
    if (body.intoClause !== undefined) {
      const { intoClause: into, ...select } = body;
      createTableAs(work, { query: { SelectStmt: select }, into, objtype: 'OBJECT_TABLE' });
    } else rows(work, body, statement);
    setValues(work, body);
    setConfig(work, statement.node);
  },
  InsertStmt: rows,
  UpdateStmt: rows,
  DeleteStmt: rows,
  MergeStmt: rows,
  CopyStmt: copy,
  TruncateStmt: truncate,
  ExplainStmt: (work, body, statement) => {
    const isRun = (body.options ?? []).some((option) => 'DefElem' in option && option.DefElem.defname === 'analyze');
    if (isRun && body.query !== undefined) applyNode(work, { ...statement, node: body.query });
  },
  ...{
    TransactionStmt: nothing,
    VariableShowStmt: nothing,
    NotifyStmt: nothing,
    ListenStmt: nothing,
    UnlistenStmt: nothing,
    CheckPointStmt: nothing,
  },
  ...{
    AlterDefaultPrivilegesStmt: nothing,
    CreateRoleStmt: nothing,
    AlterRoleStmt: nothing,
    GrantRoleStmt: nothing,
    AlterExtensionStmt: nothing,
  },
  ...{
    AlterTableMoveAllStmt: unknown('which tables it moves is not known'),
    SecLabelStmt: nothing,
    AlterStatsStmt: nothing,
    DiscardStmt: nothing,
  },
  ...{
    CreatePublicationStmt: publish,
    AlterPublicationStmt: publish,
    CreateEventTrigStmt: unknown('an event trigger may do anything from now on'),
  },
  ...{ AlterSystemStmt: alone('ALTER SYSTEM'), CreatedbStmt: alone('CREATE DATABASE'), DropdbStmt: alone('DROP DATABASE') },
  ...{ CreateTableSpaceStmt: alone('CREATE TABLESPACE'), DropTableSpaceStmt: alone('DROP TABLESPACE'), AlterDatabaseSetStmt: nothing },
  DropOwnedStmt: unknown('what the role owns is not known'),
  AlterOwnerStmt: unknown(PRIVILEGES),
  ReassignOwnedStmt: unknown(PRIVILEGES),
  CreateRoleStmt: createRole,
  DropRoleStmt: dropRoles,
};

setHandlers(HANDLERS);

/**
 * Changes the catalog as PostgreSQL 18 would, and says what else the statement does. A statement that fails leaves the catalog somewhere
 * in between: nothing can come after it. `wrapped`: other statements are in the same transaction.
 */
export function applyStatement(catalog: Catalog, statement: Statement, mode: TransactionMode): readonly Effect[] {
  const work: Work = { catalog, mode, effects: [] };
  if (mode === 'none') endTransaction(catalog);
  try {
    applyNode(work, statement);
  } catch (error) {
    if (error instanceof Refusal)
      work.effects.push({ what: 'failure', message: error.message, concurrently: error.concurrently, rewrite: error.rewrite });
    else if (error instanceof Unresolvable && !error.unknown)
      work.effects.push({
        what: 'failure',
        message: error.message,
        concurrently: false,
        rewrite: 'Mend the statement: nothing of it can be applied to this schema.',
      });
    else if (error instanceof Unresolvable) unreadable(work, error.message);
    else throw error;
  }
  return work.effects;
}

/** After COMMIT: labels that ALTER TYPE … ADD VALUE added can be used from now on. */
export function endTransaction({ sinceStart }: Catalog): void {
  sinceStart.labels.clear();
}
