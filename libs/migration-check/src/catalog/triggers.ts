import type { AlterPolicyStmt, CreatePolicyStmt, CreateTrigStmt, RuleStmt } from 'libpg-query';
import { stringsOf } from '../sql/node.ts';
import type { Policy, Trigger } from './catalog.ts';
import { nameOfRange, needColumn, needRelation, qualified, routinesNamed, textOf } from './lookup.ts';
import { childrenOf, lock, refuse, type Work } from './work.ts';

/** Bits of `CreateTrigStmt`: TRIGGER_TYPE_… of pg_trigger.h. */
const EVENTS = { insert: 4, delete: 8, update: 16, truncate: 32 } as const;
const [BEFORE, INSTEAD] = [2, 64];
/** Triggers that come with PostgreSQL. */
const BUILT_IN = new Set(['suppress_redundant_updates_trigger', 'tsvector_update_trigger', 'tsvector_update_trigger_column']);

/** CREATE TRIGGER: blocks writers for a moment. */
export function createTrigger(work: Work, statement: CreateTrigStmt): void {
  const table = needRelation(work, nameOfRange(statement.relation ?? {}));
  lock(work, table.id, 'share row exclusive');
  if (statement.constrrel !== undefined) lock(work, needRelation(work, nameOfRange(statement.constrrel)).id, 'access share');
  const name = statement.trigname ?? '';
  const known = table.triggers.find((trigger) => trigger.name === name);
  if (known !== undefined && statement.replace !== true) refuse(`trigger "${name}" for relation "${table.name}" already exists`);
  const called = qualified(stringsOf(statement.funcname));
  const [routine] = routinesNamed(work.catalog, called).filter((one) => one.arguments.length === 0);
  if (routine === undefined && !BUILT_IN.has(called.name)) refuse(`function ${textOf(called)}() does not exist`);
  if (routine !== undefined && routine.returns !== 'trigger') refuse(`function ${routine.name} must return type trigger`);
  const { events = 0, timing = 0 } = statement;
  if (timing === INSTEAD && table.kind !== 'view') refuse(`"${table.name}" is a table: tables cannot have INSTEAD OF triggers`);
  const trigger: Trigger = {
    name,
    timing: timing === BEFORE ? 'before' : timing === INSTEAD ? 'instead of' : 'after',
    events: (Object.keys(EVENTS) as (keyof typeof EVENTS)[]).filter((event) => (events & EVENTS[event]) !== 0),
    ofColumns: stringsOf(statement.columns).map((column) => needColumn(table, column).id),
    forEach: statement.row === true ? 'row' : 'statement',
    when: statement.whenClause ?? null,
    routine: routine === undefined ? `pg_catalog.${called.name}` : `${routine.schema}.${routine.name}`,
    enabled: true,
  };
  table.triggers = [...table.triggers.filter((one) => one !== known), trigger];
  if (trigger.forEach !== 'row') return;
  for (const child of childrenOf(work.catalog, table.id)) {
    if (child.partition?.parent !== table.id) continue;
    lock(work, child.id, 'share row exclusive');
    const ofColumns = stringsOf(statement.columns).map((column) => needColumn(child, column).id);
    child.triggers = [...child.triggers.filter((one) => one.name !== name), { ...trigger, ofColumns }];
  }
}

const RULE_EVENTS: Readonly<Record<string, 'insert' | 'update' | 'delete'>> = {
  CMD_INSERT: 'insert',
  CMD_UPDATE: 'update',
  CMD_DELETE: 'delete',
};

/** CREATE RULE. */
export function createRule(work: Work, { relation, rulename = '', replace, event, instead, actions }: RuleStmt): void {
  const table = needRelation(work, nameOfRange(relation ?? {}));
  lock(work, table.id, 'access exclusive');
  if (table.rules.includes(rulename) && replace !== true) refuse(`rule "${rulename}" for relation "${table.name}" already exists`);
  table.rules = [...table.rules.filter((rule) => rule !== rulename), rulename];
  const on = RULE_EVENTS[event ?? ''];
  const others = (table.insteadRules ?? []).filter(({ name }) => name !== rulename);
  const own = on !== undefined && instead === true ? [{ name: rulename, event: on, nothing: (actions ?? []).length === 0 }] : [];
  table.insteadRules = [...others, ...own];
}

/** CREATE POLICY: it only counts while row security is on. */
export function createPolicy(work: Work, statement: CreatePolicyStmt): void {
  const table = needRelation(work, nameOfRange(statement.table ?? {}));
  lock(work, table.id, 'access exclusive');
  const name = statement.policy_name ?? '';
  if (table.policies.some((policy) => policy.name === name)) refuse(`policy "${name}" for table "${table.name}" already exists`);
  const command = (statement.cmd_name ?? 'all') as Policy['command'];
  table.policies.push({
    name,
    command,
    permissive: statement.permissive === true,
    using: statement.qual ?? null,
    check: statement.with_check ?? null,
  });
}

export function alterPolicy(work: Work, statement: AlterPolicyStmt): void {
  const table = needRelation(work, nameOfRange(statement.table ?? {}));
  lock(work, table.id, 'access exclusive');
  const name = statement.policy_name ?? '';
  const policy = table.policies.find((one) => one.name === name) ?? refuse(`policy "${name}" for table "${table.name}" does not exist`);
  policy.using = statement.qual ?? policy.using;
  policy.check = statement.with_check ?? policy.check;
}
