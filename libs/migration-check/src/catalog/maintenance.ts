import type { ClusterStmt, LockStmt, ReindexStmt, VacuumStmt } from 'libpg-query';
import { all, optionsOf } from '../sql/node.ts';
import { COSTS } from './advice.ts';
import type { Catalog, Relation } from './catalog.ts';
import { LOCKS } from './effect.ts';
import { isConcurrent } from './indexes.ts';
import { findIndex, nameOfRange, needIndex, needRelation, tableOf } from './lookup.ts';
import { aloneOnly, descendantsOf, lock, refuse, toil, type Work } from './work.ts';

const storedTables = ({ catalog }: Work): readonly Relation[] =>
  [...catalog.relations.values()].filter(({ kind }) => kind === 'table' || kind === 'materialized view');

/** VACUUM and ANALYZE, which only looks at a sample. */
export function vacuum(work: Work, { options, rels, is_vacuumcmd }: VacuumStmt): void {
  const isFull = !['false', 'off', '0', undefined].includes(optionsOf(options).get('full'));
  if (is_vacuumcmd === true) aloneOnly(work, 'VACUUM');
  const named = all('VacuumRelation', rels).map(({ relation }) => needRelation(work, nameOfRange(relation ?? {})));
  for (const table of named.length === 0 ? storedTables(work) : named) {
    lock(work, table.id, isFull ? 'access exclusive' : 'share update exclusive');
    if (isFull) toil(work, 'rewrite', table.id, COSTS.vacuumFull);
    else if (is_vacuumcmd === true) toil(work, 'scan', table.id, COSTS.vacuum);
  }
}

export function reindex(work: Work, { kind, relation, params }: ReindexStmt): void {
  const concurrently = isConcurrent(params);
  if (concurrently) aloneOnly(work, 'REINDEX CONCURRENTLY');
  if (kind === 'REINDEX_OBJECT_INDEX') {
    const index = needIndex(work, nameOfRange(relation ?? {}));
    rebuild(work, tableOf(work.catalog, index.table), concurrently);
    index.valid = true;
  } else if (kind === 'REINDEX_OBJECT_TABLE') rebuild(work, needRelation(work, nameOfRange(relation ?? {})), concurrently);
  else {
    aloneOnly(work, 'REINDEX SCHEMA or DATABASE');
    for (const table of storedTables(work)) rebuild(work, table, concurrently);
  }
}

function rebuild(work: Work, table: Relation, concurrently: boolean): void {
  if (table.kind === 'partitioned') aloneOnly(work, 'REINDEX of a partitioned table');
  for (const one of [table, ...descendantsOf(work.catalog, table.id)]) {
    lock(work, one.id, concurrently ? 'share update exclusive' : 'share');
    toil(work, 'index', one.id, COSTS.reindex);
  }
}

export function cluster(work: Work, { relation, indexname }: ClusterStmt): void {
  if (relation === undefined) {
    aloneOnly(work, 'CLUSTER without a table');
    return;
  }
  const table = needRelation(work, nameOfRange(relation));
  if (table.kind === 'partitioned') aloneOnly(work, 'CLUSTER of a partitioned table');
  if (indexname !== undefined && findIndex(work.catalog, { schema: table.schema, name: indexname })?.table !== table.id)
    refuse(`index "${indexname}" for table "${table.name}" does not exist`);
  lock(work, table.id, 'access exclusive');
  toil(work, 'rewrite', table.id, COSTS.cluster);
}

/** What a view reads is locked with it. */
function below(catalog: Catalog, { dependsOn, kind }: Relation): readonly Relation[] {
  const direct = kind === 'view' ? dependsOn.map(({ relation }) => tableOf(catalog, relation)) : [];
  return direct.flatMap((relation) => [relation, ...descendantsOf(catalog, relation.id), ...below(catalog, relation)]);
}

/** LOCK TABLE. */
export function lockTables(work: Work, { relations, mode = LOCKS.length }: LockStmt): void {
  if (work.mode === 'none')
    refuse('LOCK TABLE can only be used in transaction blocks', 'Leave it out: without a transaction it locks nothing.');
  for (const range of all('RangeVar', relations)) {
    const table = needRelation(work, nameOfRange(range));
    const also = [...(range.inh === true ? descendantsOf(work.catalog, table.id) : []), ...below(work.catalog, table)];
    for (const { id } of [table, ...also]) lock(work, id, LOCKS[mode - 1] ?? 'access exclusive');
  }
}
