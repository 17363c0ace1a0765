import { type Query, withConstants } from './query.ts';
import { type Column, literal, type Table } from './tables.ts';
import { freshValue } from './values.ts';

/** The INSERT with another value for every key, so that it can run again; all other literals stay as they stand for what it writes. */
export function fresh(query: Query, n: number): string {
  if (query.target === undefined) return query.text;
  const keys = varied(query.target, query);
  const changes = query.constants.flatMap(({ written, column, value, start, end }, i) => {
    if (!written || !keys.has(column.name)) return [];
    const other = freshValue(column, n * 100 + i, value);
    return other === null ? [] : [{ start, end, sql: literal(other) }];
  });
  return withConstants(query.text, changes);
}

/** One column of each unique index: the one that most likely tells rows apart. */
function varied({ unique, columns, foreign }: Table, { constants }: Query): ReadonlySet<string> {
  const references = new Set(foreign.flatMap((key) => key.columns));
  const written = new Set(constants.flatMap((one) => (one.written ? [one.column.name] : [])));
  const rank = ({ type }: Column): number => (/^(?:int|uuid)/.test(type) ? 0 : /^(?:text|varchar|citext)/.test(type) ? 1 : 2);
  return new Set(
    unique.flatMap((names) => {
      const all = columns.filter(({ name }) => names.includes(name) && written.has(name) && !references.has(name));
      const isVariedAlready = names.some(
        (name) => !written.has(name) && columns.find((column) => column.name === name)?.hasDefault === true,
      );
      const first = all.toSorted((a, b) => rank(a) - rank(b))[0];
      return isVariedAlready || first === undefined ? [] : [first.name];
    }),
  );
}
