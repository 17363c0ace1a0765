import type { PageQuery } from '@devplatform/contracts';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { z } from 'zod';
import { ProblemError } from './problem.ts';

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** Where the page before ended: microseconds since 1970, and the id that breaks ties. */
const Cursor = z.tuple([z.string().regex(/^\d{1,18}$/), z.uuid()]);
const MICROSECOND = `interval '1 microsecond'`;

/**
 * Newest first, by (created_at, id) of the query's main table: rows that appear or vanish between two pages shift nothing.
 * `map` gets the entity and the raw row with what else was selected.
 */
export async function paginate<T extends ObjectLiteral, R>(
  query: SelectQueryBuilder<T>,
  { limit, cursor }: z.infer<typeof PageQuery>,
  map: (entity: T, raw: Readonly<Record<string, unknown>>) => R | Promise<R>,
): Promise<Page<R>> {
  const { alias } = query;
  if (cursor !== undefined) {
    const [at, id] = decode(cursor);
    query.andWhere(`(${alias}.created_at, ${alias}.id) < (timestamptz 'epoch' + :cursorAt::bigint * ${MICROSECOND}, :cursorId::uuid)`, {
      cursorAt: at,
      cursorId: id,
    });
  }
  const { entities, raw } = await query
    .addSelect(`(extract(epoch FROM ${alias}.created_at) * 1000000)::bigint`, 'cursor_at')
    .orderBy(`${alias}.created_at`, 'DESC')
    .addOrderBy(`${alias}.id`, 'DESC')
    .limit(limit + 1)
    .getRawAndEntities<Record<string, unknown>>();
  const items = await Promise.all(entities.slice(0, limit).map((entity, index) => map(entity, raw[index] ?? {})));
  const last = entities.length > limit ? raw[limit - 1] : undefined;
  return { items, next: last === undefined ? null : encode(last.cursor_at, last[`${alias}_id`]) };
}

const encode = (at: unknown, id: unknown): string => Buffer.from(JSON.stringify([at, id])).toString('base64url');

function decode(cursor: string): z.infer<typeof Cursor> {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new ProblemError(400, 'invalid-cursor', 'The cursor is not one of ours; start again without it.', { cause });
  }
}
