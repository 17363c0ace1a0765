import type { AlterPublicationStmt, CreatePublicationStmt } from 'libpg-query';
import { all } from '../sql/node.ts';
import { nameOfRange, needRelation } from './lookup.ts';
import { lock, unreadable, type Work } from './work.ts';

/** CREATE and ALTER PUBLICATION: UPDATE and DELETE fail on a table that is published without a key to find its rows by. */
export function publish(work: Work, { pubobjects, for_all_tables }: CreatePublicationStmt | AlterPublicationStmt): void {
  const named = all('PublicationObjSpec', pubobjects).flatMap(({ pubtable }) =>
    pubtable?.relation === undefined ? [] : [needRelation(work, nameOfRange(pubtable.relation))],
  );
  for (const { id } of named) lock(work, id, 'share update exclusive');
  const everything = for_all_tables === true || named.length === 0;
  for (const { kind, name, constraints } of everything ? work.catalog.relations.values() : named)
    if ((kind === 'table' || kind === 'partitioned') && !constraints.some((constraint) => constraint.kind === 'primary'))
      unreadable(work, `whether UPDATE and DELETE still work on ${name}, which is published without a primary key, is not known`);
}
