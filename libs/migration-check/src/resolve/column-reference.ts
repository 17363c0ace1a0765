import type { ColumnRef } from 'libpg-query';
import type { Analysis, Typed } from './analysis.ts';
import { refuse } from './refusal.ts';
import { columnsNamed, type Item, opaque, type Scope } from './scope.ts';
import { builtIn } from './type-system.ts';
import { wordsOf } from './names.ts';

/** `a`, `t.a`, `s.t.a`, or `t` for a whole row. Throws 42703, 42702 and 42P01. */
export function columnReference(analysis: Analysis, scope: Scope, reference: ColumnRef): Typed {
  const words = wordsOf(reference.fields);
  const [name = '', ...before] = words.toReversed();
  const location = reference.location ?? 0;
  const found = before.length === 0 ? scope.bareColumn(name) : qualified(scope, words);
  if (found !== null) return analysis.refer(reference, location, found);
  const row = before.length === 0 ? scope.item(null, name) : null;
  if (row !== null) return wholeRow(analysis, row.item, location);
  return refuse('42703', `column "${words.join('.')}" does not exist`);
}

/** What stands for one thing in FROM: `t` in `t.a`, `s.t` in `s.t.a`. */
export function itemNamed(scope: Scope, words: readonly string[]): { readonly item: Item; readonly scope: Scope } {
  const [name = '', schema = null] = words.toReversed();
  return scope.item(schema, name) ?? refuse('42P01', `missing FROM-clause entry for table "${name}"`);
}

function qualified(scope: Scope, words: readonly string[]): ReturnType<Scope['bareColumn']> {
  const name = words.at(-1) ?? '';
  const { item, scope: level } = itemNamed(scope, words.slice(0, -1));
  const found = columnsNamed(item, name);
  if (found.length > 1) refuse('42702', `column reference "${name}" is ambiguous`);
  const column = found[0] ?? (item.open ? opaque(name) : undefined);
  return column === undefined ? null : { column, scope: level };
}

function wholeRow(analysis: Analysis, { columns, relation }: Item, location: number): Typed {
  for (const column of columns) analysis.read(column);
  analysis.names.push({ location, column: null, sources: columns.flatMap(({ sources }) => sources.map(({ id }) => id)) });
  const row = columns.map(({ type, nullable }) => ({ type: analysis.known(type), nullable }));
  const single = relation === null && columns.length === 1 ? row[0] : undefined;
  if (single !== undefined) return single;
  const type = relation === null ? builtIn('record') : { schema: relation.schema, name: relation.name, mods: [], array: false };
  return { type, row, nullable: false };
}
