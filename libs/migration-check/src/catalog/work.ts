import type { RuleName, TransactionMode } from '../verdict.ts';
import type { Catalog, Id, Relation } from './catalog.ts';
import type { Effect, Lock } from './effect.ts';

/** One statement while it is applied. */
export interface Work {
  readonly catalog: Catalog;
  readonly mode: TransactionMode;
  readonly effects: Effect[];
}

/** Why something takes long, and what to do instead. */
export interface Cost {
  readonly by: string;
  readonly rule: RuleName;
  readonly rewrite: string;
}

/** PostgreSQL refuses the statement: nothing of it is applied. */
export class Refusal extends Error {
  readonly rewrite: string;
  /** It is CONCURRENTLY that cannot run. */
  readonly concurrently: boolean;

  constructor(message: string, rewrite: string, concurrently: boolean) {
    super(message);
    this.name = 'Refusal';
    this.rewrite = rewrite;
    this.concurrently = concurrently;
  }
}

/** Ends a statement with PostgreSQL's message. */
export function refuse(message: string, rewrite = 'Mend the statement: nothing of it can be applied to this schema.'): never {
  throw new Refusal(message, rewrite, false);
}

export function refuseConcurrently(message: string, rewrite: string): never {
  throw new Refusal(message, rewrite, true);
}

export function lock(work: Work, table: Id, strength: Lock): void {
  work.effects.push({ what: 'lock', table, lock: strength });
}

/** A scan, a rewrite or the building of an index, once for each reason. A partitioned table has no rows of its own. */
export function toil(work: Work, what: 'scan' | 'rewrite' | 'index', table: Id, cost: Cost): void {
  if (work.catalog.relations.get(table)?.kind === 'partitioned') return;
  const known = work.effects.some((effect) => effect.what === what && effect.table === table && effect.by === cost.by);
  if (!known) work.effects.push({ what, table, ...cost });
}

/** It cannot be read what this does. */
export function unreadable(work: Work, message: string): void {
  if (!work.effects.some((effect) => effect.what === 'unreadable' && effect.message === message))
    work.effects.push({ what: 'unreadable', message });
}

/** For what PostgreSQL runs by itself only. Outside of a transaction it goes on. */
export function aloneOnly(work: Work, command: string): void {
  if (work.mode === 'none') return;
  work.effects.push({
    what: 'failure',
    message: `${command} cannot run inside a transaction block`,
    concurrently: command.includes('CONCURRENTLY'),
    rewrite: 'Give it a migration of its own with `transaction = false`, so that it does not run inside of a transaction.',
  });
}

/** Whether there may be rows in it: it was there before, or the migration wrote some. */
export function mayHaveRows({ catalog: { sinceStart } }: Work, relation: Relation): boolean {
  if (relation.kind === 'partitioned') return false;
  return !sinceStart.created.has(relation.id) || sinceStart.filled.has(relation.id);
}

/** Partitions and children of a table, and theirs. */
export function descendantsOf(catalog: Catalog, id: Id): readonly Relation[] {
  const children = childrenOf(catalog, id);
  return children.flatMap((child) => [child, ...descendantsOf(catalog, child.id)]);
}

export function childrenOf(catalog: Catalog, id: Id): readonly Relation[] {
  return [...catalog.relations.values()].filter(({ partition, inherits }) => partition?.parent === id || inherits.includes(id));
}

/** What cannot be told of GRANT, REVOKE and OWNER TO without the roles of the database. */
export const PRIVILEGES = 'whether the previous release still has the privileges that it needs is not known';
