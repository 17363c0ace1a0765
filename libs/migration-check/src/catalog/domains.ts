import type { AlterDomainStmt, Constraint as Written, CreateDomainStmt } from 'libpg-query';
import { all, as, stringsOf } from '../sql/node.ts';
import { COSTS } from './advice.ts';
import type { Relation, UserType } from './catalog.ts';
import { isOfType } from './dependents.ts';
import { nextId } from './identity.ts';
import { needType, qualified, typeRef } from './lookup.ts';
import { objectName } from './names.ts';
import { newType } from './types.ts';
import { lock, refuse, toil, unreadable, type Work } from './work.ts';

export function createDomain(work: Work, { domainname, typeName, constraints }: CreateDomainStmt): void {
  const base = typeRef(work, typeName ?? {});
  const domain = newType(work, qualified(stringsOf(domainname)), 'domain');
  domain.base = base;
  for (const written of all('Constraint', constraints)) {
    if (written.contype === 'CONSTR_DEFAULT') domain.default = written.raw_expr ?? null;
    else if (written.contype === 'CONSTR_NOTNULL') domain.notNull = true;
    else if (written.contype === 'CONSTR_CHECK') addCheck(domain, written);
  }
}

function addCheck(domain: UserType, { conname, raw_expr, skip_validation }: Written): void {
  const taken = (name: string): boolean => domain.checks.some((check) => check.name === name);
  if (conname !== undefined && taken(conname)) refuse(`constraint "${conname}" for domain "${domain.name}" already exists`);
  let name = conname ?? objectName(domain.name, null, 'check');
  for (let n = 1; taken(name); n++) name = objectName(domain.name, null, `check${String(n)}`);
  const expression = raw_expr ?? refuse('CHECK without an expression');
  domain.checks.push({ id: nextId(), name, expression, validated: skip_validation !== true });
}

type Change = (work: Work, domain: UserType, statement: AlterDomainStmt) => void;

/** By `subtype` of AlterDomainStmt. */
const CHANGES: Readonly<Record<string, Change>> = {
  T: (_work, domain, { def }) => {
    domain.default = def ?? null;
  },
  N: (_work, domain) => {
    domain.notNull = false;
  },
  O: (work, domain) => {
    if (domain.notNull) return;
    read(work, domain);
    domain.notNull = true;
  },
  C: (work, domain, { def }) => {
    const written = as('Constraint', def) ?? {};
    if (written.contype === 'CONSTR_NOTNULL') {
      if (!domain.notNull) read(work, domain);
      domain.notNull = true;
      return;
    }
    addCheck(domain, written);
    if (written.skip_validation !== true) read(work, domain);
  },
  X: (_work, domain, { name, missing_ok }) => {
    const known = domain.checks.some((check) => check.name === name);
    const isNotNull = domain.notNull && name === objectName(domain.name, null, 'not_null');
    if (!known && !isNotNull && missing_ok !== true) refuse(`constraint "${name ?? ''}" of domain "${domain.name}" does not exist`);
    domain.checks = domain.checks.filter((check) => check.name !== name);
    if (isNotNull) domain.notNull = false;
  },
  V: (work, domain, { name }) => {
    const check =
      domain.checks.find((one) => one.name === name) ?? refuse(`constraint "${name ?? ''}" of domain "${domain.name}" does not exist`);
    if (!check.validated) read(work, domain);
    check.validated = true;
  },
};

/** ALTER DOMAIN: what a new constraint is tested on is every table with a column of the domain. */
export function alterDomain(work: Work, statement: AlterDomainStmt): void {
  const domain = needType(work, qualified(stringsOf(statement.typeName)));
  if (domain.kind !== 'domain') refuse(`${domain.name} is not a domain`);
  const change = CHANGES[statement.subtype ?? ''];
  if (change === undefined) unreadable(work, 'this form of ALTER DOMAIN is not known here');
  else change(work, domain, statement);
}

/** SHARE, for VALIDATE CONSTRAINT too. */
function read(work: Work, domain: UserType): void {
  for (const table of tablesWith(work, domain)) {
    lock(work, table.id, 'share');
    toil(work, 'scan', table.id, COSTS.domain);
  }
}

/** Also through domains over this one. */
function tablesWith(work: Work, domain: UserType): readonly Relation[] {
  const { catalog } = work;
  const above = [...catalog.types.values()].filter(({ base }) => base !== null && isOfType(base, domain));
  const own = [...catalog.relations.values()].filter(
    ({ kind, columns }) =>
      (kind === 'table' || kind === 'partitioned' || kind === 'materialized view') && columns.some(({ type }) => isOfType(type, domain)),
  );
  return [...own, ...above.flatMap((one) => tablesWith(work, one))];
}
